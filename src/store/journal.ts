import { randomBytes } from "node:crypto";
import type { Kysely, Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { type Digest, digestJson } from "../base/digest.ts";
import { canonicalJson } from "../base/json.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { AttemptEnd } from "../run/lifecycle.ts";
import type { Attempt, Claim, FailureCause, Journal, StageResult } from "../run/run.ts";
import { encodeMetrics, resultOf } from "./codec.ts";
import { appendMetrics } from "./curves.ts";
import type { Schema } from "./schema.ts";
import type { Vigil } from "./vigil.ts";

export interface JournalContext {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly vigil: Vigil;
  /** Attempts that were granted through this store and have not ended: leases that really are this process's. */
  readonly inFlight: Set<string>;
}

/**
 * The runner's view of the store. A key's lease is its one attempt in state `started` (a unique index says so), its
 * fencing number the count of attempts so far: both live in the one table, so they cannot disagree.
 */
export function createJournal(context: JournalContext, owner: string): Journal {
  const { db, clock, vigil, inFlight } = context;
  /** Attempts that are over here, which could not be written (a full disk): they go on with nobody, until it can be. */
  const owed = new Map<string, Pick<Attempt, "id" | "fence">>();
  const give = (attempt: Attempt) => {
    inFlight.delete(attempt.id);
    owed.set(attempt.id, attempt);
  };
  const over = async <T>(attempt: Attempt, write: (trx: Transaction<Schema>) => Promise<T>): Promise<T> => {
    inFlight.delete(attempt.id);
    try {
      return await db.transaction().execute(write);
    } catch (error) {
      give(attempt);
      throw error;
    }
  };
  return {
    findResult: (key) => findResult(db, key),

    claim: async (key, parts, stage, adopt) => {
      let begun: Attempt | null = null;
      try {
        return await db.transaction().execute(async (trx): Promise<Claim> => {
          const result = await findResult(trx, key);
          if (result !== null) return { kind: "recorded", result };
          const lease = await findLease(trx, key);
          if (lease !== null) {
            const live = lease.owner === owner ? inFlight.has(lease.id) : !vigil(lease.owner, lease.beats);
            if (live) return { kind: "held" };
          }
          await introduce(trx, clock, owner);
          const adopted = lease !== null && adopt ? await passOn(trx, lease.id, key, owner) : null;
          if (lease !== null && adopted === null) await end(trx, clock, lease, "fenced", null);
          const attempt = adopted ?? (await begin(trx, clock, { key, parts, stage, owner }));
          begun = attempt;
          inFlight.add(attempt.id);
          return {
            kind: "granted",
            attempt,
            from: adopted !== null ? "adopted" : lease !== null ? "takenOver" : "nobody",
          };
        });
      } catch (error) {
        // It may have been committed all the same, and nobody here works at it.
        if (begun !== null) give(begun);
        throw error;
      }
    },

    heartbeat: async () => {
      const due = [...owed.values()];
      await db.transaction().execute(async (trx) => {
        await introduce(trx, clock, owner);
        await trx
          .updateTable("owners")
          .set((e) => ({ beats: e("beats", "+", 1), seen_at: clock.now() }))
          .where("owner", "=", owner)
          .execute();
        for (const attempt of due) await end(trx, clock, attempt, "released", null);
      });
      for (const { id } of due) owed.delete(id);
    },

    record: (attempt, result) =>
      over(attempt, async (trx) => {
        if (!(await end(trx, clock, attempt, "recorded", null))) return "fenced";
        await insertResult(trx, result);
        return "recorded";
      }),

    fail: (attempt, cause) =>
      over(attempt, async (trx) => ((await end(trx, clock, attempt, "failed", cause)) ? "failed" : "fenced")),

    release: async (attempt) => {
      await over(attempt, (trx) => end(trx, clock, attempt, "released", null));
    },

    leave: (attempt) => {
      inFlight.delete(attempt.id);
    },

    invalidate: (result, reason) => invalidate(db, result.attempt, reason),

    isAbandoned: async (attempt) => {
      const row = await db
        .selectFrom("attempts")
        .select(["state", "owner"])
        .where("id", "=", attempt)
        .executeTakeFirst();
      if (row === undefined) return false;
      return row.state !== "started" || (row.owner === owner ? !inFlight.has(attempt) : vigil.isDead(row.owner));
    },

    holds: async ({ id, fence }) => {
      const row = await db.selectFrom("attempts").select(["state", "fence"]).where("id", "=", id).executeTakeFirst();
      return row?.state === "started" && row.fence === fence;
    },

    isOver: async (attempt) => {
      const row = await db.selectFrom("attempts").select("state").where("id", "=", attempt).executeTakeFirst();
      return row !== undefined && row.state !== "started";
    },

    appendMetrics: (attempt, points) => appendMetrics(db, attempt, points),
  };
}

/** Ends attempts of owners that are gone, without a verdict. Returns them. */
export async function releaseAbandoned({ db, clock, vigil }: Omit<JournalContext, "inFlight">): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    const open = await trx
      .selectFrom("attempts")
      .innerJoin("owners", "owners.owner", "attempts.owner")
      .select(["attempts.id", "attempts.fence", "attempts.owner", "owners.beats"])
      .where("attempts.state", "=", "started")
      .execute();
    const gone = open.filter(({ owner, beats }) => vigil(owner, beats));
    for (const attempt of gone) await end(trx, clock, attempt, "released", null);
    return gone.map(({ id }) => id);
  });
}

