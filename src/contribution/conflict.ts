import { canonicalJson, type Json } from "../base/json.ts";
import { shortJson } from "../lab/overlay.ts";
import type { Change } from "./contribution.ts";
import { applyPatches, patchPaths } from "./patch.ts";

/** Why two changes cannot be in one combination. */
export type Conflict =
  | { readonly kind: "value"; readonly key: string; readonly a: Json; readonly b: Json }
  | { readonly kind: "patch"; readonly path: string; readonly because: string };

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
  return together.ok ? null : { kind: "patch", path: together.error.path, because: together.error.message };
}

/** Patches of different files cannot get in each other's way. */
function sharePath(a: Change, b: Change): boolean {
  const paths = new Set(a.patches.flatMap(patchPaths));
  return b.patches.some((patch) => patchPaths(patch).some((path) => paths.has(path)));
}

/** A clause: "one sets `lr` to 1 and the other to 2". */
export function describeConflict(conflict: Conflict): string {
  if (conflict.kind === "patch") return `their patches of \`${conflict.path}\` do not apply together`;
  return `\`${conflict.key}\` is ${shortJson(conflict.a)} in one and ${shortJson(conflict.b)} in the other`;
}
