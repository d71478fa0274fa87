import type { Digest } from "../base/digest.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Purpose } from "../evidence/evidence.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { AttemptState } from "../run/lifecycle.ts";
import type { FailureCause, Journal, MetricPoint, StageResult } from "../run/run.ts";
import type { TeamStore } from "./team.ts";

/**
 * Everything Cairn remembers about a lab besides files: the only place where SQL is behind. Every method is one
 * transaction; several processes may have the same store open. @throws StoreError from any of them.
 */
export interface Store extends TeamStore {
  /** The runner's view, for one owner (see `run/owner.ts`). */
  journal(owner: string): Journal;

  /** null: never recorded, or invalidated since. */
  findResult(key: Digest): Promise<StageResult | null>;
  /** Of one attempt, invalidated or not: what a finished run was made of. */
  findAttemptResult(attempt: string): Promise<StageResult | null>;
  /** Valid results in the order they were recorded. */
  listResults(): Promise<readonly StageResult[]>;
  /** Mean cost of what was recorded, invalidated results too, by stage and parameters. */
  stageCosts(): Promise<readonly StageCost[]>;
  findKeyParts(key: Digest): Promise<KeyParts | null>;
  /** Of the stage's newest recorded result: what `explain` compares a new key with. */
  latestKeyParts(stage: string): Promise<KeyParts | null>;
  /** Newest last. */
  listAttempts(key: Digest): Promise<readonly AttemptRow[]>;

  /**
   * Adds a run in state `pending`. The same (recipeDigest, seed, scale, purpose) is not there twice while pending,
   * running or done: then the one that is there is returned, with `inserted` false.
   */
  insertRun(run: NewRun): Promise<{ readonly run: RunRow; readonly inserted: boolean }>;
  /** null: the run is not this owner's (another process has taken it over), and nothing was changed. */
  updateRun(id: string, owner: string, change: RunChange): Promise<RunRow | null>;
  findRun(id: string): Promise<RunRow | null>;
  /** Those of the ids that there are, in the order they were inserted. */
  findRuns(ids: readonly string[]): Promise<readonly RunRow[]>;
  /** In the order they were inserted. */
  listRuns(): Promise<readonly RunRow[]>;
  /** Gives back the keys of attempts whose owners are gone. Returns those attempts. */
  releaseAbandoned(): Promise<readonly string[]>;
  /**
   * Makes runs that a dead owner left pending or running this owner's, as `pending`. Returns those.
   * @param ids of these runs only; absent: of all
   */
  takeOverRuns(owner: string, ids?: readonly string[]): Promise<readonly RunRow[]>;

  /** Appends to a ledger; entries are never changed. */
  append(ledger: Ledger, body: JsonObject): Promise<Entry>;
  entries(ledger: Ledger): Promise<readonly Entry[]>;
  /** Those before a number, newest first, at most `limit`; null: the newest of all. */
  entriesBefore(ledger: Ledger, before: number | null, limit: number): Promise<readonly Entry[]>;

  appendMetrics(attempt: string, points: readonly MetricPoint[]): Promise<void>;
  /** @param blocks by their numbers; absent: all */
  readMetrics(attempt: string, name: string, blocks?: BlockRange): Promise<Curve>;
  /** A line a block: enough to draw a long curve without reading it. */
  summariseMetrics(attempt: string, name: string): Promise<readonly CurveBlock[]>;
  metricNames(attempt: string): Promise<readonly string[]>;

  /** Changes after a number, oldest first, at most `limit`; what changed several times is there once, with the last number. */
  changesSince(number: number, limit: number): Promise<readonly ChangeRow[]>;
  /**
   * The newest change's number, by whichever process; 0: none. It is read from an index: cheap enough to ask every
   * second. It fails at once where other methods wait for a database that is away.
   */
  lastChange(): Promise<number>;
  /** Puts a change of something into the outbox that is not kept here. Returns its number. */
  noteChange(kind: "contribution" | "lab", id: string): Promise<number>;

  /** null: never set. */
  readSetting(name: string): Promise<Json | null>;
  writeSetting(name: string, value: Json): Promise<void>;

