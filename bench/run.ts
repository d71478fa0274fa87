/**
 * `npm run bench [name …]`: runs the benches named, or all, and prints a table that can go into docs/log.md as it is.
 */
import { checkBench } from "./check.ts";
import { clustersBench } from "./clusters.ts";
import { curvesBench } from "./curves.ts";
import { describeMachine, type Measurement } from "./harness.ts";
import { hashingBench } from "./hashing.ts";
import { linearBench } from "./linear.ts";
import { scaleBench } from "./scale.ts";
import { stagesBench } from "./stages.ts";
import { watchBench } from "./watch.ts";

const benches = [
  stagesBench,
  hashingBench,
  curvesBench,
  checkBench,
  linearBench,
  watchBench,
  scaleBench,
  clustersBench,
];

function row(m: Measurement): string {
  const rate = `${Math.round(m.amount / m.wall).toLocaleString("en-US")} ${m.unit}/s`;
  const cpu = m.cpu === null ? "–" : m.cpu.toFixed(2);
  const ratio = m.ratio === null ? "–" : `${m.ratio.value.toFixed(2)} × ${m.ratio.to}`;
  return `| ${m.what} | ${m.wall.toFixed(2)} | ${cpu} | ${rate} | ${ratio} | ${m.note} |`;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(`no such bench: ${unknown.join(", ")}. There are ${benches.map((b) => b.name).join(", ")}.`);
    return 2;
  }
  console.log(describeMachine());
  for (const bench of benches.filter((b) => names.length === 0 || names.includes(b.name))) {
    console.log(`\n${bench.name}: ${bench.about}\n`);
    console.log("| | wall s | CPU s | rate | wall beside a peer | |\n|---|---|---|---|---|---|");
    for (const m of await bench.run()) console.log(row(m));
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
