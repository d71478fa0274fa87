import { isSubmitLimit } from "../run/executors/slurm.ts";
import type { RunResult, StageFailure } from "../run/run.ts";
import { type Failure, failureOf } from "./errors.ts";
import { labFile } from "./load.ts";
import type { Session } from "./session.ts";
import { describeFailure } from "./words.ts";

/**
 * What kept a run from being made, and would keep every other: no combination is to be blamed for it, and nothing more is
 * to be started until somebody has mended it. null: the run's failure, if it failed, is its own.
 */
export async function hindranceOf(
  { artifacts }: { readonly artifacts: Pick<Session["artifacts"], "prove"> },
  result: RunResult,
): Promise<Failure | null> {
  for (const outcome of result.stages.values()) {
    const found = outcome.kind === "failed" ? await hindranceBy(outcome.failure, artifacts.prove) : null;
    if (found !== null) return found;
  }
  return null;
}

async function hindranceBy(failure: StageFailure, prove: () => Promise<void>): Promise<Failure | null> {
  const message = `nothing more is started: ${describeFailure(failure)}`;
  switch (failure.cause.kind) {
    case "refused": {
      // Without an attempt it is the recipe that was refused, here. What a stage takes of a cluster is the lab's to say.
      if (failure.attempt === null) return null;
      const help = `Mend \`executor\` in ${labFile}, or the stage's resources; \`cairn doctor\` asks about every stage.`;
      return { kind: "unavailable", message, help };
    }
    case "lost": {
      if (!isSubmitLimit(failure.cause.message)) return null;
      const help = `Set \`jobs\` of \`executor\` in ${labFile} to what the site lets you submit at once, or go on when other jobs of yours have ended.`;
      return { kind: "unavailable", message, help };
    }
    case "disk-full":
      return {
        kind: "unavailable",
        message,
        help: "Make room and go on; `cairn gc` removes outputs that nothing uses.",
      };
    case "io":
      return storageFailure(prove);
    default:
      return null;
  }
}

/** A storage that takes nothing now; what is wrong with one directory alone is not of this kind. */
async function storageFailure(prove: () => Promise<void>): Promise<Failure | null> {
  try {
    await prove();
    return null;
  } catch (error) {
    return failureOf(error);
  }
}
