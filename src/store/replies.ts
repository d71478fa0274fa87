import type { Kysely } from "kysely";
import type { Clock } from "../base/clock.ts";
import { type Digest, digestJson, parseDigest } from "../base/digest.ts";
import type { Schema } from "./schema.ts";
import type { Reply, ReplyClaim, ReplyKey } from "./team.ts";

/** How long an answer is kept, in milliseconds. */
const kept = 24 * 3_600_000;
/** A request that was begun so long ago and has no answer is one whose server died: its key is free. */
const longestRequest = 60_000;

export async function claimReply(db: Kysely<Schema>, clock: Clock, key: ReplyKey, digest: Digest): Promise<ReplyClaim> {
  const id = idOf(key);
  return db.transaction().execute(async (trx): Promise<ReplyClaim> => {
    const now = clock.now();
    await trx
      .deleteFrom("replies")
      .where("created_at", "<=", now - kept)
      .execute();
    const there = await trx.selectFrom("replies").selectAll().where("id", "=", id).executeTakeFirst();
    if (there !== undefined && there.state !== "claimed") {
      const reply = there.status === null ? null : { status: there.status, body: there.body };
      return { kind: "answered", digest: parseDigest(there.request), reply };
    }
    if (there !== undefined && now - there.created_at < longestRequest) {
      return { kind: "in-flight", digest: parseDigest(there.request) };
    }
    const row = { request: digest, state: "claimed", status: null, body: null, created_at: now } as const;
    await trx
      .insertInto("replies")
      .values({ id, ...row })
      .onConflict((c) => c.column("id").doUpdateSet(row))
      .execute();
    return { kind: "taken" };
  });
}

export async function settleReply(db: Kysely<Schema>, key: ReplyKey, reply: Reply | null): Promise<void> {
  const answer = reply ?? { status: null, body: null };
  await db
    .updateTable("replies")
    .set({ ...answer, state: "answered" })
    .where("id", "=", idOf(key))
    .execute();
}

export async function releaseReply(db: Kysely<Schema>, key: ReplyKey): Promise<void> {
  await db.deleteFrom("replies").where("id", "=", idOf(key)).where("state", "=", "claimed").execute();
}

/** Two accounts may hit on the same key. */
function idOf({ key, account, operation }: ReplyKey): string {
  return digestJson([account, operation, key]);
}