export async function findResult(db: Kysely<Schema>, key: Digest): Promise<StageResult | null> {
  const row = await db
    .selectFrom("results")
    .selectAll()
    .where("key", "=", key)
    .where("invalid", "is", null)
    .executeTakeFirst();
  return row === undefined ? null : resultOf(row);
}

/** Makes the owner known, so that its silence can be noticed. */
export async function introduce(trx: Transaction<Schema>, clock: Clock, owner: string): Promise<void> {
  await trx
    .insertInto("owners")
    .values({ owner, beats: 0, seen_at: clock.now() })
    .onConflict((c) => c.column("owner").doNothing())
    .execute();
}

async function findLease(trx: Transaction<Schema>, key: Digest) {
  const row = await trx
    .selectFrom("attempts")
    .innerJoin("owners", "owners.owner", "attempts.owner")
    .select(["attempts.id", "attempts.fence", "attempts.owner", "owners.beats"])
    .where("attempts.key", "=", key)
    .where("attempts.state", "=", "started")
    .executeTakeFirst();
  return row ?? null;
}

interface Beginning {
  readonly key: Digest;
  readonly parts: KeyParts;
  readonly stage: string;
  readonly owner: string;
}

async function begin(
  trx: Transaction<Schema>,
  clock: Clock,
  { key, parts, stage, owner }: Beginning,
): Promise<Attempt> {
  await trx
    .insertInto("keys")
    .values({ key, stage, params: digestJson(parts.params), parts: canonicalJson({ ...parts }) })
    .onConflict((c) => c.column("key").doNothing())
    .execute();
  const fence = await nextFence(trx, key);
  // Unique over all labs of a machine: processes are found by it.
  const id = `${stage}-${key.slice(0, 10)}-${fence}-${randomBytes(4).toString("hex")}`;
  const row = { id, key, stage, fence, owner, state: "started", cause: null, ended_at: null } as const;
  await trx
    .insertInto("attempts")
    .values({ ...row, started_at: clock.now() })
    .execute();
  return { id, key, fence };
}

async function nextFence(trx: Transaction<Schema>, key: Digest): Promise<number> {
  const { newest } = await trx
    .selectFrom("attempts")
    .select((e) => e.fn.max("fence").as("newest"))
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  return Number(newest ?? 0) + 1;
}

/** The attempt under a new fencing number, which refuses whoever watched it before. */
async function passOn(trx: Transaction<Schema>, id: string, key: Digest, owner: string): Promise<Attempt> {
  const fence = await nextFence(trx, key);
  await trx.updateTable("attempts").set({ owner, fence }).where("id", "=", id).execute();
  return { id, key, fence };
}

/** False, and nothing is changed, when the attempt has ended already or has been passed on: another has the key. */
async function end(
  trx: Transaction<Schema>,
  clock: Clock,
  attempt: Pick<Attempt, "id" | "fence">,
  state: AttemptEnd,
  cause: FailureCause | null,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("attempts")
    .set({ state, cause: cause === null ? null : JSON.stringify(cause), ended_at: clock.now() })
    .where("id", "=", attempt.id)
    .where("fence", "=", attempt.fence)
    .where("state", "=", "started")
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function insertResult(trx: Transaction<Schema>, result: StageResult): Promise<void> {
  await trx
    .insertInto("results")
    .values({
      key: result.key,
      stage: result.stage,
      attempt: result.attempt,
      output: result.output,
      measurements: result.measurements,
      metrics: encodeMetrics(result.metrics),
      seconds: result.seconds,
      core_seconds: result.coreSeconds,
      gpu_seconds: result.gpuSeconds,
      finished_at: result.finishedAt,
      invalid: null,
    })
    .execute();
}

async function invalidate(db: Kysely<Schema>, attempt: string, reason: string): Promise<void> {
  await db
    .updateTable("results")
    .set({ invalid: reason })
    .where("attempt", "=", attempt)
    .where("invalid", "is", null)
    .execute();
}
