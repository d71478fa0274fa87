/**
 * Calibration, false landings, planted traps, power and credit, longer than the tests have time for.
 *
 *   node bench/calibration/run.ts [--part sbc,coverage,nulls,truths,power,credit,contexts] [--repeats N] [--jobs N] [--seed S] [--json]
 *
 * Prints every figure with its 90% bounds (so that an upper bound alone holds at 95%) beside what the method asks of it.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { createProgress } from "../integration/progress.ts";
import { type Figure, isMet, type Play, type Target } from "./part.ts";
import { partNamed, parts } from "./parts.ts";
import type { Job, Reply } from "./worker.ts";

interface Arguments {
  readonly names: readonly string[];
  /** null: each part's own. */
  readonly repeats: number | null;
  readonly threads: number;
  readonly seed: string;
  readonly json: boolean;
}

const usage =
  "node bench/calibration/run.ts [--part A,B] [--repeats N] [--jobs N] [--seed S] [--json]\nParts (and repeats of each scenario when none are given):";

/** What to do, or the exit status after saying what was wrong or how to call it. */
function argumentsOf(): Arguments | number {
  const all = parts.map(({ name }) => name);
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (values.help === true) {
    console.log([usage, ...parts.map((part) => `  ${part.name} (${part.repeats}): ${part.about}`)].join("\n"));
    return 0;
  }
  const names = values.part?.split(",").filter(Boolean) ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  const [repeats, threads] = [values.repeats ?? null, values.jobs ?? String(availableParallelism())];
  const wrong = [
    ...(unknown.length > 0 ? [`--part: no ${unknown.join(", ")}; there are ${all.join(", ")}`] : []),
    ...(repeats !== null && !isCount(repeats) ? ["--repeats takes a whole number above 0"] : []),
    ...(isCount(threads) ? [] : ["--jobs takes a whole number above 0"]),
  ];
  for (const message of wrong) console.error(message);
  if (wrong.length > 0) return 2;
  return {
    names,
    repeats: repeats === null ? null : Number(repeats),
    threads: Number(threads),
    seed: values.seed ?? "1",
    json: values.json ?? false,
  };
}

function parse() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { part: text, repeats: text, jobs: text, seed: text, json: flag, help: flag } as const;
  return parseArgs({ options }).values;
}

function isCount(text: string): boolean {
  return Number.isInteger(Number(text)) && Number(text) > 0;
}

/** Repeats outermost, so that an interrupted run has some of everything. */
function jobsOf({ names, repeats, seed }: Arguments): Job[] {
  const chosen = names.map(partNamed);
  const most = Math.max(...chosen.map((part) => repeats ?? part.repeats));
  return Array.from({ length: most }, (_, repeat) =>
    chosen
      .filter((part) => repeat < (repeats ?? part.repeats))
      .flatMap(({ name, scenarios }) =>
        scenarios.map((scenario) => ({ part: name, scenario, label: `${seed}/${name}/${scenario}/${repeat}` })),
      ),
  ).flat();
}

/** Plays all jobs, some at a time, and gives their plays in the jobs' order. Rejects with the first error of any. */
async function playAll(jobs: readonly Job[], threads: number): Promise<Play[]> {
  const progress = createProgress(
    jobs.map(({ part }) => part),
    threads,
  );
  const queue = jobs.entries();
  const plays: Play[] = [];
  const drain = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let underWay: readonly [number, Job] | null = null;
      worker.on("error", reject);
      worker.on("message", (reply: Reply) => {
        if (reply.kind === "done" && underWay !== null) {
          const [index, { part, scenario }] = underWay;
          plays[index] = { scenario, row: reply.row };
          progress.step(part, reply.seconds);
        }
        const next = queue.next();
        if (next.done) return resolve();
        underWay = next.value;
        worker.postMessage(underWay[1]);
      });
    });
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL("./worker.ts", import.meta.url)),
  );
  try {
    await Promise.all(workers.map(drain));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    progress.end();
  }
  return plays;
}

async function main(): Promise<number> {
  const given = argumentsOf();
  if (typeof given === "number") return given;
  const jobs = jobsOf(given);
  const plays = await playAll(jobs, given.threads);
  const results = given.names.map((name) => ({
    part: name,
    figures: partNamed(name).figures(plays.filter((_, i) => jobs[i]?.part === name)),
  }));
  if (given.json) {
    const figures = results.flatMap(({ part, figures: own }) =>
      own.map((figure) => ({ part, ...figure, met: isMet(figure) })),
    );
    console.log(JSON.stringify({ seed: given.seed, figures }, null, 2));
  } else {
    for (const { part, figures } of results) console.log(tableOf(part, figures));
  }
  return 0;
}

function tableOf(name: string, figures: readonly Figure[]): string {
  const { about } = partNamed(name);
  const rows = figures.map((figure) => {
    const bounds = figure.bounds === null ? "" : figure.bounds.map(short).join(" to ");
    const met = isMet(figure);
    const mark = met === null ? "" : `${wanted(figure.target)} ${met ? "✓" : "✗"}`;
    return `| ${figure.scenario} | ${figure.what} | ${short(figure.value)} | ${bounds} | ${figure.repeats} | ${mark} |`;
  });
  const head = "| | | | 90% bounds | repeats | asked |\n|---|---|---|---|---|---|";
  return `\n${name}: ${about}\n\n${head}\n${rows.join("\n")}`;
}

function wanted(target: Target | null): string {
  if (target === null) return "";
  const where = target.holds === "upper" ? "upper bound " : "";
  const { least, most } = target;
  if (least !== undefined && most !== undefined) return `${where}${least} to ${most}`;
  return least === undefined ? `${where}≤ ${most}` : `${where}≥ ${least}`;
}

function short(value: number): string {
  return Number.isFinite(value) ? value.toFixed(Math.abs(value) >= 10 ? 1 : 3) : "–";
}

process.exitCode = await main();
