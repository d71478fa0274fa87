import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { errorCode } from "../base/system-error.ts";

/** Writes a whole file or nothing: temporary file beside it, fsync, rename. Makes the folder. */
export function writeAtomically(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
}

/** The same for a file that is new. False, and nothing is written, when there is one by now. */
export function createAtomically(path: string, text: string): boolean {
  const temporary = writeBeside(path, text);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

function writeBeside(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, "w");
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** `path` under `root`, or null when it would leave it, by `..`, by being absolute or through a link. */
export function contained(root: string, path: string): string | null {
  if (isAbsolute(path) || path.includes("\0")) return null;
  const full = resolve(root, path);
  if (!isInside(root, full)) return null;
  try {
    return isInside(realpathSync(root), realpathSync(full)) ? full : null;
  } catch {
    return full;
  }
}

function isInside(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest === "" || (!rest.startsWith(`..${sep}`) && rest !== ".." && !isAbsolute(rest));
}

/** The nearest folder at or above `from` that holds a `cairn.yaml`. */
export function findUp(from: string, name: string, exists: (path: string) => boolean): string | null {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (exists(join(dir, name))) return dir;
    if (dirname(dir) === dir) return null;
  }
}
