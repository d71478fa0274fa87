import type { Selectable } from "kysely";
import { z } from "zod";
import { type Digest, parseDigest, sha256 } from "../base/digest.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { FailureCause, Metrics, StageResult } from "../run/run.ts";
import type { Schema } from "./schema.ts";
import type { AttemptRow, Entry, RunOrigin, RunRow, RunStage } from "./store.ts";
import type { AccountRow, CommentRow, TokenRow } from "./team.ts";

/** Rows to values and back. What was written by an earlier Cairn is parsed, never believed. */

const digest = z.string().transform((text): Digest => parseDigest(text));
const strings = z.array(z.string());
const json: z.ZodType<Json> = z.json();
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

const keyParts = z.object({
  schema: z.literal(1),
  stage: z.string(),
  command: strings,
  params: jsonObject,
  code: z.record(z.string(), digest),
  inputs: z.record(z.string(), digest),
  seed: z.number().nullable(),
  env: z.record(z.string(), z.string()),
  outputs: strings,
});

const cause = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("exit"), code: z.number() }),
  z.object({ kind: z.literal("signal"), signal: z.string() }),
  z.object({ kind: z.literal("timeout"), seconds: z.number() }),
  z.object({ kind: z.literal("out-of-memory"), message: z.string() }),
  z.object({ kind: z.literal("lost"), message: z.string() }),
  z.object({ kind: z.literal("stopped"), message: z.string() }),
  z.object({ kind: z.literal("spawn"), command: z.string(), message: z.string() }),
  z.object({ kind: z.literal("missing-output"), files: strings }),
  z.object({ kind: z.literal("missing-metrics"), objectives: strings }),
  z.object({ kind: z.literal("bad-metrics"), file: z.string(), message: z.string() }),
  z.object({ kind: z.literal("bad-output"), path: z.string(), message: z.string() }),
  z.object({ kind: z.literal("code-changed"), files: strings }),
  z.object({ kind: z.literal("refused"), message: z.string() }),
  z.object({ kind: z.literal("no-capacity"), needed: z.number(), available: z.number() }),
  z.object({ kind: z.literal("disk-full") }),
  z.object({ kind: z.literal("io"), message: z.string() }),
]) satisfies z.ZodType<FailureCause>;

const runStages = z.array(
  z.object({
    stage: z.string(),
    key: digest.nullable(),
    attempt: z.string().nullable(),
    reused: z.boolean(),
    state: z.enum(["pending", "running", "done", "failed", "blocked", "cancelled"]),
    failure: z.string().optional(),
    failed: z.object({ attempts: z.number(), cause }).optional(),
  }),
) satisfies z.ZodType<readonly RunStage[]>;

const origin = z.object({
  outside: digest,
  lab: digest,
  changes: z.record(z.string(), digest),
}) satisfies z.ZodType<RunOrigin>;

const purpose = z.enum(["search", "confirm", "audit"]);

/** A row that does not hold what was written: bytes that rotted inside a page which SQLite still finds well-formed. */
export class DamagedRow extends Error {}

function reading<T>(table: keyof Schema, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new DamagedRow(`a row of ${table} cannot be read`, { cause });
  }
}

/** null: written under another schema of key parts, which cannot be compared with this one's. */
export function decodeKeyParts(text: string): KeyParts | null {
  const parsed = keyParts.safeParse(reading("keys", () => JSON.parse(text)));
  return parsed.success ? parsed.data : null;
}

/** As JSON text, with NaN and the infinities by name. */
export function encodeMetrics(metrics: Metrics): string {
  const named = [...metrics].map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]);
  return JSON.stringify(Object.fromEntries(named));
}

/** By hand: a large lab has millions of them, and zod takes ten times as long. @throws TypeError */
export function decodeMetrics(text: string): Metrics {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("metrics are an object");
  return new Map(Object.entries(value).map(([name, number]) => [name, decodeMetric(number)]));
}

const notFinite: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function decodeMetric(value: unknown): number {
  const number = typeof value === "number" ? value : notFinite.get(value);
  if (number === undefined) throw new TypeError("a metric is a number");
  return number;
}

export function resultOf(row: Selectable<Schema["results"]>): StageResult {
  return reading("results", () => ({
    key: parseDigest(row.key),
    stage: row.stage,
    output: parseDigest(row.output),
    measurements: parseDigest(row.measurements),
    metrics: decodeMetrics(row.metrics),
    attempt: row.attempt,
    seconds: row.seconds,
    coreSeconds: row.core_seconds,
    gpuSeconds: row.gpu_seconds,
    finishedAt: row.finished_at,
  }));
}

export function attemptOf(row: Selectable<Schema["attempts"]>): AttemptRow {
  return reading("attempts", () => ({
    id: row.id,
    key: parseDigest(row.key),
    stage: row.stage,
    fence: row.fence,
    owner: row.owner,
    state: row.state,
    cause: row.cause === null ? null : cause.parse(JSON.parse(row.cause)),
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }));
}

/** null: written by a Cairn that kept something else. */
function decodeOrigin(text: string): RunOrigin | null {
  const parsed = origin.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export function runOf(row: Selectable<Schema["runs"]>): RunRow {
  return reading("runs", () => ({
    id: row.id,
    levels: strings.parse(JSON.parse(row.levels)),
    seed: row.seed,
    scale: row.scale,
    purpose: purpose.parse(row.purpose),
    recipeDigest: parseDigest(row.recipe_digest),
    origin: row.origin === null ? null : decodeOrigin(row.origin),
    why: json.parse(JSON.parse(row.why)),
    owner: row.owner,
    state: row.state,
    stages: runStages.parse(JSON.parse(row.stages)),
    coreSeconds: row.core_seconds,
    gpuSeconds: row.gpu_seconds,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }));
}

export function entryOf(row: Selectable<Schema["entries"]>): Entry {
  return reading("entries", () => {
    if (sha256(row.body) !== row.digest) throw new TypeError("the digest is another text's");
    const body = jsonObject.parse(JSON.parse(row.body));
    return { number: row.number, at: row.at, digest: parseDigest(row.digest), body };
  });
}

export function settingOf(row: Selectable<Schema["settings"]>): Json {
  // What JSON.parse makes is JSON; zod's would lose a field named `__proto__`.
  return reading("settings", (): Json => JSON.parse(row.value));
}

export function accountOf(row: Selectable<Schema["accounts"]>): AccountRow {
  return reading("accounts", () => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    answersTo: row.answers_to,
    scopes: strings.parse(JSON.parse(row.scopes)),
    createdAt: row.created_at,
    closedAt: row.closed_at,
  }));
}

export function tokenOf(row: Selectable<Schema["tokens"]>): TokenRow {
  return reading("tokens", () => ({
    id: row.id,
    account: row.account,
    kind: row.kind,
    label: row.label,
    scopes: strings.parse(JSON.parse(row.scopes)),
    digest: parseDigest(row.digest),
    parent: row.parent,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }));
}

export function commentOf(row: Selectable<Schema["comments"]>): CommentRow {
  return {
    id: row.id,
    contribution: row.contribution,
    account: row.account,
    name: row.name,
    text: row.text,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    removedAt: row.removed_at,
  };
}
