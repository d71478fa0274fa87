import { lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { isMissing, unlessMissing } from "../base/system-error.ts";
import { parseItem } from "./items.ts";
import { parseMetrics } from "./metrics.ts";
import type { FailureCause, Metrics } from "./run.ts";
import type { ExpectedObjective } from "./runner.ts";
import type { AttemptPaths } from "./workspace.ts";

export const metricsFile = "metrics.json";
export const itemsFolder = "items";
/** A metrics file is a handful of numbers; what is larger is something else by that name. */
const largestMetrics = 1 << 24;
/** A longer line is not held: a file may be one line of any length. */
const longestItem = 1 << 20;
const chunkSize = 1 << 16;

/**
 * Whether a stage that ended well has left what it must: its declared files, a number for each of its objectives, and
 * well-formed items where there are any.
 */
export async function checkOutput(
  root: string,
  declared: readonly string[],
  objectives: readonly ExpectedObjective[],
): Promise<Result<Metrics, FailureCause>> {
  if (!(await isFolder(root))) {
    const message = "it is not the directory that the stage was given: that was removed, or something put in its place";
    return err({ kind: "bad-output", path: "$CAIRN_OUT", message });
  }
  const items = objectives.filter((o) => o.items).map((o) => `${itemsFolder}/${o.name}.jsonl`);
  const missing: string[] = [];
  for (const path of new Set([...declared, ...items])) if (!(await isThere(join(root, path)))) missing.push(path);
  if (missing.length > 0) return err({ kind: "missing-output", files: missing });
  const metrics = await readMetrics(join(root, metricsFile));
  if (!metrics.ok) return metrics;
  const absent = objectives.map((o) => o.name).filter((name) => !metrics.value.has(name));
  if (absent.length > 0) return err({ kind: "missing-metrics", objectives: absent });
  for (const path of items) {
    const problem = await itemsProblem(join(root, path), path);
    if (problem !== null) return err(problem);
  }
  return metrics;
}

/** A stage without measurements need not write the file. */
async function readMetrics(path: string): Promise<Result<Metrics, FailureCause>> {
  const bad = (message: string) => err<FailureCause>({ kind: "bad-metrics", file: metricsFile, message });
  let text: string;
  try {
    const found = await lstat(path);
    // A pipe is never read to its end, and what a link leads to is not part of what is measured.
    if (!found.isFile()) return bad(noFile);
    const { size } = found;
    if (size > largestMetrics) return bad(`it has ${size} bytes; it should hold a few numbers`);
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return ok(new Map());
    return bad(error instanceof Error ? error.message : String(error));
  }
  const parsed = parseMetrics(text);
  if (parsed.ok) return parsed;
  const { line, column, message } = parsed.error;
  return bad(`line ${line}, column ${column}: ${message}`);
}

const noFile = "it is not a file, but a folder, a link or something else by that name";

async function itemsProblem(path: string, file: string): Promise<FailureCause | null> {
  if (!(await lstat(path)).isFile()) return { kind: "bad-metrics", file, message: noFile };
  let number = 0;
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      number++;
      if (line !== null && (line.trim() === "" || parseItem(line) !== null)) continue;
      const found = line === null ? `more than ${longestItem} characters` : line.slice(0, 80);
      const message = `line ${number}: an item should be {"id": …, "score": number}, and may have a "cluster", not ${found}`;
      return { kind: "bad-metrics", file, message };
    }
  }
  return null;
}

/** The lines of a file, those of a chunk at once; null, and no more after it, for one that is longer than any item. */
async function* linesOf(path: string): AsyncGenerator<readonly (string | null)[]> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(chunkSize);
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    let rest = "";
    for (let offset = 0; rest.length <= longestItem; ) {
      const { bytesRead } = await file.read(buffer, 0, chunkSize, offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
      const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
    }
    rest += decoder.decode();
    yield rest.length > longestItem ? [null] : [rest];
  } finally {
    await file.close();
  }
}

/** Puts the measurements apart, so that a timing in them does not change what the stage's output is. */
export async function splitOutput(paths: AttemptPaths): Promise<void> {
  await mkdir(paths.measurements, { recursive: true });
  await moveMeasurements(paths.output, paths.measurements);
}

/**
 * Undoes what a watcher that died had begun of putting the measurements apart, for the one that watches on.
 * @returns false when a part of it is not here any more: it was published, and nobody knows as what
 */
export async function rejoinOutput(paths: AttemptPaths): Promise<boolean> {
  if (!(await isThere(paths.output))) return false;
  const apart = dirname(paths.measurements);
  if (!(await isThere(apart))) return true;
  if (!(await isThere(paths.measurements))) return false;
  await moveMeasurements(paths.measurements, paths.output);
  await rm(apart, { recursive: true });
  return true;
}

async function moveMeasurements(from: string, to: string): Promise<void> {
  for (const name of [metricsFile, itemsFolder]) {
    if (await isThere(join(from, name))) await rename(join(from, name), join(to, name));
  }
}

/** The last lines of a log, without reading the rest of it. */
export async function logTail(path: string, lines: number): Promise<readonly string[]> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const length = Math.min(size, 1 << 16);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const tail = buffer.toString("utf8").replace(/\r?\n$/, "");
      return tail === "" ? [] : tail.split(/\r?\n/).slice(-lines);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A link is none: what it leads to is somebody else's, to move and to change. */
async function isFolder(path: string): Promise<boolean> {
  return unlessMissing(
    lstat(path).then((found) => found.isDirectory()),
    false,
  );
}

async function isThere(path: string): Promise<boolean> {
  return unlessMissing(
    lstat(path).then(() => true),
    false,
  );
}
