import type { Kysely } from "kysely";
import type { Clock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";
import { noteChange } from "./changes.ts";
import { entryOf } from "./codec.ts";
import type { Schema } from "./schema.ts";
import type { Entry, Ledger } from "./store.ts";

export async function append(db: Kysely<Schema>, clock: Clock, ledger: Ledger, body: JsonObject): Promise<Entry> {
  const text = canonicalJson(body);
  return db.transaction().execute(async (trx) => {
    const { newest } = await trx
      .selectFrom("entries")
      .select((e) => e.fn.max("number").as("newest"))
      .where("ledger", "=", ledger)
      .executeTakeFirstOrThrow();
    const number = Number(newest ?? 0) + 1;
    const row = await trx
      .insertInto("entries")
      .values({ ledger, number, at: clock.now(), digest: sha256(text), body: text })
      .returningAll()
      .executeTakeFirstOrThrow();
    // The log tells of what was done, and the doing notes its own change.
    if (ledger !== "log") await noteChange(trx, ledger, "");
    return entryOf(row);
  });
}

export async function entries(db: Kysely<Schema>, ledger: Ledger): Promise<readonly Entry[]> {
  const rows = await db.selectFrom("entries").selectAll().where("ledger", "=", ledger).orderBy("number").execute();
  return rows.map(entryOf);
}

export async function entriesBefore(
  db: Kysely<Schema>,
  ledger: Ledger,
  before: number | null,
  limit: number,
): Promise<readonly Entry[]> {
  const all = db.selectFrom("entries").selectAll().where("ledger", "=", ledger);
  const rows = await (before === null ? all : all.where("number", "<", before))
    .orderBy("number", "desc")
    .limit(limit)
    .execute();
  return rows.map(entryOf);
}
