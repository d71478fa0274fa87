import { randomBytes } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestJson } from "../base/digest.ts";
import type { Tree } from "../recipe/recipe.ts";
import { errorCode, isMissing } from "../run/system-error.ts";
import { removeReadOnly } from "./artifacts.ts";
import { hashFile } from "./hash.ts";

/** Of a lab, these are never linked into a copy: Cairn's own, git's, and caches that tell files apart by name and time alone. */
const leftOut = new Set([".cairn", ".git", "__pycache__"]);

/**
 * A directory for stages to run in: copies of the lab's files with the edits laid over (copies, never hard links: a
 * stage may write), and links to what the lab has besides (`node_modules`, data that git ignores), so that imports and
 * data are found. Named by its content, made in one rename, used again by whoever needs the same.
 * @param tree the lab's files after the edits
 * @param targetRoot where copies are kept: `.cairn/trees`
 * @throws Error naming the file, when the lab no longer holds what `tree` says: it was edited since it was scanned
 */
export async function materialiseTree(
  labDir: string,
  tree: Tree,
  edits: ReadonlyMap<string, string | null>,
  targetRoot: string,
): Promise<string> {
  const target = join(targetRoot, digestJson(Object.fromEntries(tree)));
  if (await exists(target)) {
    await repair(labDir, tree, edits, target);
    await linkTheRest(labDir, tree, edits, target);
    const now = new Date();
    await utimes(target, now, now);
    return target;
  }
  const temporary = join(targetRoot, `.new-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await mkdir(temporary, { recursive: true });
    for (const path of tree.keys()) await copyOne(labDir, path, edits, join(temporary, path));
    await linkTheRest(labDir, tree, edits, temporary);
    await verify(tree, temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster: its copy is as good.
    if (!(await exists(target))) throw error;
  }
  return target;
}

/** Removes copies that nobody has asked for since `olderThan` (milliseconds since 1970). Returns how many went, or would. */
export async function gcTrees(targetRoot: string, olderThan: number, dryRun = false): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(targetRoot)) {
    const path = join(targetRoot, name);
    if ((await stat(path)).ctimeMs >= olderThan) continue;
    removed++;
    if (!dryRun) await removeReadOnly(path);
  }
  return removed;
}

async function copyOne(
  labDir: string,
  path: string,
  edits: ReadonlyMap<string, string | null>,
  to: string,
): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const text = edits.get(path);
  const source = join(labDir, path);
  if (typeof text === "string") await writeFile(to, text);
  else await copyFile(source, to);
  const mode = await modeOf(source);
  if (mode !== null) await chmod(to, (mode & 0o111) === 0 ? 0o644 : 0o755);
}

/** A stage may have written over a file of its own code: that file alone is put back, the others may be in use. */
async function repair(
  labDir: string,
  tree: Tree,
  edits: ReadonlyMap<string, string | null>,
  target: string,
): Promise<void> {
  for (const [path, digest] of tree) {
    if ((await digestOf(join(target, path))) === digest) continue;
    const fresh = join(target, `.new-${process.pid}-${randomBytes(4).toString("hex")}`);
    await copyOne(labDir, path, edits, fresh);
    if ((await digestOf(fresh)) !== digest) {
      await rm(fresh, { force: true });
      throw new StaleTreeError(path);
    }
    await mkdir(dirname(join(target, path)), { recursive: true });
    await rename(fresh, join(target, path));
  }
}

async function verify(tree: Tree, root: string): Promise<void> {
  for (const [path, digest] of tree) {
    if ((await digestOf(join(root, path))) !== digest) throw new StaleTreeError(path);
  }
}

/** The lab's files are not what they were when they were scanned. */
export class StaleTreeError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} was changed since the lab was read`);
    this.name = "StaleTreeError";
    this.path = path;
  }
}

/** Links to everything that the lab has besides its files, and to the packages that its stages would find above it. */
async function linkTheRest(
  labDir: string,
  tree: Tree,
  edits: ReadonlyMap<string, string | null>,
  target: string,
): Promise<void> {
  const files = new Set([...tree.keys(), ...edits.keys()]);
  const folders = new Set<string>();
  for (const file of files) for (let up = dirname(file); up !== "."; up = dirname(up)) folders.add(up);
  const linkIn = async (folder: string): Promise<void> => {
    for (const name of await namesIn(join(labDir, folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (files.has(path) || leftOut.has(name)) continue;
      if (folders.has(path)) await linkIn(path);
      else await linkOnce(join(labDir, path), join(target, path));
    }
  };
  await linkIn("");
  for (let folder = labDir; folder !== dirname(folder); folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (await exists(modules)) return linkOnce(modules, join(target, "node_modules"));
  }
}

async function linkOnce(to: string, at: string): Promise<void> {
  if (await exists(at)) return;
  await mkdir(dirname(at), { recursive: true });
  await symlink(to, at).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
}

async function digestOf(path: string) {
  try {
    return await hashFile(path, (await stat(path)).size);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
