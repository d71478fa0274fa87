import type { Clock } from "../base/clock.ts";
import type { Digest } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import type { Artifacts, Executor, FailureCause, Journal, RunEvent, RunRequest, RunResult } from "./run.ts";

/** Executes what is asked of it, or takes it from what was recorded. Made by `createRunner` in scheduler.ts. */
export interface Runner {
  /** Every stage of the request, in the order its needs allow. Failures are in the result; it throws for a broken store only. */
  run(request: RunRequest): Promise<RunResult>;
  /** What `run` would do, as far as it can be known without executing anything. */
  preview(request: RunRequest): Promise<readonly StagePreview[]>;
  /** Ends everything in flight; resolves when no process is left and every `run` has answered. Runs asked for later are cancelled at once. */
  cancel(): Promise<void>;
}

export interface StagePreview {
  readonly stage: string;
  /** null: it depends on an output that is not there yet. */
  readonly key: Digest | null;
  readonly state: "cached" | "will-run" | "unknown";
}

/** All that the runner touches, as one argument. */
export interface RunnerDeps {
  readonly journal: Journal;
  readonly artifacts: Artifacts;
  readonly executor: Executor;
  readonly clock: Clock;
  /** The lab's `.cairn`. */
  readonly workspace: string;
  /**
   * The directory that a recipe's stages run in: the lab's own, or a copy with the recipe's edits. An error is why no
   * stage of it can run.
   */
  readonly materialise: (recipe: ResolvedRecipe) => Promise<Result<string, FailureCause>>;
  /** Digests of the files (relative to `root`) as they are now; null for one that is gone. */
  readonly rehash: (root: string, paths: readonly string[]) => Promise<ReadonlyMap<string, Digest | null>>;
  /** By stage: what its metrics.json must name, and which of them have items. */
  readonly objectives: ReadonlyMap<string, readonly ExpectedObjective[]>;
  readonly capacity: Capacity;
  /** How often an attempt that crashed is tried again. */
  readonly retries: number;
  /** Of which children see a few variables only (see environment.ts). */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (event: RunEvent) => void;
  /** For tests: called at each named point, and may never return. */
  readonly atPoint?: (point: FailPoint) => void;
}

export interface ExpectedObjective {
  readonly name: string;
  readonly items: boolean;
}

export type Capacity =
  | {
      readonly kind: "machine";
      readonly cpus: number;
      readonly gpus: number;
      /** MiB. */
      readonly memory: number;
    }
  /** Elsewhere, with a queue of its own: so many attempts at once, and the rest is its affair. */
  | { readonly kind: "jobs"; readonly jobs: number };

/** The moments between the steps of an attempt, every transition of its life among them, at which a crash must lose nothing. */
export const failPoints = [
  "claimed",
  "prepared",
  "spawned",
  "exited",
  "checked",
  "split",
  "output-published",
  "measurements-published",
  "recorded",
  "failed",
  "released",
  "fenced",
  "left",
] as const;
export type FailPoint = (typeof failPoints)[number];
