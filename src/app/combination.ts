import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { usage } from "./errors.ts";
import type { LoadedLab } from "./load.ts";
import type { AskedRun } from "./queue.ts";

/** How the baseline is named where a combination is asked for. */
const baselineName = "baseline";

/**
 * The combination of exactly these levels; `baseline` stands for what has landed.
 * @throws CairnError `usage` when a level is unknown, or two are of one factor.
 */
export function combinationOf(loaded: LoadedLab, levels: readonly string[]): Combination {
  if (levels.length === 1 && levels[0] === baselineName) return loaded.baseline;
  const combination = combinationFromIds(loaded.space, levels);
  if (combination !== null) return combination;
  const known = loaded.space.factors.flatMap((factor) => factor.levels.map((level) => level.id));
  const unknown = levels.filter((level) => !known.includes(level));
  if (unknown.length > 0) throw usage(`there is no ${unknown.join(", ")} here`, `Levels: ${known.join(", ")}.`);
  throw usage(`${levels.join(" + ")} cannot go together`, "`cairn check` says what conflicts with what.");
}

export function askedRuns(loaded: LoadedLab, levels: readonly string[], seeds: number): readonly AskedRun[] {
  const combination = combinationOf(loaded, levels);
  return Array.from({ length: seeds }, (_, i) => ({
    combination,
    seed: i + 1,
    purpose: "search",
    why: { kind: "asked" },
  }));
}
