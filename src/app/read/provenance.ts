import type { Digest } from "../../base/digest.ts";
import { combinationFromIds } from "../../contribution/combination.ts";
import type { StageSpec } from "../../lab/lab.ts";
import type { KeyParts } from "../../recipe/fingerprint.ts";
import type { ResolvedRecipe } from "../../recipe/recipe.ts";
import type { RunRow, RunStage, Store } from "../../store/store.ts";
import type { Session } from "../session.ts";

/** What a stage of a run was made of. */
export interface Made {
  readonly command: StageSpec["command"];
  readonly params: StageSpec["params"];
  readonly env: StageSpec["env"];
  /** Path → digest; null: not known before the stage had a key. */
  readonly code: Readonly<Record<string, Digest>> | null;
}

const parts = new WeakMap<Store, Map<Digest, KeyParts | null>>();

/** What a key stands for never changes: it is read once. */
export async function keyPartsOf(store: Store, key: Digest): Promise<KeyParts | null> {
  const known = parts.get(store) ?? new Map<Digest, KeyParts | null>();
  parts.set(store, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const read = await store.findKeyParts(key);
  known.set(key, read);
  return read;
}

/** As its key says; before it has one, as the run's combination resolves. null: neither is known. */
export async function madeOf(session: Session, row: RunRow, stage: RunStage): Promise<Made | null> {
  const recorded = stage.key === null ? null : await keyPartsOf(session.store, stage.key);
  if (recorded !== null) return recorded;
  const spec = recipeOf(session, row)?.recipe.stages.find(({ name }) => name === stage.stage);
  return spec === undefined ? null : { command: spec.command, params: spec.params, env: spec.env, code: null };
}

/** null: the run's combination is not what it was. */
export function recipeOf(session: Session, { levels, scale, recipeDigest }: RunRow): ResolvedRecipe | null {
  const { space, lab } = session.loaded;
  const combination = combinationFromIds(space, levels);
  if (combination === null || !lab.scales.some(({ name }) => name === scale)) return null;
  const resolved = session.resolve(combination, scale);
  return resolved.ok && resolved.value.digest === recipeDigest ? resolved.value : null;
}
