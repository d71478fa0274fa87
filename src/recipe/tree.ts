import type { Digest } from "../base/digest.ts";
import { sha256 } from "../base/digest.ts";
import { type Err, err, type Ok, ok } from "../base/result.ts";
import { globMatches } from "../lab/glob.ts";
import type { Tree } from "./recipe.ts";

/**
 * Which files of a tree a stage is made of. Thousands of combinations ask this of trees that differ in the content of a
 * few files, so what globs match is remembered per *list of paths*, which such trees share.
 */
class PathList {
  readonly paths: readonly string[];
  readonly matched = new Map<string, Matched>();
  /** Lists that differ from this one by created and deleted files, by what was created and deleted. */
  readonly derived = new Map<string, PathList>();

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }
}

type Matched = Ok<readonly string[]> | Err<string>;

const pathLists = new WeakMap<Tree, PathList>();

function pathListOf(tree: Tree): PathList {
  const known = pathLists.get(tree);
  if (known !== undefined) return known;
  const made = new PathList([...tree.keys()]);
  pathLists.set(tree, made);
  return made;
}

/**
 * The files that globs match, path → digest, sorted by code unit.
 * @returns the first glob that matches no file, if there is one: code that is not there cannot be hashed
 */
export function matchCode(globs: readonly string[], tree: Tree): Ok<Record<string, Digest>> | Err<string> {
  const list = pathListOf(tree);
  const name = globs.join("\0");
  let matched = list.matched.get(name);
  if (matched === undefined) {
    matched = matchPaths(globs, list.paths);
    list.matched.set(name, matched);
  }
  if (!matched.ok) return matched;
  const files: [string, Digest][] = [];
  for (const path of matched.value) {
    const digest = tree.get(path);
    if (digest !== undefined) files.push([path, digest]);
  }
  return ok(Object.fromEntries(files));
}

function matchPaths(globs: readonly string[], paths: readonly string[]): Matched {
  const all = new Set<string>();
  for (const glob of globs) {
    const found = paths.filter((path) => globMatches(glob, path));
    if (found.length === 0) return err(glob);
    for (const path of found) all.add(path);
  }
  return ok([...all].sort());
}

/** The tree after edits: new text, or null where a file is removed. The tree itself where there are none. */
export function editTree(tree: Tree, edits: ReadonlyMap<string, string | null>): Tree {
  if (edits.size === 0) return tree;
  const edited = new Map(tree);
  const moves: string[] = [];
  for (const [path, text] of edits) {
    if (tree.has(path) !== (text !== null)) moves.push(`${text === null ? "-" : "+"}${path}`);
    if (text === null) edited.delete(path);
    else edited.set(path, textDigest(text));
  }
  const base = pathListOf(tree);
  const name = moves.sort().join("\0");
  const list = moves.length === 0 ? base : (base.derived.get(name) ?? new PathList([...edited.keys()]));
  if (moves.length > 0) base.derived.set(name, list);
  pathLists.set(edited, list);
  return edited;
}

/** Digests of texts that patches made: the same few come again with every combination. */
const textDigests = new Map<string, Digest>();

function textDigest(text: string): Digest {
  const known = textDigests.get(text);
  if (known !== undefined) return known;
  if (textDigests.size > 1000) textDigests.clear();
  const digest = sha256(text);
  textDigests.set(text, digest);
  return digest;
}
