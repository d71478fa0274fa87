/** When things were first run: places in the order of the observations. */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import type { Knowledge } from "../plan/plan.ts";
import { combinationKey, hasLevel } from "../plan/space.ts";

/** Place of the first run that had the level; −1: none. */
export function firstRunOf({ observations }: Knowledge, level: LevelRef): number {
  return observations.findIndex(({ combination }) => hasLevel(combination, level));
}

/** Place of the first run with which a set was put to confirmation against this baseline; −1: none that has finished. */
export function firstConfirmationOf({ observations, confirmSeed }: Knowledge, set: Combination): number {
  const key = combinationKey(set);
  return observations.findIndex(
    ({ purpose, seed, combination }) =>
      purpose === "confirm" && seed >= confirmSeed && combinationKey(combination) === key,
  );
}
