import type { Kysely } from "kysely";
import { type Digest, parseDigest } from "../base/digest.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { StageResult } from "../run/run.ts";
import { attemptOf, decodeKeyParts, resultOf } from "./codec.ts";
import type { Schema } from "./schema.ts";
import type { AttemptRow, StageCost } from "./store.ts";

export async function findAttemptResult(db: Kysely<Schema>, attempt: string): Promise<StageResult | null> {
  const row = await db.selectFrom("results").selectAll().where("attempt", "=", attempt).executeTakeFirst();
  return row === undefined ? null : resultOf(row);
}

export async function listResults(db: Kysely<Schema>): Promise<readonly StageResult[]> {
  const rows = await db.selectFrom("results").selectAll().where("invalid", "is", null).orderBy("number").execute();
  return rows.map(resultOf);
}

export async function stageCosts(db: Kysely<Schema>): Promise<readonly StageCost[]> {
  const rows = await db
    .selectFrom("results")
    .innerJoin("keys", "keys.key", "results.key")
    .select((e) => [
      "results.stage",
      "keys.params",
      e.fn.countAll<number>().as("results"),
      e.fn.avg<number>("results.seconds").as("seconds"),
      e.fn.avg<number>("results.core_seconds").as("coreSeconds"),
      e.fn.avg<number>("results.gpu_seconds").as("gpuSeconds"),
    ])
    .groupBy(["results.stage", "keys.params"])
    .orderBy("results.stage")
    .orderBy("keys.params")
    .execute();
  return rows.map((row) => ({ ...row, params: parseDigest(row.params) }));
}

export async function findKeyParts(db: Kysely<Schema>, key: Digest): Promise<KeyParts | null> {
  const row = await db.selectFrom("keys").select("parts").where("key", "=", key).executeTakeFirst();
  return row === undefined ? null : decodeKeyParts(row.parts);
}

export async function latestKeyParts(db: Kysely<Schema>, stage: string): Promise<KeyParts | null> {
  const row = await db
    .selectFrom("results")
    .innerJoin("keys", "keys.key", "results.key")
    .select("keys.parts")
    .where("results.stage", "=", stage)
    .orderBy("results.number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : decodeKeyParts(row.parts);
}

export async function listAttempts(db: Kysely<Schema>, key: Digest): Promise<readonly AttemptRow[]> {
  const rows = await db.selectFrom("attempts").selectAll().where("key", "=", key).orderBy("fence").execute();
  return rows.map(attemptOf);
}
