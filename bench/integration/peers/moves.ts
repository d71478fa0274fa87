/**
 * Steps through the feasible combinations of a problem whose constraints are known only as a predicate.
 */
import type { Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { combinationKey, withFactor } from "../../../src/plan/space.ts";
import type { Problem } from "../method.ts";
import { baselineOf } from "./runs.ts";

export interface Level {
  readonly factor: number;
  readonly level: number;
}

/** Every level but those of `x`. */
export function otherLevels(problem: Problem, x: Combination): Level[] {
  return problem.levels.flatMap((count, factor) =>
    Array.from({ length: count }, (_, level) => ({ factor, level })).filter(({ level }) => level !== x[factor]),
  );
}

/** Feasible combinations that differ from `x` in one factor. */
export function neighbours(problem: Problem, x: Combination): Combination[] {
  return otherLevels(problem, x)
    .map(({ factor, level }) => withFactor(x, factor, level))
    .filter(problem.feasible);
}

/**
 * The feasible combination nearest to `x` that has the level: with no other change, else with one more, else with two;
 * null when that does not do.
 */
export function withLevel(problem: Problem, x: Combination, { factor, level }: Level): Combination | null {
  const changed = withFactor(x, factor, level);
  if (problem.feasible(changed)) return changed;
  const others = otherLevels(problem, changed).filter((other) => other.factor !== factor);
  const once = others.map((other) => withFactor(changed, other.factor, other.level));
  const mended = once.find(problem.feasible);
  if (mended !== undefined) return mended;
  for (const y of once)
    for (const other of others) {
      const z = withFactor(y, other.factor, other.level);
      if (problem.feasible(z)) return z;
    }
  return null;
}

/** One step from `x` in each direction that can be mended to be feasible; `x` left out, none twice. */
export function steps(problem: Problem, x: Combination): Combination[] {
  const out = new Map<string, Combination>();
  for (const level of otherLevels(problem, x)) {
    const y = withLevel(problem, x, level);
    if (y !== null) out.set(combinationKey(y), y);
  }
  return [...out.values()];
}

/** Every feasible combination where the levels allow at most `limit`, feasible or not; null otherwise. */
export function enumerate(problem: Problem, limit: number): Combination[] | null {
  if (problem.levels.reduce((product, count) => product * count, 1) > limit) return null;
  let all: Combination[] = [[]];
  for (const count of problem.levels)
    all = all.flatMap((x) => Array.from({ length: count }, (_, level) => [...x, level]));
  return all.filter(problem.feasible);
}

const rejections = 20;

/**
 * A random feasible combination: uniform where a few draws meet a feasible one, else by two random sweeps over the factors
 * from the baseline, each taking a random level where that is feasible.
 */
export function randomCombination(problem: Problem, rng: Rng): Combination {
  for (let tried = 0; tried < rejections; tried++) {
    const x = problem.levels.map((count) => rng.int(count));
    if (problem.feasible(x)) return x;
  }
  let x = baselineOf(problem);
  const factors = problem.levels.map((_, factor) => factor);
  for (const factor of [...rng.shuffle(factors), ...rng.shuffle(factors)]) {
    const y = withFactor(x, factor, rng.int(problem.levels[factor] ?? 1));
    if (problem.feasible(y)) x = y;
  }
  return x;
}

/** Steepest ascent over feasible combinations one change apart; ends at a local maximum of `score`. */
export function climb(problem: Problem, start: Combination, score: (x: Combination) => number): Combination {
  let x = start;
  let value = score(x);
  for (;;) {
    let better: Combination | null = null;
    for (const y of neighbours(problem, x)) {
      const s = score(y);
      if (s > value) {
        value = s;
        better = y;
      }
    }
    if (better === null) return x;
    x = better;
  }
}
