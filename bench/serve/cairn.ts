import { fileURLToPath } from "node:url";
import { createRng } from "../../src/base/rng.ts";
import { objectiveNames } from "./lab.ts";
import { freePort, startServing } from "./processes.ts";
import { type Frames, scrollFrames } from "./scroll.ts";
import type { Recorded } from "./seed.ts";
import { fetched, type Timing, timed } from "./timing.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface Measured {
  readonly start: number;
  /** Megabytes, after all questions. */
  readonly memory: number;
  readonly timings: readonly Timing[];
}

export interface MeasuredCairn extends Measured {
  /** Of the table of runs; null where no browser is. */
  readonly frames: readonly Frames[] | null;
}

/** Runs of one comparison. */
export const compared = 200;

/** Asks `cairn serve --no-run` what its pages ask. */
export async function measureCairn(dir: string, runs: readonly Recorded[], curve: string): Promise<MeasuredCairn> {
  const port = await freePort();
  const api = `http://127.0.0.1:${port}/api/v1`;
  const argv = [process.execPath, main, "-C", dir, "serve", "--no-run", "--no-open", "--port", String(port)] as const;
  const serving = await startServing([...argv], `${api}/health`);
  try {
    const timings = await questions(api, runs, curve);
    const memory = serving.memory();
    return { start: serving.start, memory, timings, frames: await scrollFrames(`http://127.0.0.1:${port}`) };
  } finally {
    await serving.stop();
  }
}

async function questions(api: string, runs: readonly Recorded[], curve: string): Promise<readonly Timing[]> {
  const rng = createRng("bench/serve/questions");
  const pick = <T>(items: readonly T[]): T => {
    const item = items[rng.int(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  };
  const levels = [...new Set(runs.flatMap((run) => run.levels))];
  const sorts = ["created", "finished", "cost", "state", "seed", "levels", ...objectiveNames];
  const filters = [
    () => "",
    () => `&level=${pick(levels)}`,
    () => `&level=${pick(levels)},${pick(levels)}`,
    () => "&state=done&scale=full",
    () => "&scale=proxy",
    () => `&q=${pick(levels)}`,
    () => `&q=r00${rng.int(10)}`,
  ];
  const list = () => `${api}/runs?limit=100&sort=${rng.int(2) === 0 ? "-" : ""}${pick(sorts)}${pick(filters)()}`;
  const some = () => {
    const from = rng.int(Math.max(1, runs.length - compared));
    return runs.slice(from, from + compared);
  };
  const named = (of: readonly Recorded[]) => of.map(({ id }) => id).join(",");
  // The runs with curves are the first ones.
  const curves = (of: readonly Recorded[]) => `${api}/curves?stage=train&name=${curve}&points=200&run=${named(of)}`;
  const first = runs.slice(0, compared);
  return [
    await timed("the first page of runs", 1, () => fetched(`${api}/runs?limit=100`)),
    await timed("a page of 100 runs, any sort and filter", 100, () => fetched(list())),
    await timed("groups by a contribution", 10, () => fetched(`${api}/run-groups?by=${pick(levels)}`)),
    await timed(`${compared} runs compared, one curve each`, 20, async () => {
      const asked = [`${api}/run-comparison?run=${named(first)}`, curves(first)];
      const answers = await Promise.all(asked.map((url) => fetched(url)));
      return { bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0) };
    }),
    await timed(`${compared} runs compared, without curves`, 20, () =>
      fetched(`${api}/run-comparison?run=${named(some())}`),
    ),
    await timed(`a curve of ${compared} runs`, 20, () => fetched(curves(first))),
    await timed("one run", 50, () => fetched(`${api}/runs/${pick(runs).id}`)),
    await timed("the recipe", 10, () => fetched(`${api}/recipe`)),
    await timed("the contributions", 10, () => fetched(`${api}/contributions?limit=100`)),
  ];
}
