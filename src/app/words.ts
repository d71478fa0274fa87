import type { Subject } from "../plan/information.ts";
import type { Why } from "../plan/plan.ts";
import type { FailureCause, StageFailure } from "../run/run.ts";

/**
 * A combination by what it changes: `rotary + muon` where nothing has landed, `+muon −rotary` against a baseline.
 * @param width characters; what does not fit is counted.
 */
export function combinationName(levels: readonly string[], baseline: readonly string[], width = Infinity): string {
  const added = levels.filter((level) => !baseline.includes(level));
  const removed = baseline.filter((level) => !levels.includes(level));
  if (added.length + removed.length === 0) return "baseline";
  const fresh = baseline.length === 0;
  const parts = fresh ? added : [...added.map((level) => `+${level}`), ...removed.map((level) => `−${level}`)];
  const separator = fresh ? " + " : " ";
  let shown = parts.length;
  const text = () => {
    const rest = parts.length - shown;
    return parts.slice(0, shown).join(separator) + (rest > 0 ? `${separator}${rest} more` : "");
  };
  while (shown > 1 && text().length > width) shown -= 1;
  return text();
}

/** Why a run was chosen, in one sentence. */
export function whySentence(why: Why): string {
  switch (why.kind) {
    case "asked":
      return "asked for by hand";
    case "baseline":
      return "the baseline, that everything is compared with";
    case "design":
      return "a spread of half the changes, to see many at once";
    case "improve":
      return `expected to gain ${round(why.expected)} over the best so far; differs by ${why.differsBy.join(", ") || "nothing"}`;
    case "replicate":
      return `a second look with another seed (${why.runs} so far), where noise blurs the choice`;
    case "bold":
      return `from the share for bold ideas: ${why.level}`;
    case "confirm":
      return `confirmation, pair ${why.pair}: the ${why.side === "baseline" ? "baseline" : "recommended set"} on a fresh seed`;
    case "audit":
      return `audit of credit: ${why.parts} of the ${why.of} parts together`;
    case "margin":
      return why.side === "set"
        ? "near a guardrail's margin: can it be shown to hold?"
        : "the baseline again, for a set that is near a guardrail's margin";
    case "leave-out":
      return `the recommended set without ${why.level}: is it worth its keep?`;
    case "scrape":
      return `nothing better to do: does ${why.level}, which landed before, still hold?`;
  }
}

/** What is asked of a run, to be followed by what it tells of it; `levels` by id. */
export function questionWords(kind: Subject["kind"], levels: readonly string[]): string {
  switch (kind) {
    case "level":
      return `to see what ${levels.join()} is worth`;
    case "order":
      return `to tell ${levels.join(" and ")} apart`;
    case "set":
      return "to see what the set gains";
  }
}

function round(x: number): string {
  return x.toPrecision(2).replace("-", "−");
}

/** What went wrong with a stage, in one sentence. */
export function describeFailure(failure: StageFailure): string {
  const tries = failure.attempts > 1 ? ` (tried ${failure.attempts} times)` : "";
  return `${failure.stage} ${describeCause(failure.cause)}${tries}`;
}

function describeCause(cause: FailureCause): string {
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
