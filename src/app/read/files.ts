import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StageRun } from "../../api/runs.ts";
import { isMissing } from "../../base/system-error.ts";
import type { StageResult } from "../../run/run.ts";
import { notFound } from "../errors.ts";
import { contained } from "../files.ts";
import type { Live } from "../live/live.ts";
import type { Session } from "../session.ts";
import { findRun } from "./comparison.ts";
import { runIndexOf } from "./run-index.ts";

/** What a stage put out: its output, and its measurements, which are kept apart. null: gone from the cache. */
async function foldersOf({ artifacts }: Session, result: StageResult): Promise<readonly string[]> {
  const folders = [await artifacts.open(result.output), await artifacts.open(result.measurements)];
  return folders.filter((folder) => folder !== null);
}

/** Sorted by path. Links are listed as the files that they lead to. */
export async function filesOf(session: Session, result: StageResult): Promise<StageRun["files"]> {
  const files: StageRun["files"] = [];
  for (const folder of await foldersOf(session, result)) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const full = join(entry.parentPath, entry.name);
      const found = await stat(full);
      if (found.isFile()) files.push({ path: full.slice(folder.length + 1), bytes: found.size });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * One file that a stage put out, as it is in the cache.
 * @throws CairnError `not-found`: there is no such run, stage or file, the path leaves the stage's directory, or the file
 * is gone from the cache.
 */
export async function openFile(
  live: Live,
  { run: id, stage: name }: { readonly run: string; readonly stage: string },
  path: string,
): Promise<ReadableStream<Uint8Array>> {
  const { results } = findRun(await runIndexOf(live.session.store), id);
  const result = results.get(name);
  if (result === undefined) throw notFound(`run ${id} has no result of a stage ${JSON.stringify(name)}`);
  for (const folder of await foldersOf(live.session, result)) {
    const full = contained(folder, path);
    const stream = full === null ? null : await streamOf(full);
    if (stream !== null) return stream;
  }
  throw notFound(`stage ${name} of run ${id} has no file ${JSON.stringify(path)} in the cache`);
}

/** null: there is no such file. */
async function streamOf(path: string): Promise<ReadableStream<Uint8Array> | null> {
  try {
    return (await stat(path)).isFile() ? ReadableStream.from<Uint8Array>(bytesOf(path)) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Opened when somebody reads, and closed when nobody does any more. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) yield chunk;
}
