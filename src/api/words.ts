import { type ProblemKind, problemTitles } from "./problems.ts";
import type {
  Clash,
  Frozen,
  Obstacle,
  QueueProblem,
  QueueRest,
  RunReason,
  StageFailure,
  StageReason,
} from "./reasons.ts";

/** The sentences for reasons. A language is one of these; a reason that it has no words for is a type error. */
export interface Words {
  /** Why a run was chosen. A clause, as all but `rest`. */
  run(reason: Frozen<RunReason>): string;
  failure(failure: Frozen<StageFailure>): string;
  stage(reason: Frozen<StageReason>): string;
  clash(clash: Frozen<Clash>): string;
  obstacle(obstacle: Frozen<Obstacle>): string;
  problem(problem: Frozen<QueueProblem>): string;
  /** Of what the server refuses. */
  readonly titles: Readonly<Record<ProblemKind, string>>;
  /** Why the queue rests: sentences, with what would help. */
  rest(rest: Frozen<QueueRest>): string;
}

/** English, for the terminal, for whoever calls the API, and for the browser. */
export const english: Words = { run, failure, stage, clash, obstacle, problem, rest, titles: problemTitles };

function run(reason: Frozen<RunReason>): string {
  switch (reason.kind) {
    case "asked":
      return "asked for by hand";
    case "baseline":
      return "the baseline, that everything is compared with";
    case "design":
      return "a spread of half the changes, to see many at once";
    case "improve":
      return `expected to gain ${roundGain(reason.expected)} over the best so far; differs by ${reason.differsBy.join(", ") || "nothing"}`;
    case "replicate":
      return `a second look with another seed (${reason.runs} so far), where noise blurs the choice`;
    case "bold":
      return `from the share for bold ideas: ${reason.level}`;
    case "confirm":
      return `confirmation, pair ${reason.pair}: the ${reason.side === "baseline" ? "baseline" : "recommended set"} on a fresh seed`;
    case "audit":
      return `audit of credit: ${reason.parts} of the ${reason.of} parts together`;
    case "margin":
      return reason.side === "set"
        ? "near a guardrail's margin: can it be shown to hold?"
        : "the baseline again, for a set that is near a guardrail's margin";
    case "first-look":
      return `a first look at ${reason.level}, which has not run here yet, beside the recommended set`;
    case "leave-out":
      return `the recommended set without ${reason.level}: is it worth its keep?`;
    case "scrape":
      return `nothing better to do: does ${reason.level}, which landed before, still hold?`;
    case "unknown":
      return "for a reason that an earlier version of Cairn had";
  }
}

/** Of a gain that is expected: two digits. */
export function roundGain(x: number): string {
  return x.toPrecision(2).replace("-", "−");
}

function failure(failed: Frozen<StageFailure>): string {
  if (failed.kind === "told") return failed.sentence;
  const tries = failed.attempts > 1 ? ` (tried ${failed.attempts} times)` : "";
  return `${failed.stage} ${causeClause(failed.cause)}${tries}`;
}

type Cause = Extract<Frozen<StageFailure>, { kind: "failed" }>["cause"];

function causeClause(cause: Cause): string {
  switch (cause.kind) {
    case "exit":
      return `exited with ${cause.code}`;
    case "signal":
      return `was ended by ${cause.signal}${cause.signal === "SIGKILL" ? " (often: out of memory)" : ""}`;
    case "timeout":
      return `ran into its timeout of ${cause.seconds} s`;
    case "out-of-memory":
      return `ran out of memory: ${cause.message}`;
    case "lost":
      return `was lost with its machine: ${cause.message}`;
    case "stopped":
      return `was stopped: ${cause.message}`;
    case "spawn":
      return `could not be started: ${cause.command}: ${cause.message}`;
    case "missing-output":
      return `ended without writing ${cause.files.join(", ")}, which it declares in \`outputs\``;
    case "missing-metrics":
      return `ended without ${cause.objectives.join(", ")} in $CAIRN_OUT/metrics.json`;
    case "bad-metrics":
      return `wrote a ${cause.file} that cannot be read: ${cause.message}`;
    case "bad-output":
      return `wrote ${cause.path}, which cannot be kept: ${cause.message}`;
    case "code-changed":
      return `was not recorded, because its code changed while it ran: ${cause.files.join(", ")}`;
    case "refused":
      return `was not started: ${cause.message}`;
    case "no-capacity":
      return `needs ${cause.needed} GPUs and there are ${cause.available} (give them with --gpus)`;
    case "disk-full":
      return "could not be done: the disk is full";
    case "io":
      return `was not done, by no fault of its own: ${cause.message}`;
  }
}

