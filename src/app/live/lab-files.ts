import { existsSync, type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256 } from "../../base/digest.ts";
import { findUp } from "../files.ts";
import { contributionsFolder, type LoadedLab } from "../load.ts";

/** Looks after a lab's files. Says only that something may have changed: what, is for whoever loads the lab. */
export interface LabFiles {
  /** The lab was loaded anew, and is not what it was: these are its files from now on. */
  follow(loaded: LoadedLab): void;
  close(): void;
}

/** Editors and `git checkout` write many files in a row. */
const settleTime = 100;
const pollTime = 2000;
/** A look may take one part in so many of the time: big labs are looked at less often. */
const leastRest = 20;
const mostWatches = 500;
const atOnce = 32;

/** @param onChange called once at the start too, for what changed since the lab was loaded */
export function watchLabFiles(loaded: LoadedLab, onChange: () => void): LabFiles {
  let files = filesOf(loaded);
  let seen: string | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  const watchers = new Map<string, FSWatcher>();

  const look = async () => {
    const startedAt = performance.now();
    const now = await signatureOf(files);
    if (closed) return;
    if (now !== seen) onChange();
    seen = now;
    schedule(Math.max(pollTime, leastRest * (performance.now() - startedAt)));
  };
  const schedule = (after: number) => {
    if (timer !== null) clearTimeout(timer);
    timer = closed ? null : setTimeout(() => void look(), after);
  };
  const watchFolders = () => {
    const wanted = new Set(files.folders.slice(0, mostWatches));
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      const watcher = watchFolder(folder, () => schedule(settleTime));
      if (watcher !== null) watchers.set(folder, watcher);
    }
  };
  watchFolders();
  void look();

  return {
    follow: (next) => {
      files = filesOf(next);
      // Of other files than before: what changed while they were loaded is found by loading once more.
      seen = null;
      watchFolders();
      schedule(settleTime);
    },
    close: () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

interface Files {
  readonly paths: readonly string[];
  /** What is added and removed shows in the time stamps of these. */
  readonly folders: readonly string[];
  /** Where git keeps its branches; null: the lab is in no work tree. */
  readonly git: string | null;
}

function filesOf({ dir, tree }: LoadedLab): Files {
  const paths = [...tree.keys()].map((path) => join(dir, path));
  const own = [dir, join(dir, contributionsFolder), join(dir, "landings")];
  const root = findUp(dir, ".git", existsSync);
  return {
    paths,
    folders: [...new Set([...own, ...paths.map((path) => dirname(path))])],
    git: root === null ? null : join(root, ".git"),
  };
}

/** Watching is a help alone, and not to be had everywhere: the poll finds what it misses. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** Of sizes and time stamps. */
async function signatureOf({ paths, folders, git }: Files): Promise<string> {
  const all = [...folders, ...paths, ...(git === null ? [] : await referencesOf(git))];
  const stamps: string[] = [];
  for (let i = 0; i < all.length; i += atOnce)
    stamps.push(...(await Promise.all(all.slice(i, i + atOnce).map((path) => stampOf(path)))));
  return sha256(stamps.join("\n"));
}

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
    return `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino}`;
  } catch {
    return path;
  }
}

/** A contribution may be a branch: where branches move to is part of the lab. */
async function referencesOf(git: string): Promise<readonly string[]> {
  const heads = join(git, "refs", "heads");
  const entries = await readdir(heads, { recursive: true, withFileTypes: true }).catch(() => []);
  return [join(git, "HEAD"), join(git, "packed-refs"), ...entries.map((entry) => join(entry.parentPath, entry.name))];
}
