import type { z } from "zod";
import {
  type Clash,
  clash,
  type Frozen,
  type RunReason,
  runReason,
  type StageFailure,
  type StageReason,
  stageFailure,
  stageReason,
} from "../api/reasons.ts";
import type { Json } from "../base/json.ts";
import type { Unresolvable } from "../contribution/resolve.ts";
import type { Difference } from "../recipe/fingerprint.ts";
import type * as run from "../run/run.ts";
import type { RunRow, RunStage } from "../store/store.ts";

/** Reasons as they are recorded, and as the engine has them, as the wire has them. */

/** @param why of a run, as it is recorded */
export function reasonOf(why: Json): RunReason {
  const parsed = runReason.safeParse(why);
  return parsed.success ? parsed.data : { kind: "unknown" };
}

export function failureOfAttempts({
  stage,
  attempts,
  cause,
}: Pick<run.StageFailure, "stage" | "attempts" | "cause">): StageFailure {
  return onWire(stageFailure, { kind: "failed", stage, attempts, cause });
}

/** null: it did not fail. */
export function failureOfStage({ stage, failure, failed }: RunStage): StageFailure | null {
  if (failed !== undefined) return failureOfAttempts({ stage, ...failed });
  return failure === undefined ? null : { kind: "told", sentence: failure };
}

/** Of a run that failed: its first. */
export function failureOfRun(row: RunRow): StageFailure {
  for (const stage of row.stages) {
    const failure = failureOfStage(stage);
    if (failure !== null) return failure;
  }
  return { kind: "told", sentence: "a stage failed" };
}

export function stageReasonOf(difference: Difference): StageReason {
  return onWire(stageReason, difference);
}

export function clashOf({ clash: found }: Unresolvable): Clash {
  return onWire(clash, found);
}

/** A value that only reads, as one that a message is made of. */
function onWire<T extends z.ZodType>(schema: T, value: Frozen<z.output<T>>): z.output<T> {
  return schema.parse(value);
}
