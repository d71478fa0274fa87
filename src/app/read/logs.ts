import { type FileHandle, open } from "node:fs/promises";
import type { z } from "zod";
import type { Log, logQuery } from "../../api/runs.ts";
import { unlessMissing } from "../../base/system-error.ts";
import { attemptPaths } from "../../run/workspace.ts";
import { notFound } from "../errors.ts";
import type { Live } from "../live/live.ts";
import { findRun } from "./comparison.ts";
import { runIndexOf } from "./run-index.ts";

/** Bytes of a piece. */
const mostBytes = 1_000_000;

/**
 * What a stage of a run printed, also while it runs: of the attempt that the run has its result of, or the last one.
 * @throws CairnError `not-found` for a run or a stage that there is not.
 */
export async function readLog(
  live: Live,
  { run: id, stage: name }: { readonly run: string; readonly stage: string },
  query: z.output<typeof logQuery>,
): Promise<Log> {
  const { row } = findRun(await runIndexOf(live.session.store), id);
  const stage = row.stages.find((candidate) => candidate.stage === name);
  if (stage === undefined) throw notFound(`run ${id} has no stage ${JSON.stringify(name)}`);
  // Asked before the file is read: what is over has been written to its end.
  const over = stage.state !== "running" && stage.state !== "pending";
  if (stage.attempt === null || stage.key === null) return { text: "", offset: 0, next: 0, size: 0, over };
  return readPiece(attemptPaths(live.session.workspace, stage.attempt, stage.key).log, query, over);
}

/** @param over nothing is written to the file any more */
export async function readPiece(path: string, query: z.output<typeof logQuery>, over: boolean): Promise<Log> {
  const file = await openIfThere(path);
  if (file === null) return { text: "", offset: 0, next: 0, size: 0, over };
  try {
    const { size } = await file.stat();
    // Past the end is where another log was: this one is told from its beginning.
    const asked = query.offset ?? Math.max(0, size - query.tail);
    const offset = asked > size ? 0 : asked;
    const bytes = await readAt(file, offset, Math.min(mostBytes, size - offset));
    const from = query.offset === undefined && offset > 0 ? firstCharacter(bytes) : 0;
    const isEnd = over && offset + bytes.length === size;
    const to = isEnd ? bytes.length : wholeCharacters(bytes);
    const next = offset + Math.max(from, to);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, Math.max(from, to)));
    return { text, offset: offset + from, next, size, over: over && next === size };
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

const longestCharacter = 4;

/** Bytes of a character in UTF-8 by its first one; 0: it is not a first one. */
function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
}

/** Where the first character begins. What is not UTF-8 may have none: then at the start. */
function firstCharacter(bytes: Uint8Array): number {
  const at = bytes.subarray(0, longestCharacter).findIndex((byte) => lengthOf(byte) > 0);
  if (at !== -1) return at;
  return bytes.length < longestCharacter ? bytes.length : 0;
}

/** How many bytes are whole characters: a last one that is not all there is left for the next piece. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(longestCharacter - 1, bytes.length); back++) {
    const length = lengthOf(bytes[bytes.length - back] ?? 0);
    if (length > 0) return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  return unlessMissing(open(path, "r"), null);
}
