import { randomBytes } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestJson } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, unlessMissing } from "../base/system-error.ts";
import type { Tree } from "../recipe/recipe.ts";
import type { FailureCause } from "../run/run.ts";
import { removeReadOnly } from "./artifacts.ts";
import { hashFile } from "./hash.ts";

/** Of a lab, these are never linked into a copy: Cairn's own, git's, and caches that tell files apart by name and time alone. */
const leftOut = new Set([".cairn", ".git", "__pycache__"]);

/**
 * A directory for stages to run in: copies of the lab's files with the edits laid over (copies, never hard links: a
 * stage may write), and links to what the lab has besides (`node_modules`, data that git ignores), so that imports and
 * data are found. Lies in `trees/` of the workspace, named by its content, made in one rename, used again by whoever
 * needs the same.
 * @param tree the lab's files after the edits
 * @param code those of them that stages are made of
 * @returns an error naming a file of `code` that is no longer what `tree` says: the lab was edited since it was read.
 * Whatever else has changed, such as a log that lies in the lab, is copied as it is now.
 */
export async function materialiseTree(
  labDir: string,
  tree: Tree,
  edits: ReadonlyMap<string, string | null>,
  code: ReadonlySet<string>,
  workspace: string,
): Promise<Result<string, CodeChanged>> {
  const copy: Copy = { labDir, tree, edits, code };
  const folder = join(workspace, treesFolder);
  const target = join(folder, digestJson(Object.fromEntries(tree)));
  if (await exists(target)) return reuse(copy, target);
  const temporary = join(folder, `.new-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await mkdir(temporary, { recursive: true });
    for (const path of tree.keys()) await copyOne(copy, path, join(temporary, path));
    const changed = await damagedFiles(copy, temporary);
    if (changed.length > 0) return err({ kind: "code-changed", files: changed });
    await linkTheRest(copy, temporary);
    await rename(temporary, target);
    return ok(target);
  } catch (error) {
    // Another process was faster: its copy is as good.
    if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    return reuse(copy, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const treesFolder = "trees";
type CodeChanged = Extract<FailureCause, { readonly kind: "code-changed" }>;

interface Copy {
  readonly labDir: string;
  readonly tree: Tree;
  readonly edits: ReadonlyMap<string, string | null>;
  readonly code: ReadonlySet<string>;
}

/** A stage may have written over a file of its own code: that file alone is put back, the others may be in use. */
async function reuse(copy: Copy, target: string): Promise<Result<string, CodeChanged>> {
  for (const path of await damagedFiles(copy, target)) {
    const fresh = join(target, `.new-${process.pid}-${randomBytes(4).toString("hex")}`);
    await copyOne(copy, path, fresh);
    if ((await digestOf(fresh)) !== copy.tree.get(path)) {
      await rm(fresh, { force: true });
      return err({ kind: "code-changed", files: [path] });
    }
    await mkdir(dirname(join(target, path)), { recursive: true });
    await rename(fresh, join(target, path));
  }
  await linkTheRest(copy, target);
  const now = new Date();
  await utimes(target, now, now);
  return ok(target);
}

/** Removes copies that nobody has asked for since `olderThan` (milliseconds since 1970). Returns how many went, or would. */
export async function gcTrees(workspace: string, olderThan: number, dryRun = false): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(join(workspace, treesFolder))) {
    const path = join(workspace, treesFolder, name);
    if ((await stat(path)).ctimeMs >= olderThan) continue;
    removed++;
    if (!dryRun) await removeReadOnly(path);
  }
  return removed;
}

/** A file that is gone from the lab is left out; what lacks it is noticed when the copy is checked. */
async function copyOne({ labDir, edits }: Copy, path: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const text = edits.get(path);
  const source = join(labDir, path);
  const mode = await modeOf(source);
  if (typeof text === "string") await writeFile(to, text);
  else if (mode !== null) await copyFile(source, to);
  else return;
  if (mode !== null) await chmod(to, (mode & 0o111) === 0 ? 0o644 : 0o755);
}

async function damagedFiles({ tree, code }: Copy, root: string): Promise<string[]> {
  const damaged: string[] = [];
  for (const path of code) if ((await digestOf(join(root, path))) !== tree.get(path)) damaged.push(path);
  return damaged;
}

/** Links to everything that the lab has besides its files, and to the packages that its stages would find above it. */
async function linkTheRest({ labDir, tree, edits }: Copy, target: string): Promise<void> {
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
  return unlessMissing(
    stat(path).then(({ size }) => hashFile(path, size)),
    null,
  );
}

async function modeOf(path: string): Promise<number | null> {
  return unlessMissing(
    stat(path).then(({ mode }) => mode),
    null,
  );
}

async function exists(path: string): Promise<boolean> {
  return unlessMissing(
    lstat(path).then(() => true),
    false,
  );
}

async function namesIn(path: string): Promise<string[]> {
  return unlessMissing(readdir(path), []);
}
