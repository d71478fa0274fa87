/**
 * The proof by fault, in its long form: `npm run faults -- [--seed S] [--kills N] [--part a,b] [--json]`.
 *
 * Prints what each part did and found; with --json, the last line is
 * `{"kills": …, "lost": …, "duplicated": …, "orphaned": …, "damaged": …, "seed": …}`. Exit status 1 when anything was
 * lost, duplicated, orphaned or damaged, or a part broke.
 */
import { parseArgs } from "node:util";
import type { Harm, PartResult } from "./part.ts";
import { parts } from "./parts.ts";

interface Options {
  readonly seed: string;
  readonly kills: number;
  readonly chosen: typeof parts;
  readonly json: boolean;
}

/** @throws Error in words for the command line. */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      kills: { type: "string", default: "1000" },
      part: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const names = values.part?.split(",") ?? parts.map(({ name }) => name);
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0)
    throw new Error(`no part ${unknown.join(", ")}; there are ${parts.map(({ name }) => name).join(", ")}`);
  const kills = Number(values.kills);
  if (!Number.isInteger(kills) || kills < 1) throw new Error(`--kills ${values.kills}: a whole number from 1 on`);
  return { seed: values.seed, kills, chosen: parts.filter(({ name }) => names.includes(name)), json: values.json };
}

const options = readOptions(process.argv.slice(2));
const total: Record<Harm, number> = { lost: 0, duplicated: 0, orphaned: 0, damaged: 0 };
let kills = 0;
let broken = 0;

function tellResult(name: string, result: PartResult, seconds: number): void {
  const time = `${seconds.toFixed(0)} s`;
  if (result.kind === "not-run") {
    console.log(`${name}: NOT RUN (${result.why}); to have it: ${result.get}`);
    return;
  }
  const { tally } = result;
  kills += tally.kills;
  for (const { harm, what } of tally.findings) {
    total[harm]++;
    console.log(`${name}: ${harm.toUpperCase()}: ${what}`);
  }
  const done = Object.entries(tally.done).map(([what, times]) => `${what} ${times}`);
  console.log(`${name}: ${tally.findings.length} findings, ${time}; kills ${tally.kills}, ${done.join(", ")}`);
}

for (const part of options.chosen) {
  console.log(`${part.name}: ${part.title}`);
  const began = performance.now();
  const tell = (line: string) => console.log(`  ${part.name}: ${line}`);
  try {
    const result = await part.run({ seed: options.seed, size: "long", kills: options.kills, tell });
    tellResult(part.name, result, (performance.now() - began) / 1000);
  } catch (error) {
    broken++;
    console.log(`${part.name}: BROKEN:`, error);
  }
}

if (options.json) console.log(JSON.stringify({ kills, ...total, seed: options.seed }));
else
  console.log(
    `${kills} kills; ${Object.entries(total)
      .map(([harm, times]) => `${harm} ${times}`)
      .join(", ")}`,
  );
process.exitCode = broken > 0 || Object.values(total).some((times) => times > 0) ? 1 : 0;
