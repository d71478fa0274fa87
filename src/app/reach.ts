import type { Combination, Space } from "../contribution/contribution.ts";
import type { Knowledge } from "../plan/plan.ts";
import { levelsOf, stepOf } from "../plan/space.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { stagePrefixes } from "./cost.ts";

/** null: the combination cannot be built. */
export type Resolve = (combination: Combination) => ResolvedRecipe | null;

/** The seed says nothing here: every recipe is walked with the same one. */
const anySeed = 1;

/**
 * The seeded stages and what reaches each: the factors of which some level, added to the baseline or left out of it,
 * makes the stage another one, itself or through a stage before it. A level whose step cannot be made may reach them all.
 */
export function seededStagesOf(space: Space, baseline: Combination, resolve: Resolve): Knowledge["seededStages"] {
  const recipe = resolve(baseline);
  const seeded = recipe?.recipe.stages.filter((stage) => stage.seeded).map((stage) => stage.name) ?? [];
  const reaches = new Map(seeded.map((stage) => [stage, new Set<number>()]));
  const here = prefixesOf(recipe);
  for (const ref of levelsOf(space)) {
    const step = stepOf({ space, baseline }, baseline, ref);
    const other = step === null ? null : step.within === baseline ? step.without : step.within;
    const there = other === null ? null : prefixesOf(resolve(other));
    for (const [stage, reach] of reaches)
      if (there === null || there.get(stage) !== here?.get(stage)) reach.add(ref.factor);
  }
  return [...reaches].map(([stage, reach]) => ({ stage, reach: [...reach].sort((a, b) => a - b) }));
}

function prefixesOf(recipe: ResolvedRecipe | null) {
  return recipe === null ? null : stagePrefixes(recipe, anySeed);
}
