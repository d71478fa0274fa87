import { digestJson, sha256 } from "../base/digest.ts";
import type { JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Lab, StageSpec } from "../lab/lab.ts";
import { buildRecipe } from "../recipe/build.ts";
import type { ResolvedRecipe, Tree } from "../recipe/recipe.ts";
import { editTree, matchCode } from "../recipe/tree.ts";
import { chosenLevel } from "./combination.ts";
import type { Combination, FactorLevel, LevelId, Space } from "./contribution.ts";
import { applyPatches, type PatchFailure } from "./patch.ts";

/** Why a combination cannot be built, and the levels that it is about (none: the lab itself). */
export interface Unresolvable {
  readonly clash: Clash;
  readonly levels: readonly LevelId[];
}

export type Clash =
  /** A glob of a stage's `code` matches no file. */
  | { readonly kind: "no-code"; readonly stage: string; readonly glob: string }
  /** The patch of a level does not apply after the others. */
  | ({ readonly kind: "misfit"; readonly level: LevelId } & Pick<PatchFailure, "path" | "hunk" | "message">);

export interface ResolveArguments {
  readonly lab: Lab;
  readonly space: Space;
  /** Feasible in `space`. */
  readonly combination: Combination;
  readonly scale: string;
  /** The lab's files. Patches are remembered per tree, so a change of `files` comes with a new tree. */
  readonly tree: Tree;
  readonly files: (path: string) => string | null;
}

/**
 * What a combination at a scale is: its levels' parameters over the scale's, their patches applied in the order of the
 * levels' ids, and a digest of all that makes its stages what they are.
 */
export function resolveCombination(args: ResolveArguments): Result<ResolvedRecipe, Unresolvable> {
  const { lab, space, combination, scale, tree } = args;
  const levels = space.factors
    .map((factor, j) => chosenLevel(factor, combination[j] ?? 0))
    .filter((level) => level !== null)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const patched = levels.filter((level) => level.change.patches.length > 0);
  const edits = editsOf(patched, args);
  if (!edits.ok) return edits;
  const overlay = Object.fromEntries(levels.flatMap((level) => Object.entries(level.change.set)));
  const recipe = buildRecipe(lab, scale, overlay);
  const edited = editTree(tree, edits.value);
  const stages: Record<string, JsonObject> = {};
  for (const stage of recipe.stages) {
    const identity = stageIdentity(stage, edited);
    if (identity.ok) stages[stage.name] = identity.value;
    else return err({ clash: identity.error, levels: patched.map((level) => level.id) });
  }
  return ok({ recipe, tree: edited, edits: edits.value, digest: digestJson({ schema: 1, stages }) });
}

/** What a stage is, before any seed and any input: neither its resources nor its timeout. */
function stageIdentity(stage: StageSpec, tree: Tree): Result<JsonObject, Clash> {
  const code = matchCode(stage.code, tree);
  if (!code.ok) return err({ kind: "no-code", stage: stage.name, glob: code.error });
  return ok({
    command: stage.command,
    params: stage.params,
    // One digest of all: thousands of combinations are resolved while a plan is made.
    code: sha256(
      Object.entries(code.value)
        .map(([path, digest]) => `${path}\0${digest}\n`)
        .join(""),
    ),
    env: stage.env,
    needs: stage.needs.toSorted(),
    seeded: stage.seeded,
    outputs: stage.outputs.toSorted(),
  });
}

type Edits = Result<ReadonlyMap<string, string | null>, Unresolvable>;

/** Patches are applied once per set of patched levels. */
const remembered = new WeakMap<Tree, WeakMap<Space, Map<string, Edits>>>();

function editsOf(patched: readonly FactorLevel[], { tree, space, files }: ResolveArguments): Edits {
  const bySpace = remembered.get(tree) ?? new WeakMap<Space, Map<string, Edits>>();
  remembered.set(tree, bySpace);
  const known = bySpace.get(space) ?? new Map<string, Edits>();
  bySpace.set(space, known);
  const name = patched.map((level) => level.id).join("\0");
  let edits = known.get(name);
  if (edits === undefined) {
    edits = apply(patched, files);
    known.set(name, edits);
  }
  return edits;
}

function apply(patched: readonly FactorLevel[], files: (path: string) => string | null): Edits {
  const applied = applyPatches(
    patched.flatMap((level) => level.change.patches),
    files,
  );
  if (applied.ok) return applied;
  // By its level: a branch is often named after whoever made it, and this is told to those who decide.
  const { origin, path, hunk, message } = applied.error;
  const own = patched.find(({ change }) => change.patches.some((patch) => patch.origin === origin));
  const clash = { kind: "misfit", level: own?.id ?? "", path, hunk, message } as const;
  return err({ clash, levels: patched.map((level) => level.id) });
}
