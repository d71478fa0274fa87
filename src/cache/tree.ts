import { execFile } from "node:child_process";
import type { BigIntStats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import type { Digest } from "../base/digest.ts";
import { errorCode, unlessMissing } from "../base/system-error.ts";
import type { Tree } from "../recipe/recipe.ts";
import { type HashMemo, hashFile, openHashMemo } from "./hash.ts";

/** Something of the lab that has no content which could be hashed. Paths are relative to the lab. */
export type TreeProblem =
  | { readonly kind: "unreadable"; readonly path: string; readonly detail: string }
  /** A socket, a pipe, a device. */
  | { readonly kind: "special-file"; readonly path: string }
  /** A link to a folder outside the lab, or to one it lies in itself. */
  | { readonly kind: "outside-folder"; readonly path: string; readonly target: string };

/** Everything that keeps the lab's files from being hashed, at once. */
export class TreeError extends Error {
  readonly problems: readonly TreeProblem[];
  constructor(problems: readonly TreeProblem[]) {
    super(problems.map(describeTreeProblem).join("\n"));
    this.name = "TreeError";
    this.problems = problems;
  }
}

export function describeTreeProblem(problem: TreeProblem): string {
  const mend = "If it is not code, let git ignore it (.gitignore); what cannot be hashed cannot be part of a stage.";
  switch (problem.kind) {
    case "unreadable":
      return `${problem.path} cannot be read (${problem.detail}). ${mend}`;
    case "special-file":
      return `${problem.path} is a socket, a pipe or a device. ${mend}`;
    case "outside-folder":
      return `${problem.path} links to the folder ${problem.target}, which is outside the lab or holds the link itself. ${mend}`;
  }
}

/** Never part of a lab's code. */
const ownFolders = new Set([".cairn", ".git"]);
/** Nor is this where git cannot tell what is ignored. */
const installedFolders = new Set([...ownFolders, "node_modules"]);

/**
 * Digests of the files that stages may be made of: in a git work tree those that git tracks or would (the ignored ones
 * are data and caches), elsewhere all but `.cairn`, `.git` and `node_modules`. A link counts as what it leads to.
 * Digests are remembered in `.cairn/hashes.json` while a file's size, times and inode stand.
 * @throws TreeError naming everything that cannot be hashed.
 */
export async function scanTree(labDir: string): Promise<Tree> {
  const memo = await openHashMemo(join(labDir, ".cairn", "hashes.json"));
  const scan: Scan = { root: labDir, real: await realpath(labDir), memo, tree: new Map(), problems: [] };
  const listed = await gitFiles(labDir);
  if (listed === null) await addFolder(scan, "", { skipped: installedFolders, above: [scan.real] });
  for (const path of listed ?? []) {
    const above = [await realpath(dirname(join(labDir, path))).catch(() => scan.real)];
    await addEntry(scan, path, { skipped: ownFolders, above });
  }
  if (scan.problems.length > 0) throw new TreeError(scan.problems);
  await memo.save();
  return new Map([...scan.tree].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

interface Scan {
  readonly root: string;
  readonly real: string;
  readonly memo: HashMemo;
  readonly tree: Map<string, Digest>;
  readonly problems: TreeProblem[];
}

interface Walk {
  readonly skipped: ReadonlySet<string>;
  /** The real folders on the way here: a link back to one of them, or above it, has no end. */
  readonly above: readonly string[];
}

async function addFolder(scan: Scan, folder: string, walk: Walk): Promise<void> {
  for (const name of (await readdir(join(scan.root, folder))).sort()) {
    if (!walk.skipped.has(name)) await addEntry(scan, folder === "" ? name : `${folder}/${name}`, walk);
  }
}

async function addEntry(scan: Scan, path: string, walk: Walk): Promise<void> {
  const full = join(scan.root, path);
  try {
    const found = await follow(full);
    if (found === null) {
      if (path.includes("\uFFFD")) scan.problems.push({ kind: "unreadable", path, detail: "its name is not UTF-8" });
    } else if (found.isDirectory()) {
      const target = await realpath(full);
      if (!isWithin(scan.real, target) || walk.above.some((folder) => isWithin(target, folder))) {
        scan.problems.push({ kind: "outside-folder", path, target });
      } else await addFolder(scan, path, { ...walk, above: [...walk.above, target] });
    } else if (found.isFile()) scan.tree.set(path, await scan.memo.digest(full, found));
    else scan.problems.push({ kind: "special-file", path });
  } catch (error) {
    const detail = errorCode(error);
    if (detail === null) throw error;
    scan.problems.push({ kind: "unreadable", path, detail });
  }
}

/** What the path leads to; null for what is gone (git may list a file that was deleted) and for a link to nothing. */
async function follow(full: string): Promise<BigIntStats | null> {
  return unlessMissing(stat(full, { bigint: true }), null);
}

function isWithin(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest !== ".." && !rest.startsWith(`..${sep}`);
}

/** null: not in a git work tree, or git ignores the lab itself (then git knows nothing of it), or there is no git. */
async function gitFiles(labDir: string): Promise<readonly string[] | null> {
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-C", labDir, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  try {
    const { stdout } = await git("ls-files", "-z", "--cached", "--others", "--exclude-standard");
    // Ends with 0, and so does not throw, when the lab is ignored.
    const ignored = await git("check-ignore", "--quiet", ".").then(
      () => true,
      () => false,
    );
    if (ignored) return null;
    const paths = stdout.split("\0").filter((path) => path !== "");
    // Git names a repository inside this one as a folder with a slash behind it.
    return [...new Set(paths.map((path) => path.replace(/\/$/, "")))].filter((path) => !isOwn(path));
  } catch {
    return null;
  }
}

function isOwn(path: string): boolean {
  return ownFolders.has(path.split("/", 1)[0] ?? "");
}

/** Digests of some of the files under `root` as they are now; null for one that is gone. @throws when one cannot be read. */
export async function hashFiles(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Digest | null>> {
  const digests = new Map<string, Digest | null>();
  for (const path of paths) {
    const found = await follow(join(root, path));
    digests.set(path, found === null ? null : await hashFile(join(root, path), Number(found.size)));
  }
  return digests;
}
