import type { Recipe } from "../../../../src/api/lab.ts";

/** Sums over the stages of a recipe. Pure. */

export type RecipeStage = Recipe["stages"][number];

export interface Totals {
  readonly executed: number;
  readonly reused: number;
  readonly failed: number;
  readonly coreSeconds: number;
  readonly savedCoreSeconds: number;
}

export function totalsOf({ stages }: Recipe): Totals {
  const sum = (of: (stage: RecipeStage) => number) => stages.reduce((total, stage) => total + of(stage), 0);
  return {
    executed: sum(({ executed }) => executed),
    reused: sum(({ reused }) => reused),
    failed: sum(({ failed }) => failed),
    coreSeconds: sum(({ coreSeconds }) => coreSeconds),
    savedCoreSeconds: sum(({ savedCoreSeconds }) => savedCoreSeconds),
  };
}

/** Of the times the stage was asked for, how many the cache answered; null: never asked for. */
export function cachedShare({ executed, reused }: RecipeStage): number | null {
  return executed + reused === 0 ? null : reused / (executed + reused);
}
