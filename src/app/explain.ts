import type { StageReason } from "../api/reasons.ts";
import { english } from "../api/words.ts";
import type { Digest } from "../base/digest.ts";
import type { StageSpec } from "../lab/lab.ts";
import { explainKey, keyParts } from "../recipe/fingerprint.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import type { StagePreview } from "../run/runner.ts";
import { combinationOf } from "./combination.ts";
import { usage } from "./errors.ts";
import { capacityOf, createSessionRunner } from "./queue.ts";
import { stageReasonOf } from "./reasons.ts";
import type { Session } from "./session.ts";

export interface StageExplanation extends StagePreview {
  /** Against the stage's newest recorded result: a phrase for each part of the key that differs. */
  readonly because: readonly string[];
  /** The same as data. */
  readonly reasons: readonly StageReason[];
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
    const found = stage === undefined ? [] : await reasons(session, recipe, stage, preview, outputs, seed);
    explanations.push({ ...preview, because: found.map(english.stage), reasons: found });
  }
  return explanations;
}

function recipeOf(session: Session, levels: readonly string[]): ResolvedRecipe {
  const resolved = session.resolve(combinationOf(session.loaded, levels));
  if (!resolved.ok) throw usage(english.clash(resolved.error.clash));
  return resolved.value;
}

async function reasons(
  session: Session,
  recipe: ResolvedRecipe,
  stage: StageSpec,
  { state }: StagePreview,
  outputs: Readonly<Record<string, Digest>>,
  seed: number,
): Promise<readonly StageReason[]> {
  if (state === "cached") return [{ kind: "reused", run: null }];
  const waitsFor = stage.needs.filter((need) => outputs[need] === undefined);
  if (waitsFor.length > 0) return [{ kind: "waits", for: waitsFor }];
  const parts = keyParts(stage, { tree: recipe.tree, inputs: outputs, runSeed: seed });
  if (!parts.ok) return [{ kind: "no-code", stage: parts.error.stage, glob: parts.error.glob }];
  return explainKey(parts.value, await session.store.latestKeyParts(stage.name)).map(stageReasonOf);
}
