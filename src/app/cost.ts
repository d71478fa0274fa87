import { type Digest, digestJson } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";
import { keyParts } from "../recipe/fingerprint.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";

/**
 * What a run would cost now. The planner asks for hundreds of combinations a time, so this does not walk real keys
 * (whose inputs are output digests that exist only once a stage has run) but *prefixes*: a stage's key with the
 * prefixes of the stages it needs in the place of their outputs. A prefix that was executed, or is on its way, is free;
 * early cut-off can make a run cheaper than predicted, never dearer.
 */
export interface CostModel {
  /** Core-seconds, counting only stages that are neither cached nor on their way. */
  cost(recipe: ResolvedRecipe, seed: number): number;
  /** Marks every prefix of a run as there or on its way. */
  add(recipe: ResolvedRecipe, seed: number): void;
  /** Tells what a stage took. */
  observe(stage: string, params: JsonObject, coreSeconds: number): void;
  /** Core-seconds of a run of `recipe` from nothing; null before anything was measured. */
  uncached(recipe: ResolvedRecipe): number | null;
}

/** Assumed of a stage that has never run. */
const unknownStageSeconds = 1;

export function createCostModel(): CostModel {
  const known = new Set<Digest>();
  const byStage = new Map<string, Mean>();
  const byParams = new Map<string, Mean>();
  const paramsKey = (stage: string, params: JsonObject) => digestJson([stage, params]);

  const estimate = (stage: string, params: JsonObject): number =>
    byParams.get(paramsKey(stage, params))?.value() ?? byStage.get(stage)?.value() ?? unknownStageSeconds;

  return {
    cost(recipe, seed) {
      const prefixes = stagePrefixes(recipe, seed);
      return recipe.recipe.stages
        .filter((stage) => {
          const prefix = prefixes.get(stage.name);
          return prefix === undefined || !known.has(prefix);
        })
        .reduce((sum, stage) => sum + estimate(stage.name, stage.params), 0);
    },
    add(recipe, seed) {
      for (const prefix of stagePrefixes(recipe, seed).values()) known.add(prefix);
    },
    observe(stage, params, coreSeconds) {
      meanOf(byStage, stage).add(coreSeconds);
      meanOf(byParams, paramsKey(stage, params)).add(coreSeconds);
    },
    uncached(recipe) {
      if (byStage.size === 0) return null;
      return recipe.recipe.stages.reduce((sum, stage) => sum + estimate(stage.name, stage.params), 0);
    },
  };
}

/** Per stage, the digest of what it is with everything before it. A stage that has no key (its code is gone) has none. */
export function stagePrefixes(recipe: ResolvedRecipe, seed: number): ReadonlyMap<string, Digest> {
  const prefixes = new Map<string, Digest>();
  for (const stage of recipe.recipe.stages) {
    if (stage.needs.some((need) => !prefixes.has(need))) continue;
    const inputs = Object.fromEntries(prefixes);
    const parts = keyParts(stage, { tree: recipe.tree, inputs, runSeed: seed });
    if (parts.ok) prefixes.set(stage.name, digestJson({ ...parts.value }));
  }
  return prefixes;
}

interface Mean {
  add(x: number): void;
  value(): number;
}

function meanOf(map: Map<string, Mean>, key: string): Mean {
  const found = map.get(key);
  if (found !== undefined) return found;
  let n = 0;
  let sum = 0;
  const mean: Mean = {
    add: (x) => {
      n += 1;
      sum += x;
    },
    value: () => sum / n,
  };
  map.set(key, mean);
  return mean;
}
