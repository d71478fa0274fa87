/**
 * A larger table of a lab, measured without the planner, to hold a decision against:
 *
 *   node bench/table.ts LAB [--scale NAME] [--set a,b,c] [--random 40] [--seeds 2] [--minutes 30]
 *
 * Runs the baseline, every level alone, the set (the lab's recommendation by default), the set without each of its
 * parts and with each other level in addition, and random combinations; then prints what was measured, best first, by
 * utility against the baseline on the same seeds. Goes on where it stopped; runs are ordinary evidence of that lab, so
 * work on a copy.
 */
import { parseArgs } from "node:util";
import { combinationOf } from "../src/app/combination.ts";
import { readHistory } from "../src/app/history.ts";
import { knowledgeOf } from "../src/app/knowledge.ts";
import { byHand, runAsked } from "../src/app/queue.ts";
import { openSession, type Session } from "../src/app/session.ts";
import { createRng } from "../src/base/rng.ts";
import { combinationIds, feasible } from "../src/contribution/combination.ts";
import type { Combination, Space } from "../src/contribution/contribution.ts";
import type { Observation, ResolvedObjective } from "../src/evidence/evidence.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: "string" },
    set: { type: "string", default: "" },
    random: { type: "string", default: "40" },
    seeds: { type: "string", default: "2" },
    minutes: { type: "string", default: "30" },
  },
});

const session = await openSession(positionals[0] ?? ".", { scale: values.scale ?? null });
try {
  const wanted = tableCombinations(session, values.set.split(",").filter(Boolean), Number(values.random));
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  const asked = seeds.flatMap((seed) => wanted.map((combination) => ({ combination, seed, ...byHand })));
  const deadline = AbortSignal.timeout(Number(values.minutes) * 60_000);
  let done = 0;
  await runAsked(session, asked, {
    budget: { runs: null, core_hours: null, gpu_hours: null, hours: null },
    capacity: {},
    signal: deadline,
    onEvent: (event) => {
      if (event.kind !== "run-finished") return;
      done += 1;
      if (done % 10 === 0) process.stderr.write(`${done} of at most ${asked.length} runs\n`);
    },
  });
  await printTable(session);
} finally {
  await session.close();
}

function tableCombinations({ loaded }: Session, set: readonly string[], random: number): readonly Combination[] {
  const { space, baseline } = loaded;
  const center = set.length === 0 ? baseline : combinationOf(loaded, set);
  const rng = createRng("table");
  const wanted = new Map<string, Combination>();
  const add = (x: Combination) => {
    if (feasible(space, x)) wanted.set(combinationIds(space, x).join("+"), x);
  };
  for (const from of [baseline, center]) {
    add(from);
    for (const x of neighbours(space, from)) add(x);
  }
  for (let i = 0; i < random; i++) {
    add(space.factors.map((factor) => (rng.uniform() < 0.5 ? 0 : 1 + rng.int(factor.levels.length))));
  }
  return [...wanted.values()];
}

function neighbours(space: Space, x: Combination): Combination[] {
  return space.factors.flatMap((factor, j) =>
    [0, ...factor.levels.map((_, i) => i + 1)]
      .filter((level) => level !== x[j])
      .map((level) => x.map((old, i) => (i === j ? level : old))),
  );
}

async function printTable(open: Session): Promise<void> {
  const history = await readHistory(open);
  const { objectives, observations, baseline } = knowledgeOf(open, history);
  const name = (x: Combination) => combinationIds(open.loaded.space, x).join(" + ") || "baseline";
  const bySeed = new Map<number, Observation>();
  for (const run of observations) if (name(run.combination) === name(baseline)) bySeed.set(run.seed, run);
  const rows = new Map<string, number[][]>();
  for (const run of observations) {
    const against = bySeed.get(run.seed);
    if (against === undefined) continue;
    const gains = objectives.map((objective) => gain(objective, run, against));
    const utility = objectives.reduce((sum, { weight, matters }, m) => sum + (weight * (gains[m] ?? 0)) / matters, 0);
    rows.set(name(run.combination), [...(rows.get(name(run.combination)) ?? []), [utility, ...gains]]);
  }
  const means = [...rows].map(([combination, runs]) => ({ combination, n: runs.length, mean: columnMeans(runs) }));
  means.sort((a, b) => (b.mean[0] ?? 0) - (a.mean[0] ?? 0));
  console.log(["utility", ...objectives.map((objective) => objective.name), "seeds", "combination"].join("\t"));
  for (const { combination, n, mean } of means) {
    console.log([...mean.map((x) => x.toPrecision(3)), n, combination].join("\t"));
  }
}

/** Signed so that larger is better; NaN where a side has no finite value. */
function gain({ name, sign }: ResolvedObjective, run: Observation, against: Observation): number {
  const [a, b] = [run.outcomes.get(name), against.outcomes.get(name)];
  return a?.kind === "measured" && b?.kind === "measured" ? sign * (a.value - b.value) : Number.NaN;
}

function columnMeans(rows: readonly (readonly number[])[]): number[] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length);
}
