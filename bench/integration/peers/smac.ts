/**
 * Sequential model-based configuration in the manner of SMAC (Hutter, Hoos & Leyton-Brown 2011; Lindauer et al. 2022): a
 * random forest, expected improvement by local search from the best, a share of random combinations between; the best mean is
 * landed. The race of repeated runs between challenger and incumbent is left out: with noise of 0.3 main effects it cost this
 * peer more than it brought, up to four runs a factor; with noise of 1 it brought a little at the end.
 */
import { createRng, type Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { logExpectedImprovement } from "../../../src/math/normal.ts";
import { argmax } from "../../../src/math/vector.ts";
import { combinationKey } from "../../../src/plan/space.ts";
import type { Method, Problem } from "../method.ts";
import { type Forest, growForest, predictForest } from "./forest.ts";
import { climb, randomCombination } from "./moves.ts";
import { playStrategy, type Strategy } from "./play.ts";
import type { Runs } from "./runs.ts";
import { standardise } from "./standard.ts";

export const smac: Method = {
  name: "smac",
  start: (problem, seed) => playStrategy(problem, (runs) => createSmac(problem, runs, createRng(seed))),
};

/** Share of runs that are random. */
const randomShare = 0.1;
const localSearches = 8;
const randomCandidates = 500;

function createSmac(problem: Problem, runs: Runs, rng: Rng): Strategy {
  const first = Math.max(3, Math.ceil(problem.levels.length / 4));
  let asked = 0;
  return {
    next: () => {
      asked++;
      const isRandom = asked <= first || rng.uniform() < randomShare;
      return isRandom ? randomCombination(problem, rng) : mostPromising(problem, runs, rng);
    },
    recommend: () => runs.best().x,
  };
}

/** The combination not run yet with the best expected improvement over the best mean: local search from the best, and random. */
function mostPromising(problem: Problem, runs: Runs, rng: Rng): Combination {
  const samples = runs.samples();
  const pending = runs.pending();
  const { values } = standardise(samples.map(({ value }) => value));
  const x = [...samples.map((sample) => sample.x), ...pending];
  // What a batch awaits is taken to be middling.
  const y = Float64Array.from(x, (_, i) => values[i] ?? 0);
  const forest = growForest({ levels: problem.levels, x, y }, rng);
  const score = improvementUnder(forest, Math.max(...values), runs.isNew);
  const best = samples.toSorted((a, b) => b.value - a.value).slice(0, localSearches);
  const random = Array.from({ length: randomCandidates }, () => randomCombination(problem, rng));
  const found = best.map((sample) => climb(problem, sample.x, score));
  return argmax([...found, ...random], score) ?? randomCombination(problem, rng);
}

/** log EI, −∞ for what is not new; remembers what it was asked. */
function improvementUnder(
  forest: Forest,
  best: number,
  isNew: (x: Combination) => boolean,
): (x: Combination) => number {
  const scores = new Map<string, number>();
  return (x) => {
    const key = combinationKey(x);
    const old = scores.get(key);
    if (old !== undefined) return old;
    const { mean, sd } = predictForest(forest, x);
    const improvement = Math.log(sd) + logExpectedImprovement((mean - best) / sd);
    const value = isNew(x) ? improvement : Number.NEGATIVE_INFINITY;
    scores.set(key, value);
    return value;
  };
}
