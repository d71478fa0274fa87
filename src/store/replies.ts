import type { Kysely } from "kysely";
import type { Clock } from "../base/clock.ts";
import { digestJson } from "../base/digest.ts";
import type { Schema } from "./schema.ts";
import type { Reply, ReplyAnswer, ReplyRequest } from "./team.ts";

/** How long an answer is kept, in milliseconds. */
const kept = 24 * 3_600_000;
/** A write that was begun so long ago and has no answer is one whose server died: it may be tried again. */
const longestWrite = 60_000;

export async function beginReply(db: Kysely<Schema>, clock: Clock, request: ReplyRequest): Promise<Reply> {
  const id = idOf(request);
  return db.transaction().execute(async (trx): Promise<Reply> => {
    const now = clock.now();
    await trx
      .deleteFrom("replies")
      .where("created_at", "<=", now - kept)
      .execute();
    const there = await trx.selectFrom("replies").selectAll().where("id", "=", id).executeTakeFirst();
    if (there === undefined) {
      const row = { id, request: request.digest, status: null, body: null, created_at: now };
      await trx.insertInto("replies").values(row).execute();
      return { kind: "begun" };
    }
    if (there.request !== request.digest) return { kind: "other" };
    if (there.status !== null) return { kind: "known", status: there.status, body: there.body };
    if (now - there.created_at < longestWrite) return { kind: "under-way" };
    await trx.updateTable("replies").set({ created_at: now }).where("id", "=", id).execute();
    return { kind: "begun" };
  });
}

export async function endReply(db: Kysely<Schema>, request: ReplyRequest, answer: ReplyAnswer | null): Promise<void> {
  const id = idOf(request);
  if (answer === null) await db.deleteFrom("replies").where("id", "=", id).execute();
  else await db.updateTable("replies").set(answer).where("id", "=", id).execute();
}

/** Two accounts may hit on the same key. */
function idOf({ key, account, operation }: ReplyRequest): string {
  return digestJson([account, operation, key]);
}
