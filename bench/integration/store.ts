/**
 * Finished replays on disk, so that a bench that was stopped goes on where it was: `replays.jsonl`, a line a job, only ever
 * appended to. A line counts when its stamp is that of the job now: the settings, the content of the tables and the code.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Job, Replay } from "./jobs.ts";
import type { Point } from "./replay.ts";

/** cost, fraction, then 1 or 0 for violates, lands, falsely. */
const storedPoint = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]);
const storedLine = z.object({
  stamp: z.string(),
  job: z.string(),
  curves: z.array(z.object({ method: z.string(), points: z.array(storedPoint) })),
});
type StoredLine = z.infer<typeof storedLine>;

export interface ReplayStore {
  /** null: not finished, or under another stamp. */
  readonly find: (job: Job, stamp: string) => readonly Replay[] | null;
  readonly add: (job: Job, stamp: string, replays: readonly Replay[]) => void;
}

export function openReplays(folder: string): ReplayStore {
  const file = join(folder, "replays.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const known = new Map(lines.flatMap(readLine).map((line) => [`${line.stamp}/${line.job}`, line]));
  // A line that was being written when the bench was stopped has no end.
  if (lines.at(-1)) appendFileSync(file, "\n");
  return {
    find: (job, stamp) => known.get(`${stamp}/${nameOf(job)}`)?.curves.map((curve) => replayOf(job, curve)) ?? null,
    add: (job, stamp, replays) => {
      const curves = replays.map(({ method, curve }) => ({ method, points: curve.map(storedOf) }));
      appendFileSync(file, `${JSON.stringify({ stamp, job: nameOf(job), curves } satisfies StoredLine)}\n`);
    },
  };
}

function readLine(text: string): StoredLine[] {
  try {
    const parsed = storedLine.safeParse(JSON.parse(text));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

function nameOf({ scenario, table, repeat, method, commonModel }: Job): string {
  return [scenario, table, repeat, method, commonModel ? "+model" : ""].join("/");
}

function storedOf({ cost, fraction, violates, lands, falsely }: Point): z.infer<typeof storedPoint> {
  return [cost, fraction, Number(violates), Number(lands), Number(falsely)];
}

function replayOf({ scenario, table, repeat }: Job, { method, points }: StoredLine["curves"][number]): Replay {
  const curve = points.map(
    ([cost, fraction, violates, lands, falsely]): Point => ({
      cost,
      fraction,
      violates: violates === 1,
      lands: lands === 1,
      falsely: falsely === 1,
    }),
  );
  return { scenario, table, repeat, method, curve };
}
