import { canonicalJson, type Json } from "../base/json.ts";
import { shortJson } from "../lab/overlay.ts";
import type { Change } from "./contribution.ts";
import { applyPatches, patchPaths } from "./patch.ts";

/** Why two changes cannot be in one combination. */
export type Conflict =
  | { readonly kind: "value"; readonly key: string; readonly a: Json; readonly b: Json }
  | { readonly kind: "patch"; readonly path: string };

/**
 * The first conflict of two changes, or null: a key set to different values (equal values agree), or patches of which
 * the second does not apply after the first, each of which applies alone.
 * @param files the lab's text by path
 */
export function findConflict(a: Change, b: Change, files: (path: string) => string | null): Conflict | null {
  for (const [key, value] of Object.entries(a.set)) {
    const other = b.set[key];
    if (other === undefined || canonicalJson(other) === canonicalJson(value)) continue;
    return { kind: "value", key, a: value, b: other };
  }
  if (!sharePath(a, b)) return null;
  const together = applyPatches([...a.patches, ...b.patches], files);
  return together.ok ? null : { kind: "patch", path: together.error.path };
}

/** Patches of different files cannot get in each other's way. */
function sharePath(a: Change, b: Change): boolean {
  const paths = new Set(a.patches.flatMap(patchPaths));
  return b.patches.some((patch) => patchPaths(patch).some((path) => paths.has(path)));
}

/** A clause about the two, by name: "`far` sets `train.lr` to 0.5 and `slow` to 0.01". */
export function describeConflict(conflict: Conflict, a: string, b: string): string {
  if (conflict.kind === "patch")
    return `the patches of \`${a}\` and \`${b}\` do not apply to \`${conflict.path}\` together`;
  return `\`${a}\` sets \`${conflict.key}\` to ${shortJson(conflict.a)} and \`${b}\` to ${shortJson(conflict.b)}`;
}
