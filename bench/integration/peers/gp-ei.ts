/**
 * Bayesian optimisation by a Gaussian process with a Hamming kernel; the best posterior mean among what was run is landed.
 *
 * Notation: `m(x)`, `s(x)` the posterior's mean and sd, `m*` the best mean among what was run, `σ²` a run's noise. The next run
 * maximises the augmented expected improvement `s h((m − m*)/s) · (1 − σ/√(σ² + s²))` (Huang, Allen, Notz & Zeng 2006): plain
 * expected improvement would measure the incumbent again and again where there is noise. Batches believe the mean.
 */
import { createRng, type Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { logExpectedImprovement } from "../../../src/math/normal.ts";
import { argmax } from "../../../src/math/vector.ts";
import type { Method, Problem } from "../method.ts";
import { believe, condition, fitHyper, type Hyper, type Points, type Process, predict } from "./gp.ts";
import { climb, enumerate, neighbours, randomCombination } from "./moves.ts";
import { playStrategy, type Strategy } from "./play.ts";
import type { Runs } from "./runs.ts";
import { standardise } from "./standard.ts";

export const gpEi: Method = {
  name: "gp-ei",
  start: (problem, seed) => playStrategy(problem, (runs) => createGpEi(problem, runs, createRng(seed))),
};

/** Spaces up to this size are looked through as a whole. */
const smallSpace = 2000;
const randomCandidates = 300;
const climbs = 4;

function createGpEi(problem: Problem, runs: Runs, rng: Rng): Strategy {
  const factors = problem.levels.length;
  const everything = enumerate(problem, smallSpace);
  const first = Math.max(2, Math.ceil(factors / 4));
  const refitEvery = Math.max(2, factors / 8);
  let hyper: Hyper | null = null;
  let fittedAt = 0;
  let asked = 0;

  const processNow = (): Process => {
    const points = pointsOf(runs);
    const told = runs.samples().reduce((total, { count }) => total + count, 0);
    if (hyper === null || told >= fittedAt + refitEvery) {
      hyper = fitHyper(points, factors, hyper);
      fittedAt = told;
    }
    return condition(points, hyper);
  };

  return {
    next: () => {
      asked++;
      if (asked <= first) return randomCombination(problem, rng);
      const process = believe(processNow(), runs.pending());
      const score = improvementOver(process);
      if (everything !== null) return argmax(everything, score) ?? bestOf(process);
      const near = topOf(process, 3).flatMap((x) => [x, ...neighbours(problem, x)]);
      const far = Array.from({ length: randomCandidates }, () => randomCombination(problem, rng));
      const starts = [...near, ...far]
        .map((x) => ({ x, score: score(x) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, climbs);
      return (
        argmax(
          starts.map(({ x }) => climb(problem, x, score)),
          score,
        ) ?? bestOf(process)
      );
    },
    recommend: () => bestOf(processNow()),
  };
}

function pointsOf(runs: Runs): Points {
  const samples = runs.samples();
  const values = samples.map(({ value }) => value);
  const unit = standardise(values).unit;
  return {
    x: samples.map(({ x }) => x),
    y: standardise(values).values,
    counts: Float64Array.from(samples, ({ count }) => count),
    scatter: samples.reduce((total, { scatter }) => total + scatter, 0) / unit ** 2,
    freedom: samples.reduce((total, { finite }) => total + Math.max(0, finite - 1), 0),
  };
}

/** What was run (or is believed) with the best posterior means. */
function topOf(process: Process, count: number): Combination[] {
  return process.points.x
    .map((x) => ({ x, mean: predict(process, x).mean }))
    .sort((a, b) => b.mean - a.mean)
    .slice(0, count)
    .map(({ x }) => x);
}

const bestOf = (process: Process): Combination => topOf(process, 1)[0] ?? [];

/** log of the augmented EI. */
function improvementOver(process: Process): (x: Combination) => number {
  const best = predict(process, bestOf(process)).mean;
  const { noise } = process.hyper;
  return (x) => {
    const { mean, sd } = predict(process, x);
    const worthOfRun = Math.log1p(-Math.sqrt(noise / (noise + sd * sd)));
    return Math.log(sd) + logExpectedImprovement((mean - best) / sd) + worthOfRun;
  };
}
