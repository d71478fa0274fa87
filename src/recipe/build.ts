import type { JsonObject } from "../base/json.ts";
import type { Lab, StageSpec } from "../lab/lab.ts";
import { splitTarget } from "../lab/overlay.ts";
import type { Recipe } from "./recipe.ts";

/**
 * The lab's stages with their parameters: `overlay` (`stage.param` → value) over the scale's values over the stage's
 * own. A value replaces the whole of what it covers. Stages come after everything they need, else in the file's order.
 * @throws RangeError when the lab has no such scale, stage or parameter: the readers of labs and contributions refuse
 * those, so it is a mistake of the caller's
 */
export function buildRecipe(lab: Lab, scale: string, overlay: JsonObject): Recipe {
  const chosen = lab.scales.find((candidate) => candidate.name === scale);
  if (chosen === undefined) throw new RangeError(`the lab has no scale ${JSON.stringify(scale)}`);
  const params = new Map(lab.stages.map((stage) => [stage.name, { ...stage.params }]));
  for (const [key, value] of [...Object.entries(chosen.set), ...Object.entries(overlay)]) {
    const { stage, param } = splitTarget(key);
    const own = params.get(stage);
    if (own === undefined || param === null || !Object.hasOwn(own, param)) {
      throw new RangeError(`the lab has no parameter ${JSON.stringify(key)}`);
    }
    own[param] = value;
  }
  return { stages: sortStages(lab.stages).map((stage) => ({ ...stage, params: params.get(stage.name) ?? {} })) };
}

/**
 * Topological order that keeps the given order wherever needs allow: always the first stage whose needs are all there.
 * @throws RangeError on a circle or an unknown need
 */
export function sortStages(stages: readonly StageSpec[]): StageSpec[] {
  const sorted: StageSpec[] = [];
  const placed = new Set<string>();
  while (sorted.length < stages.length) {
    const next = stages.find((stage) => !placed.has(stage.name) && stage.needs.every((need) => placed.has(need)));
    if (next === undefined) throw new RangeError("the stages need each other in a circle, or something unknown");
    placed.add(next.name);
    sorted.push(next);
  }
  return sorted;
}
