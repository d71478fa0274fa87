import { join } from "node:path";
import { pino, stdTimeFunctions } from "pino";
import type { Clock } from "../base/clock.ts";
import type { RunEvent, StageFailure } from "../run/run.ts";
import type { RunRow } from "../store/store.ts";
import { problemOf, sentenceOfProblem } from "./live/problem.ts";
import { createLogFile } from "./log-file.ts";
import { describeFailure } from "./words.ts";

/** Of what the queue tells, what is written down. */
type Told =
  | { readonly kind: "resumed"; readonly runs: number }
  | { readonly kind: "steered" }
  | { readonly kind: "run-started"; readonly run: RunRow; readonly why: string }
  | { readonly kind: "run-finished"; readonly run: RunRow }
  | { readonly kind: "stage"; readonly event: RunEvent };

/** The workspace's log of what was run: a JSON object a line, for machines (docs/operations.md lists its fields). */
export interface RunLog {
  begin(): void;
  see(event: Told): void;
  /** @param end why the queue rests, in a word */
  end(end: string): void;
  broke(error: unknown): void;
}

export function runLogPath(workspace: string): string {
  return join(workspace, "log.jsonl");
}

const bounds = { bytes: 8 * 2 ** 20, kept: 4 };

interface RunLogOptions {
  readonly workspace: string;
  readonly lab: string;
  /** This process, as leases name it. */
  readonly owner: string;
  readonly clock: Clock;
}

/**
 * Tells of runs, stages and attempts. What stages print, write or say of themselves stays with them: it may hold anything,
 * secrets too; nothing of the environment, commands or parameters goes in.
 */
export function createRunLog({ workspace, lab, owner, clock }: RunLogOptions): RunLog {
  const timestamp = stdTimeFunctions.isoTime;
  const log = pino(
    { base: { lab, owner }, timestamp, formatters },
    { write: createLogFile(runLogPath(workspace), bounds) },
  );
  /** By attempt: when it was seen to begin. */
  const begun = new Map<string, number>();
  const secondsOf = ({ attempt }: StageFailure) => {
    const at = attempt === null ? undefined : begun.get(attempt);
    return at === undefined ? {} : { seconds: (clock.monotonic() - at) / 1000 };
  };

  const seeStage = (event: RunEvent) => {
    switch (event.kind) {
      case "stage-started": {
        const { kind, run, stage, key, attempt } = event;
        begun.set(attempt, clock.monotonic());
        return log.info({ event: kind, run, stage, key, attempt }, "a stage has begun");
      }
      case "stage-finished": {
        const { kind, run, stage, result } = event;
        const { key, attempt, seconds } = result;
        begun.delete(attempt);
        return log.info({ event: kind, run, stage, key, attempt, seconds }, "a stage is recorded");
      }
      case "stage-failed": {
        const { kind, run, stage, failure, willRetry } = event;
        const { key, attempt, attempts, cause } = failure;
        const fields = { event: kind, run, stage, key, attempt, attempts, ...secondsOf(failure), failure: cause.kind };
        if (attempt !== null) begun.delete(attempt);
        return log[willRetry ? "warn" : "error"]({ ...fields, willRetry }, sentenceOf(failure));
      }
      case "stage-reused":
      case "stage-shared": {
        const { kind, run, stage, key } = event;
        const words = kind === "stage-reused" ? "a stage is taken from the record" : "a stage is waited for";
        return log.info({ event: kind, run, stage, key }, words);
      }
      case "contact":
        if (event.problem === null) return log.info({ event: "contact", remote: event.remote }, "answers again");
        return log.warn({ event: "contact", remote: event.remote }, event.problem);
      case "warning":
        return log.warn({ event: "warning", run: event.run, stage: event.stage }, event.message);
      case "stage-progress":
      case "stage-log":
        return;
    }
  };

  return {
    begin: () => log.info({ event: "queue-began" }, "the queue works"),
    see: (event) => {
      switch (event.kind) {
        case "run-started": {
          const { id, levels, seed, scale, purpose } = event.run;
          return log.info({ event: "run-started", run: id, levels, seed, scale, purpose }, event.why);
        }
        case "run-finished": {
          const { id, state, coreSeconds, gpuSeconds } = event.run;
          const words = state === "done" ? "a run is done" : `a run is ${state}`;
          const fields = { event: "run-finished", run: id, state, coreSeconds, gpuSeconds };
          return log[state === "failed" ? "error" : "info"](fields, words);
        }
        case "stage":
          return seeStage(event.event);
        case "resumed":
          if (event.runs > 0) log.info({ event: "resumed", runs: event.runs }, "runs that were left are taken up");
          return;
        case "steered":
          return;
      }
    },
    end: (end) => log.info({ event: "queue-ended", end }, "the queue rests"),
    broke: (error) => {
      const event = "queue-broke";
      const problem = problemOf(error);
      // Not the error itself: what a client library hangs on it may be anything.
      if (problem.kind === "defect") log.error({ event, failure: "defect", stack: problem.stack }, problem.message);
      else log.error({ event, failure: problem.failure.kind }, sentenceOfProblem(problem));
    },
  };
}

/** A cause that is told in words of the stage, of its command or of the cluster is named by its kind alone. */
function sentenceOf(failure: StageFailure): string {
  const { stage, cause } = failure;
  switch (cause.kind) {
    case "bad-metrics":
      return `${stage} failed: ${cause.kind} (${cause.file})`;
    case "bad-output":
    case "spawn":
    case "refused":
      return `${stage} failed: ${cause.kind}`;
    default:
      return describeFailure(failure);
  }
}

/** Levels by their names: a number means something to pino alone. */
const formatters = { level: (level: string) => ({ level }) };