  /** What the database itself finds wrong with its file; empty: sound. Reads all of it. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * What a change is of; its id is the run's, attempt's (curve), contribution's (comment, contribution), account's, view's
 * or setting's, and empty for decision, landing and lab.
 */
export type ChangeKind =
  | "run"
  | "curve"
  | "decision"
  | "landing"
  | "comment"
  | "contribution"
  | "account"
  | "view"
  | "setting"
  | "lab";

/**
 * A subject's newest change. It is written in the transaction of the change itself, and numbers rise in the order of the
 * transactions: whoever has seen number n, and reads on from there, has missed nothing.
 */
export interface ChangeRow {
  readonly number: number;
  readonly kind: ChangeKind;
  readonly id: string;
}

export interface StageCost {
  readonly stage: string;
  /** `digestJson` of the stage's parameters. */
  readonly params: Digest;
  readonly results: number;
  readonly seconds: number;
  readonly coreSeconds: number;
  readonly gpuSeconds: number;
}

/** One try at a key, as it is kept for good. */
export interface AttemptRow {
  readonly id: string;
  readonly key: Digest;
  readonly stage: string;
  readonly fence: number;
  readonly owner: string;
  readonly state: AttemptState;
  /** Of a failed one. */
  readonly cause: FailureCause | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export type RunState = "pending" | "running" | "done" | "failed" | "cancelled";

/** How far one stage of a run is. */
export interface RunStage {
  readonly stage: string;
  readonly key: Digest | null;
  readonly attempt: string | null;
  readonly reused: boolean;
  readonly state: "pending" | "running" | "done" | "failed" | "blocked" | "cancelled";
  /** A plain sentence; and as data, but of what an earlier Cairn recorded. */
  readonly failure?: string | undefined;
  readonly failed?: { readonly attempts: number; readonly cause: FailureCause } | undefined;
}

/** What a run's recipe was made of: when it is no longer what the lab makes, this says whether the lab or a level changed. */
export interface RunOrigin {
  /** Of the recipe with no contribution in it, at the run's scale, and at no scale. */
  readonly outside: Digest;
  readonly lab: Digest;
  /** Of what each of the run's levels does, by the level's id. */
  readonly changes: Readonly<Record<string, Digest>>;
}

export interface NewRun {
  readonly id: string;
  readonly levels: readonly string[];
  readonly seed: number;
  readonly scale: string;
  readonly purpose: Purpose;
  readonly recipeDigest: Digest;
  /** null: of a run that an earlier Cairn recorded. */
  readonly origin: RunOrigin | null;
  readonly why: Json;
  readonly owner: string;
  readonly stages: readonly RunStage[];
}

export interface RunRow extends NewRun {
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly coreSeconds: number;
  readonly gpuSeconds: number;
}

/** What is absent stays as it is. A final state sets `finishedAt`. */
export interface RunChange {
  readonly state?: RunState;
  readonly stages?: readonly RunStage[];
  readonly coreSeconds?: number;
  readonly gpuSeconds?: number;
}

/** decision: what was decided · landing: what became the baseline · log: who did what, for the audit. */
export type Ledger = "decision" | "landing" | "log";

export interface Entry {
  /** 1, 2, … within the ledger. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the body's canonical JSON. */
  readonly digest: Digest;
  readonly body: JsonObject;
}

/** In the order of appending. All have one length. */
export interface Curve {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** Milliseconds since 1970; null where an earlier Cairn wrote any of it. */
  readonly times: Float64Array | null;
}

/** Both ends belong to it. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

export interface Extent {
  readonly least: number;
  readonly most: number;
}

/** min, max and mean are over the block's finite values, null where there are none. */
export interface CurveBlock {
  /** Rises along the curve. */
  readonly number: number;
  /** Of those that are numbers; null: none is. Times are null too where an earlier Cairn wrote the block. */
  readonly steps: Extent | null;
  readonly times: Extent | null;
  readonly count: number;
  readonly finite: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

/** Why the store cannot be used; `path` is the file, or the server and its database, that people would look for. */
export type StoreProblem =
  | { readonly kind: "corrupt"; readonly path: string; readonly detail: string }
  | { readonly kind: "newer"; readonly path: string; readonly version: number; readonly known: number }
  | { readonly kind: "busy"; readonly path: string }
  | { readonly kind: "disk-full"; readonly path: string }
  /** A server that does not answer, or no longer. */
  | { readonly kind: "unreachable"; readonly path: string; readonly detail: string }
  /** A server that answers, and does not let us do it. */
  | { readonly kind: "denied"; readonly path: string; readonly detail: string }
  | { readonly kind: "io"; readonly path: string; readonly detail: string };

export class StoreError extends Error {
  readonly problem: StoreProblem;
  /** As the system would name it, so that whoever knows nothing of stores can tell a full disk. */
  readonly code: string | null;
  constructor(problem: StoreProblem, options?: ErrorOptions) {
    super(describeStoreProblem(problem), options);
    this.name = "StoreError";
    this.problem = problem;
    this.code = problem.kind === "disk-full" ? "ENOSPC" : null;
  }
}

/** One or two sentences: what is wrong, and what to do. */
export function describeStoreProblem(problem: StoreProblem): string {
  switch (problem.kind) {
    case "corrupt":
      return `the database ${problem.path} is damaged (${problem.detail}). It is left as it is. Run \`cairn doctor\`, or restore the file from a backup.`;
    case "newer":
      return `the database ${problem.path} was written by a newer Cairn (version ${problem.version}; this one knows up to ${problem.known}). Use that Cairn; nothing was changed.`;
    case "busy":
      return `the database ${problem.path} was locked by another process for too long. Look for a Cairn that hangs, and try again.`;
    case "disk-full":
      return `there is no space left for the database ${problem.path}. What was recorded is safe; make room and try again.`;
    case "unreachable":
      return `the database ${problem.path} cannot be reached: ${problem.detail}. What was recorded is safe; see that the server runs and that CAIRN_DATABASE_URL names it, and try again.`;
    case "denied":
      return `the database ${problem.path} refuses: ${problem.detail}. See that user, password and database in CAIRN_DATABASE_URL are right, and what the user may do there.`;
    case "io":
      return `the database ${problem.path} cannot be used: ${problem.detail}`;
  }
}