/** To stand after "because": `parameter position changed from "learned" to "rotary"`. */
function stage(reason: Frozen<StageReason>): string {
  switch (reason.kind) {
    case "blocked":
      return "a stage that it needs failed";
    case "waits":
      return reason.for.length === 0
        ? "what it is depends on the stages before it, which are not done yet"
        : `what it is depends on the output of ${reason.for.join(", ")}, which is not there yet`;
    case "reused":
      return `nothing that makes it what it is has changed${reason.run === null ? "" : ` since run ${reason.run} executed it`}`;
    case "no-code":
      return clash(reason);
    case "first":
      return "nothing like it has run before";
    case "schema":
      return "this version of Cairn makes keys in a new way";
    case "stage":
      return `it is another stage: ${text(reason.after)}, not ${text(reason.before)}`;
    case "command":
      return `the command changed from ${text(reason.before)} to ${text(reason.after)}`;
    case "param":
      return `parameter ${reason.name} ${changeClause(reason.change)}`;
    case "code":
      return `${reason.path} ${{ added: "was added", removed: "was removed", changed: "changed" }[reason.change.kind]}`;
    case "input":
      return inputClause(reason.stage, reason.change.kind);
    case "env":
      return `environment variable ${reason.name} ${changeClause(reason.change)}`;
    case "seed":
      if (reason.before === null) return "it is seeded now";
      return reason.after === null ? "it is no longer seeded" : "the run's seed is another";
    case "outputs":
      return `its outputs changed from ${text(reason.before)} to ${text(reason.after)}`;
  }
}

type Change = Extract<Frozen<StageReason>, { kind: "param" }>["change"];

function changeClause(change: Change): string {
  switch (change.kind) {
    case "added":
      return `was added: ${text(change.after)}`;
    case "removed":
      return `was removed: it was ${text(change.before)}`;
    case "changed":
      return `changed from ${text(change.before)} to ${text(change.after)}`;
  }
}

function inputClause(needed: string, change: Change["kind"]): string {
  switch (change) {
    case "added":
      return `it now needs ${needed}`;
    case "removed":
      return `it no longer needs ${needed}`;
    case "changed":
      return `the output of ${needed} is different`;
  }
}

/** A value as it stands in a file. */
function text(value: Frozen<unknown>): string {
  return JSON.stringify(value);
}

function clash(found: Frozen<Clash>): string {
  switch (found.kind) {
    case "apart":
      return `${found.levels.join(" and ")} cannot go together`;
    case "requires":
      return `${found.level} requires ${found.anyOf.join(" or ")}`;
    case "contradiction":
      return "what it requires and what it excludes leave no combination";
    case "no-code":
      return `no file matches \`${found.glob}\`, of the \`code\` of stage \`${found.stage}\``;
    case "misfit":
      return `the patch of \`${found.level}\` does not apply together with the others: ${found.message}`;
  }
}

function obstacle(found: Frozen<Obstacle>): string {
  switch (found.kind) {
    case "own-file":
      return "its file has errors, and what is shown is from before them";
    case "lab-files":
      return "the lab's files have errors, and nothing is run until they are right";
    case "withdrawn":
      return "it was withdrawn";
    case "failed":
      return `every run that had it failed: ${failure(found.failure)}`;
    case "clash":
      return clash(found.clash);
    case "paused":
      return "the queue is paused";
    case "watching":
      return "this server was told not to run anything";
    case "resting":
      return rest(found.rest);
  }
}

function problem(found: Frozen<QueueProblem>): string {
  switch (found.kind) {
    case "no-lab":
      return `there is no cairn.yaml in ${found.from} any more`;
    case "bad-files":
      return "the lab's files are not right; `cairn check` says where";
    case "other":
      return found.message;
  }
}

function rest(found: Frozen<QueueRest>): string {
  switch (found.kind) {
    case "decided":
      return "The decision is made: more runs are not expected to change it. Land what is recommended, if anything is: what is proposed meanwhile is looked at once, and measured after that.";
    case "budget-spent":
      return `The budget is spent (${found.which}). A larger one in the lab file's policy, or a landing, lets it go on.`;
    case "exhausted":
      return "Nothing is left that could be run and would tell more. Something new to measure starts it again.";
    case "baseline-failed":
      return `The baseline does not run: ${failure(found.failure)}. When its files are mended it is tried again; \`cairn run --retry-failed\` tries it as it is.`;
    case "problem":
      return `It cannot work: ${problem(found.problem)}.`;
    case "crashed":
      return `The queue's thread ended (${found.message}). It is started again in ${found.seconds} s; what ran is taken up then.`;
    case "stopped":
      return "It was stopped.";
  }
}
