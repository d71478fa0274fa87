/**
 * `npm run bench:serve`: how long `cairn serve` takes to answer what its pages ask, of a record of 10,000 runs, and
 * MLflow's server of the same runs where the Python given has it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { describeMachine, withFolder } from "../harness.ts";
import { type Measured, measureCairn } from "./cairn.ts";
import { measureMlflow, whatMlflowLacks } from "./mlflow.ts";
import type { Frames } from "./scroll.ts";
import { metricNames, seedLab } from "./seed.ts";

const count = (fallback: number, least: number) => z.coerce.number().int().min(least).default(fallback);
const contributions = 40;
const options = z.object({
  runs: count(10_000, 1),
  metrics: count(200, 4),
  /** Runs with curves of all metrics, and points of each. */
  curves: count(200, 0),
  points: count(1000, 1),
  python: z.string().default("python3"),
  /** What MLflow is given: so many of the runs, so many final metrics of each. */
  "peer-runs": count(10_000, 1),
  "peer-metrics": count(20, 4),
});

const targets = new Map([
  ["a page of 100 runs, any sort and filter", 300],
  ["200 runs compared, one curve each", 1000],
]);

async function main(argv: readonly string[]): Promise<number> {
  const names = Object.keys(options.shape);
  const { values } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(names.map((name) => [name, { type: "string" } as const])),
  });
  const {
    runs,
    metrics,
    curves,
    points,
    python,
    "peer-runs": peerRuns,
    "peer-metrics": peerMetrics,
  } = options.parse(values);
  const progress = (what: string) => (done: number) => console.error(`${what}: ${done} of ${runs}`);
  return withFolder(async (folder) => {
    const dir = join(folder, "lab");
    mkdirSync(dir);
    const begin = performance.now();
    const recorded = await seedLab(dir, { contributions, runs, metrics, curves, points }, progress("recording"));
    console.error(`recorded in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    console.log(`${describeMachine()}\n`);
    console.log(
      `${runs} runs × ${metrics} final metrics; ${curves} of them with ${metrics} curves of ${points} points; ${contributions} contributions\n`,
    );
    const cairn = await measureCairn(dir, recorded, metricNames(metrics)[0] ?? "loss");
    print("Cairn", cairn, null);
    printFrames(cairn.frames);
    const lack = whatMlflowLacks(python);
    if (lack !== null) console.log(`\nMLflow: not run (${lack})`);
    const size = { metrics: peerMetrics, points };
    const given = recorded.slice(0, peerRuns);
    const peer = lack === null ? await measureMlflow({ python, folder }, given, size, progress("MLflow")) : null;
    if (peer !== null) {
      console.log(
        `\nMLflow, of ${given.length} of the same runs with ${peerMetrics} final metrics each, and one curve of 200 of them:\n`,
      );
      print("MLflow", peer, cairn);
    }
    console.log(`\n${JSON.stringify({ runs, metrics, curves, points, cairn, mlflow: peer })}`);
    const missed = cairn.timings.filter(({ what, p95 }) => p95 > (targets.get(what) ?? Number.POSITIVE_INFINITY));
    for (const { what } of missed) console.error(`missed: ${what}, p95 over ${targets.get(what)} ms`);
    return missed.length === 0 ? 0 : 1;
  });
}

/** @param beside another's, to say how many times longer this one takes, by the median */
function print(name: string, measured: Measured, beside: Measured | null): void {
  const { start, memory, timings } = measured;
  console.log(`${name}: first answer after ${start.toFixed(1)} s, ${memory.toFixed(0)} MB resident after all of it\n`);
  console.log(`| ${name} | times | p50 ms | p95 ms | worst ms | kB | ${beside === null ? "target" : "× Cairn's"} |`);
  console.log("|---|---|---|---|---|---|---|");
  for (const { what, times, p50, p95, worst, bytes } of timings) {
    const other = beside?.timings.find((timing) => timing.what === what);
    const target = targets.get(what);
    const last = other !== undefined ? (p50 / other.p50).toFixed(1) : target !== undefined ? `p95 < ${target}` : "";
    const numbers = [p50, p95, worst, bytes / 1000].map((value) => value.toFixed(value < 10 ? 1 : 0));
    console.log(`| ${what} | ${times} | ${numbers.join(" | ")} | ${last} |`);
  }
}

function printFrames(frames: readonly Frames[] | null): void {
  if (frames === null) {
    console.log("\nThe table's frames: not run (no Chromium)");
    return;
  }
  console.log("\n| frames | times | p50 ms | p95 ms | later than 20 ms |\n|---|---|---|---|---|");
  for (const { what, frames: times, p50, p95, late } of frames)
    console.log(`| ${what} | ${times} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${(100 * late).toFixed(1)}% |`);
}

process.exitCode = await main(process.argv.slice(2));
