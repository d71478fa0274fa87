import { type Kysely, sql, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import type { ChangeKind, ChangeRow } from "./store.ts";

/**
 * Moves a subject to the end of the outbox. To be called in the transaction that changes the subject. Rows only ever
 * move up and none is deleted, so the largest number never falls: the next one was never used before.
 */
export async function noteChange(trx: Transaction<Schema>, kind: ChangeKind, id: string): Promise<number> {
  const number = (await lastChange(trx)) + 1;
  await trx
    .insertInto("changes")
    .values({ number, kind, id })
    .onConflict((c) => c.columns(["kind", "id"]).doUpdateSet({ number }))
    .execute();
  return number;
}

export async function lastChange(db: Kysely<Schema>): Promise<number> {
  const { newest } = await db
    .selectFrom("changes")
    .select((e) => e.fn.coalesce(e.fn.max("number"), sql.lit(0)).as("newest"))
    .executeTakeFirstOrThrow();
  return Number(newest);
}

export async function changesSince(db: Kysely<Schema>, number: number, limit: number): Promise<readonly ChangeRow[]> {
  return db.selectFrom("changes").selectAll().where("number", ">", number).orderBy("number").limit(limit).execute();
}
