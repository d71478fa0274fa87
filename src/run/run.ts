import type { Digest } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import type { Resources } from "../lab/lab.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";

/** What is asked of the runner: one combination × seed × scale, already resolved. */
export interface RunRequest {
  readonly id: string;
  readonly recipe: ResolvedRecipe;
  readonly seed: number;
}

/** A stage's recorded result: published once a key, never changed. */
export interface StageResult {
  readonly key: Digest;
  readonly stage: string;
  /** Of everything in CAIRN_OUT except `metrics.json` and `items/`: what later stages see. */
  readonly output: Digest;
  /** Of `metrics.json` and `items/`, kept apart so that a timing does not change what later stages are. */
  readonly measurements: Digest;
  readonly metrics: Metrics;
  readonly attempt: string;
  /** Seconds of wall time, and of reserved cores and GPUs (wall × declared). */
  readonly seconds: number;
  readonly coreSeconds: number;
  readonly gpuSeconds: number;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
}

/** Objective (or other) name → number; may be NaN or ±Infinity: a diverged result. */
export type Metrics = ReadonlyMap<string, number>;

/** How a stage of a run ended. */
export type StageOutcome =
  | { readonly kind: "done"; readonly result: StageResult; readonly reused: boolean }
  | { readonly kind: "failed"; readonly failure: StageFailure }
  /** A stage it needs failed. */
  | { readonly kind: "blocked"; readonly by: string }
  | { readonly kind: "cancelled" };

export interface StageFailure {
  readonly stage: string;
  /** null: what the stage is could not be hashed. */
  readonly key: Digest | null;
  /** The last one; null: none was made. */
  readonly attempt: string | null;
  readonly attempts: number;
  readonly cause: FailureCause;
  /** Last lines of what it printed. */
  readonly logTail: readonly string[];
  readonly logFile: string | null;
}

export type FailureCause =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout"; readonly seconds: number }
  | { readonly kind: "out-of-memory"; readonly message: string }
  /** The machine it was on failed, or was taken from it. */
  | { readonly kind: "lost"; readonly message: string }
  /** Somebody ended it, where it ran. */
  | { readonly kind: "stopped"; readonly message: string }
  | { readonly kind: "spawn"; readonly command: string; readonly message: string }
  | { readonly kind: "missing-output"; readonly files: readonly string[] }
  | { readonly kind: "missing-metrics"; readonly objectives: readonly string[] }
  | { readonly kind: "bad-metrics"; readonly file: string; readonly message: string }
  /** Something in the output directory cannot be kept: a link that leaves it, a socket. */
  | { readonly kind: "bad-output"; readonly path: string; readonly message: string }
  | { readonly kind: "code-changed"; readonly files: readonly string[] }
  /** What the stage is cannot be hashed, or its command cannot be made: nothing was started. */
  | { readonly kind: "refused"; readonly message: string }
  /** It asks for more GPUs than there are. */
  | { readonly kind: "no-capacity"; readonly needed: number; readonly available: number }
  | { readonly kind: "disk-full" }
  | { readonly kind: "io"; readonly message: string };

export interface RunResult {
  readonly id: string;
  readonly stages: ReadonlyMap<string, StageOutcome>;
}

/** What the runner tells while it works: one union, one sentence each in the CLI. */
export type RunEvent =
  | { readonly kind: "stage-reused"; readonly run: string; readonly stage: string; readonly key: Digest }
  | {
      readonly kind: "stage-started";
      readonly run: string;
      readonly stage: string;
      readonly key: Digest;
      readonly attempt: string;
    }
  | {
      readonly kind: "stage-progress";
      readonly run: string;
      readonly stage: string;
      readonly attempt: string;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: "stage-finished";
      readonly run: string;
      readonly stage: string;
      readonly result: StageResult;
    }
  | {
      readonly kind: "stage-failed";
      readonly run: string;
      readonly stage: string;
      readonly failure: StageFailure;
      readonly willRetry: boolean;
    }
  /** Another process or run is executing this key: this run waits for its result. */
  | { readonly kind: "stage-shared"; readonly run: string; readonly stage: string; readonly key: Digest }
  /** A message that the stage put into its events. */
  | {
      readonly kind: "stage-log";
      readonly run: string;
      readonly stage: string;
      readonly attempt: string;
      readonly message: string;
    }
  /** Where stages run cannot be reached, or, with no problem, can again. What runs there goes on. */
  | { readonly kind: "contact"; readonly remote: string; readonly problem: string | null }
  /** Something that was tolerated, such as a garbled event line. */
  | { readonly kind: "warning"; readonly run: string; readonly stage: string; readonly message: string };

/** What an executor is handed: everything about where and how, nothing about what. */
export interface Task {
  readonly attempt: string;
  /** The attempt's own directory: it is there before the task is started. */
  readonly folder: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly resources: Resources;
  readonly timeout: number | null;
}

