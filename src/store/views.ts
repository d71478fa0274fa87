import type { Kysely } from "kysely";
import { noteChange } from "./changes.ts";
import type { Schema } from "./schema.ts";
import type { ViewRow } from "./team.ts";

export async function listViews(db: Kysely<Schema>): Promise<readonly ViewRow[]> {
  return db
    .selectFrom("views")
    .select(["id", "name", "page", "query", "created_at as createdAt"])
    .orderBy("number")
    .execute();
}

export async function insertView(db: Kysely<Schema>, { id, name, page, query, createdAt }: ViewRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.insertInto("views").values({ id, name, page, query, created_at: createdAt }).execute();
    await noteChange(trx, "view", id);
  });
}

export async function removeView(db: Kysely<Schema>, id: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx.deleteFrom("views").where("id", "=", id).executeTakeFirstOrThrow();
    if (numDeletedRows > 0n) await noteChange(trx, "view", id);
    return numDeletedRows > 0n;
  });
}
