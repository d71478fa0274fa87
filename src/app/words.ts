import { english } from "../api/words.ts";
import type { Subject } from "../plan/information.ts";
import type { StageFailure } from "../run/run.ts";
import { failureOfAttempts } from "./reasons.ts";

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

/** What went wrong with a stage, in one sentence. */
export function describeFailure(failure: StageFailure): string {
  return english.failure(failureOfAttempts(failure));
}
