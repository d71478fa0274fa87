/**
 * A choice that every method can be given, so that search and model are told apart: of the combinations that its search has
 * measured, the best posterior mean under the product's process at the mode of its hyper-parameters, among those that are
 * more likely than not to hold every guardrail.
 */
import { argmax } from "../../src/math/vector.ts";
import { createField } from "../../src/plan/acquire.ts";
import { combinationKey } from "../../src/plan/space.ts";
import { createNotebook } from "./cairn.ts";
import type { Problem } from "./method.ts";
import type { Onlooker } from "./replay.ts";

/** Fits after every ⌈N/8⌉ runs, and after those in `moments`. */
export function commonModel(problem: Problem, moments: ReadonlySet<number>): Onlooker {
  const told = createNotebook(problem);
  const every = Math.ceil(problem.levels.length / 8);
  return {
    tell: told.tell,
    looksAfter: (runs) => moments.has(runs) || runs % every === 0,
    recommend: () => {
      const { baseline, observations } = told.knowledge();
      const field = createField(told.ensemble(), baseline);
      const measured = new Map(observations.map(({ combination }) => [combinationKey(combination), combination]));
      const safe = [...measured.values()].filter((x) => field.standing(x).logSafe > Math.log(0.5));
      return argmax(safe, (x) => field.standing(x).mean) ?? baseline;
    },
  };
}
