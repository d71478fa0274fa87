import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, extname } from "node:path";
import { isMissing } from "../base/system-error.ts";

export interface LogFileOptions {
  /** A file that would grow beyond this is put aside first. */
  readonly bytes: number;
  /** So many that were put aside are kept: `log.1.jsonl` is the newest of them. */
  readonly kept: number;
}

/**
 * Appends whole lines to a file that several processes may write to; it and those before it stay bounded. What cannot
 * be written is let go: work does not end because nobody can be told of it.
 * @returns takes one line, with its end
 */
export function createLogFile(path: string, { bytes, kept }: LogFileOptions): (line: string) => void {
  return (line) => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      if (sizeOf(path) + Buffer.byteLength(line) > bytes) putAside(path, kept);
      appendFileSync(path, line);
    } catch {
      // Whatever fills the disk, or takes it away, is told by those whose work needs it.
    }
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Two processes that do so at once move some on by two: a number is missing then, and no line. */
function putAside(path: string, kept: number): void {
  const end = extname(path);
  const nth = (n: number) => (n === 0 ? path : `${path.slice(0, path.length - end.length)}.${n}${end}`);
  for (let n = kept; n > 0; n--) {
    try {
      renameSync(nth(n - 1), nth(n));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}
