import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { contributionsFolder, type LoadedLab } from "../load.ts";

const run = promisify(execFile);

const remembered = new WeakMap<LoadedLab, Promise<ReadonlyMap<string, number>>>();

/**
 * When a contribution's file was first there, in milliseconds since 1970: in git where it is committed, else on this
 * disk. null: the file is gone.
 */
export async function proposedAt(loaded: LoadedLab, path: string): Promise<number | null> {
  const known = remembered.get(loaded) ?? commits(loaded.dir);
  remembered.set(loaded, known);
  return (await known).get(path) ?? bornAt(join(loaded.dir, path));
}

/** When each file of `contributions/` was first committed, by its path in the lab; empty where there is no git. */
async function commits(dir: string): Promise<ReadonlyMap<string, number>> {
  const args = ["log", "--diff-filter=A", "--no-renames", "--name-only", "--relative", "--format=%x00%at"];
  const first = new Map<string, number>();
  try {
    const { stdout } = await run("git", ["-C", dir, ...args, "--", contributionsFolder], { maxBuffer: 2 ** 26 });
    for (const commit of stdout.split("\0").slice(1)) {
      const [at, ...paths] = commit.split("\n").filter((line) => line !== "");
      // The newest is told first: the oldest stays.
      for (const path of paths) first.set(path, Number(at) * 1000);
    }
  } catch {
    // No git, or no commit in it.
  }
  return first;
}

function bornAt(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  // Not every file system keeps when a file was made.
  return found.birthtimeMs > 0 ? Math.min(found.birthtimeMs, found.mtimeMs) : found.mtimeMs;
}