export type Exit =
  /** seconds: how long it ran, where the executor knows it better than whoever waited (for a place in a queue, too). */
  | { readonly kind: "exited"; readonly code: number; readonly seconds?: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly seconds: number }
  | { readonly kind: "not-started"; readonly message: string }
  /** The machine it was on failed, or was taken from it: says nothing about the stage. */
  | { readonly kind: "lost"; readonly message: string }
  /** Somebody else ended it, where it ran. */
  | { readonly kind: "stopped"; readonly message: string }
  /** Where it was to run, it was not taken, and would not be. */
  | { readonly kind: "refused"; readonly message: string }
  /** Memory: more than it declared, or than there was. */
  | { readonly kind: "out-of-memory"; readonly message: string }
  /** Nobody watches it from here any more; it goes on. */
  | { readonly kind: "left" }
  | { readonly kind: "cancelled" };

export interface Executor {
  start(task: Task): Execution;
  /**
   * Goes on watching what another process has submitted for the attempt, which may have ended meanwhile; null: it was
   * never submitted, and never will be. An executor without this ends with the process that started it.
   */
  readonly attach?: (task: Task) => Promise<Execution | null>;
  /**
   * Ends what runs on for attempts that are not live (their runner was killed, or they left a process behind). `isLive`
   * is asked about every attempt found here, those of other labs too. Resolves with the attempts that were ended, when
   * none of their processes is left.
   */
  sweepOrphans(isLive: (attempt: string) => Promise<boolean>): Promise<readonly string[]>;
}

export interface Execution {
  readonly exit: Promise<Exit>;
  /** TERM, then KILL, to every process it started; resolves when none is left. */
  cancel(): Promise<void>;
  /** Stops watching: what was submitted goes on, and can be attached to. Of an executor that has `attach`. */
  readonly leave?: () => void;
}

/** What the runner needs of an artifact store: directories named by the digest of their content. */
export interface Artifacts {
  /**
   * Hashes, makes read-only, renames into place, and stores wherever else artifacts are kept: what has a digest is
   * there to stay. Publishing what is there already is a no-op.
   */
  publish(directory: string): Promise<Result<Digest, PublishProblem>>;
  /** The directory of a digest after its content was checked; null when absent or damaged (then it was quarantined). */
  open(digest: Digest): Promise<string | null>;
  /** Whether the directory that was opened is still what it was: nothing else will do for what was made from it. */
  isIntact(digest: Digest): Promise<boolean>;
}

/** Something in a directory that has no content of its own to keep. Paths are relative to the directory. */
export type PublishProblem =
  | { readonly kind: "escaping-link"; readonly path: string; readonly target: string }
  | { readonly kind: "broken-link"; readonly path: string; readonly target: string }
  | { readonly kind: "special-file"; readonly path: string };

/** What the runner needs of a record: who executes a key, and what came of it. Every method is one transaction. */
export interface Journal {
  findResult(key: Digest): Promise<StageResult | null>;
  /**
   * Takes the lease of a key for this process, or says that another holds it.
   * @param adopt whether an attempt of an owner that is gone may be watched on, rather than made anew
   */
  claim(key: Digest, parts: KeyParts, stage: string, adopt: boolean): Promise<Claim>;
  /** Prolongs every lease of this owner. */
  heartbeat(): Promise<void>;
  /** Records a result if the attempt's fencing number is still the key's newest. */
  record(attempt: Attempt, result: StageResult): Promise<"recorded" | "fenced">;
  /** Records a failure, on the same condition. */
  fail(attempt: Attempt, cause: FailureCause): Promise<"failed" | "fenced">;
  /** Gives the lease back without a verdict. */
  release(attempt: Attempt): Promise<void>;
  /** Keeps the lease, for whoever adopts the attempt when this owner is gone. */
  leave(attempt: Attempt): void;
  /** Sets a result aside, for good: its output is lost or damaged, so the key may be executed again. */
  invalidate(result: StageResult, reason: string): Promise<void>;
  /**
   * Whether nobody watches the attempt any more: it ended, or its owner is known to be dead. An owner that is silent may
   * come back: its attempt is over when another takes the key. False for what is not of this lab.
   */
  isAbandoned(attempt: string): Promise<boolean>;
  /** Whether the lease is still this attempt's, under this fencing number. */
  holds(attempt: Attempt): Promise<boolean>;
  /** Whether the attempt has ended, whoever watched it. False for what is not of this lab. */
  isOver(attempt: string): Promise<boolean>;
  /** Appends to the attempt's curves. */
  appendMetrics(attempt: string, points: readonly MetricPoint[]): Promise<void>;
}

/** One point of a curve that a stage reports while it runs. The value may be NaN or ±Infinity. */
export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
  /** Milliseconds since 1970, as the stage says, else when it was read. */
  readonly at: number;
}

export interface Attempt {
  readonly id: string;
  readonly key: Digest;
  /** Rises with every attempt at the key: the newest alone may record. */
  readonly fence: number;
}

export type Claim =
  /**
   * takenOver: an owner that died or fell silent had the key, and its processes may still run. adopted: the attempt is
   * that owner's, with a new fencing number.
   */
  | { readonly kind: "granted"; readonly attempt: Attempt; readonly from: "nobody" | "takenOver" | "adopted" }
  | { readonly kind: "held" }
  | { readonly kind: "recorded"; readonly result: StageResult };

/** What `CAIRN_PARAMS` holds. */
export type StageParams = JsonObject;
