import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { unlessMissing } from "../base/system-error.ts";
import type { MetricPoint } from "./run.ts";

/** One line of CAIRN_EVENTS. */
export type StageEvent =
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | {
      readonly type: "metric";
      readonly name: string;
      readonly step: number;
      readonly value: number;
      /** Seconds since 1970. */
      readonly time?: number | undefined;
    }
  | { readonly type: "log"; readonly message: string };

const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform((name) => Number(name))]);

const event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), done: z.number(), total: z.number() }),
  z.object({
    type: z.literal("metric"),
    name: z.string().min(1).max(200),
    step: z.number(),
    value: number,
    // Whatever else a stage calls its time is not a reason to lose the point.
    time: z.number().optional().catch(undefined),
  }),
  z.object({ type: z.literal("log"), message: z.string() }),
]) satisfies z.ZodType<StageEvent>;

/** null: the line is none of the events. */
export function parseEvent(line: string): StageEvent | null {
  const parsed = event.safeParse(parseLoosely(line));
  return parsed.success ? parsed.data : null;
}

function parseLoosely(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    try {
      // As Python's json writes what JSON has no number for.
      return JSON.parse(line.replaceAll(/(?<=[:[,]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '"$1"'));
    } catch {
      return null;
    }
  }
}

/** What arrived since the last look. */
export interface EventBatch {
  /** The newest only: the ones before it are history. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly points: readonly MetricPoint[];
  readonly messages: readonly string[];
  /** Lines that were no event. */
  readonly garbage: number;
}

/** Longer lines are garbage; they are skipped without being held. */
const longestLine = 1 << 20;
const chunkSize = 1 << 16;

/** Follows a growing events file. Memory stays bounded by the chunk and the longest line, whatever is written. */
export interface EventReader {
  /** Reads on to the end of the file as it is now, a batch a chunk. `last` also takes a final line without a line feed. */
  read(last: boolean): AsyncGenerator<EventBatch>;
}

/** @param clock tells when a point came that does not say so itself */
export function createEventReader(path: string, clock: Pick<Clock, "now">): EventReader {
  let offset = 0;
  let rest = "";
  let skipping = false;
  const decoder = new TextDecoder();

  const take = (text: string, last: boolean): EventBatch => {
    const lines = (rest + text).split("\n");
    rest = last ? "" : (lines.pop() ?? "");
    let overlong = 0;
    if (skipping && lines.length > 0) {
      lines.shift();
      skipping = false;
    }
    if (skipping || rest.length > longestLine) {
      if (!skipping) overlong = 1;
      skipping = true;
      rest = "";
    }
    return batchOf(lines, overlong, clock.now());
  };

  return {
    read: async function* (last) {
      const file = await openIfThere(path);
      try {
        const size = file === null ? 0 : await sizeOf(file);
        // Most looks find nothing new, and need no room to read it into.
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(chunkSize, size - offset)));
        while (file !== null && offset < size) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
          if (bytesRead === 0) break;
          offset += bytesRead;
          yield take(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }), false);
        }
        if (last && rest !== "") yield take("", true);
      } finally {
        await file?.close();
      }
    },
  };
}

function batchOf(lines: readonly string[], overlong: number, now: number): EventBatch {
  let progress: EventBatch["progress"] = null;
  const points: MetricPoint[] = [];
  const messages: string[] = [];
  let garbage = overlong;
  for (const line of lines) {
    if (line.trim() === "") continue;
    const parsed = parseEvent(line);
    if (parsed === null) garbage++;
    else if (parsed.type === "progress") progress = { done: parsed.done, total: parsed.total };
    else if (parsed.type === "metric") points.push(pointOf(parsed, now));
    else messages.push(parsed.message);
  }
  return { progress, points, messages, garbage };
}

function pointOf(metric: Extract<StageEvent, { readonly type: "metric" }>, now: number): MetricPoint {
  const { name, step, value, time } = metric;
  return { name, step, value, at: time === undefined ? now : time * 1000 };
}

/** A stage may have put a pipe in its place, which is opened without waiting for somebody to write, and is not read. */
async function openIfThere(path: string): Promise<FileHandle | null> {
  return unlessMissing(open(path, constants.O_RDONLY | constants.O_NONBLOCK), null);
}

async function sizeOf(file: FileHandle): Promise<number> {
  const found = await file.stat();
  return found.isFile() ? found.size : 0;
}
