import type { Digest } from "../base/digest.ts";
import type { StageSpec } from "../lab/lab.ts";
import { describeDifference, explainKey, keyParts } from "../recipe/fingerprint.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import type { StagePreview } from "../run/runner.ts";
import { combinationOf } from "./combination.ts";
import { usage } from "./errors.ts";
import { capacityOf, createSessionRunner } from "./queue.ts";
import type { Session } from "./session.ts";

export interface StageExplanation extends StagePreview {
  /** Against the stage's newest recorded result: a phrase for each part of the key that differs. */
  readonly because: readonly string[];
}

/**
 * Why each stage of a run would be executed or reused, from the same walk that makes its key.
 * @param levels of the combination, or `baseline`.
 * @throws CairnError `usage` for an unknown level or an impossible combination.
 */
export async function explainRun(
  session: Session,
  levels: readonly string[],
  seed: number,
): Promise<readonly StageExplanation[]> {
  const recipe = recipeOf(session, levels);
  const runner = createSessionRunner(
    () => session,
    capacityOf(session.loaded.lab, {}),
    () => {},
  );
  const previews = await runner.preview({ id: "explain", recipe, seed });
  const outputs: Record<string, Digest> = {};
  for (const { stage, key } of previews) {
    const result = key === null ? null : await session.store.findResult(key);
    if (result !== null) outputs[stage] = result.output;
  }
  const explanations: StageExplanation[] = [];
  for (const preview of previews) {
    const stage = recipe.recipe.stages.find((candidate) => candidate.name === preview.stage);
    const because = stage === undefined ? [] : await reasons(session, recipe, stage, preview, outputs, seed);
    explanations.push({ ...preview, because });
  }
  return explanations;
}

function recipeOf(session: Session, levels: readonly string[]): ResolvedRecipe {
  const resolved = session.resolve(combinationOf(session.loaded, levels));
  if (!resolved.ok) throw usage(resolved.error.message);
  return resolved.value;
}

async function reasons(
  session: Session,
  recipe: ResolvedRecipe,
  stage: StageSpec,
  { state }: StagePreview,
  outputs: Readonly<Record<string, Digest>>,
  seed: number,
): Promise<readonly string[]> {
  if (state === "cached") return ["nothing that makes it what it is has changed"];
  const waitsFor = stage.needs.filter((need) => outputs[need] === undefined);
  if (waitsFor.length > 0)
    return [`what it is depends on the output of ${waitsFor.join(", ")}, which is not there yet`];
  const parts = keyParts(stage, { tree: recipe.tree, inputs: outputs, runSeed: seed });
  if (!parts.ok) return [parts.error.message];
  return explainKey(parts.value, await session.store.latestKeyParts(stage.name)).map(describeDifference);
}
