/**
 * Random histories of the scheduler: `node test/simulator/run.ts --seeds 10000 [--from S] [--seed ONE --trace]`. The real
 * runner, the real store and the real watcher of clusters, in a world where time is virtual and everything goes wrong.
 * The first seed that breaks what always holds is told with its trace; a seed is always the same history.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { enterSimulation } from "./hooks.ts";

enterSimulation();
const { live } = await import("./history.ts");
const { breakages } = await import("./broken.ts");
const { openSqliteDatabase } = await import("../../src/store/sqlite.ts");

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    broken: { type: "string", default: "none" },
  },
});

async function main(): Promise<number> {
  const breakage = breakages[values.broken];
  if (breakage === undefined) {
    console.error(`nothing is broken like ${values.broken}: there are ${Object.keys(breakages).join(", ")}`);
    return 2;
  }
  // Faults are thrown by the thousand, and nobody reads where.
  if (!values.trace) Error.stackTraceLimit = 0;
  const from = Number(values.seed ?? values.from);
  const seeds = values.seed === undefined ? Number(values.seeds) : 1;
  const db = await openSqliteDatabase(":memory:", systemClock);
  const began = performance.now();
  const histories = new Map<string, number>();
  let turns = 0;
  let hours = 0;
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  for (let seed = from; seed < from + seeds; seed++) {
    const trace = values.trace ? (line: string) => console.log(line) : null;
    const history = await live({ seed, db, breakage, trace });
    turns += history.turns;
    hours += history.length / 3_600_000;
    for (const what of history.counts.keys()) histories.set(what, (histories.get(what) ?? 0) + 1);
    if (history.violation !== null) {
      console.log(`seed ${seed}: ${history.violation}`);
      if (!values.trace) {
        const lines: string[] = [];
        await live({ seed, db, breakage, trace: (line) => lines.push(line) });
        console.log(lines.slice(-60).join("\n"));
        console.log(`all of it: node test/simulator/run.ts --seed ${seed} --trace`);
      }
      return 1;
    }
    const done = seed - from + 1;
    if (done % 1000 === 0) console.log(`${done} histories, ${seconds()} s`);
  }
  console.log(
    `${seeds} histories from seed ${from}: ${turns} events, ${hours.toFixed(1)} virtual hours, ${seconds()} s`,
  );
  for (const [what, count] of [...histories].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(count).padStart(7)} with ${what}`);
  console.log("nothing that must hold was broken");
  return 0;
}

process.exitCode = await main();
