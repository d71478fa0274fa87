import { combinationFromIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import { usage } from "./errors.ts";
import type { LoadedLab } from "./load.ts";
import type { AskedRun } from "./queue.ts";

/** How combinations are named where one is asked for: what has landed, and the recipe with no contribution in it. */
export const baselineName = "baseline";
export const nothingName = "nothing";

/**
 * The combination of exactly these levels; `baseline` stands for what has landed, `nothing` for none of them.
 * @throws CairnError `usage` when a level is unknown, or two are of one factor.
 */
export function combinationOf(loaded: LoadedLab, levels: readonly string[]): Combination {
  const [name] = levels;
  if (levels.length === 1 && name === baselineName) return loaded.baseline;
  const combination = combinationFromIds(loaded.space, levels);
  if (combination !== null) return combination;
  if (levels.length === 1 && name === nothingName) return loaded.space.factors.map(() => 0);
  const known = loaded.space.factors.flatMap((factor) => factor.levels.map((level) => level.id));
  const unknown = levels.filter((level) => !known.includes(level));
  if (unknown.length > 0) throw usage(`there is no ${unknown.join(", ")} here`, `Levels: ${known.join(", ")}.`);
  throw usage(`${levels.join(" + ")} cannot go together`, "`cairn check` says what conflicts with what.");
}

/** Of one combination, a run a seed. */
export function askedRuns(loaded: LoadedLab, levels: readonly string[], seeds: readonly number[]): readonly AskedRun[] {
  const combination = combinationOf(loaded, levels);
  return seeds.map((seed) => ({ combination, seed, purpose: "search", why: { kind: "asked" } }));
}
