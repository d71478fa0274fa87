/**
 * One change at a time, then stack: every level alone against the baseline, the baseline again, all that help put together,
 * and the stack walked back for as long as there are runs. A team's table of ablations, with the care that such a table can
 * be given. What is landed is the best single change until the stack is measured, and then what the comparisons leave of it.
 */
import type { Combination } from "../../../src/contribution/contribution.ts";
import { argmax } from "../../../src/math/vector.ts";
import { withFactor } from "../../../src/plan/space.ts";
import type { Method, Problem } from "../method.ts";
import { type Level, otherLevels, withLevel } from "./moves.ts";
import { type Policy, playPolicy } from "./play.ts";
import { baselineOf, type Runs, replicateSd } from "./runs.ts";

export const oneAtATime: Method = {
  name: "one-at-a-time",
  start: (problem) => playPolicy(problem, (runs) => createAblations(problem, runs)),
};

function createAblations(problem: Problem, runs: Runs) {
  const baseline = baselineOf(problem);
  const singles = otherLevels(problem, baseline).flatMap((level) => {
    const x = withLevel(problem, baseline, level);
    return x === null ? [] : [{ ...level, x }];
  });
  let current = baseline;

  const meanOf = (x: Combination) => runs.sampleOf(x)?.value ?? Number.NEGATIVE_INFINITY;
  const gainOf = ({ factor, level }: Level) =>
    meanOf(singles.find((single) => single.factor === factor && single.level === level)?.x ?? baseline);
  const keepBest = (candidates: readonly Combination[]) => {
    current = argmax([current, ...candidates], meanOf) ?? current;
  };

  /** The best level of each factor that helps alone, the most helpful first, as far as they go together. */
  const stack = (): Combination => {
    const helping = singles.filter(({ x }) => meanOf(x) > meanOf(baseline)).sort((a, b) => meanOf(b.x) - meanOf(a.x));
    let stacked = baseline;
    for (const { factor, level, x } of helping) {
      if (stacked[factor] !== 0) continue;
      // By itself, or else with what came with it when it was measured.
      const more = [withFactor(stacked, factor, level), stacked.map((old, j) => (old === 0 ? (x[j] ?? 0) : old))];
      stacked = more.find(problem.feasible) ?? stacked;
    }
    return stacked;
  };

  /** False when the means and their errors say that `y` is not better than the current set. */
  const mayBeBetter = (y: Combination): boolean => {
    const [mine, theirs] = [runs.sampleOf(current), runs.sampleOf(y)];
    const sd = replicateSd(runs.samples());
    if (mine === undefined || theirs === undefined || sd === null) return true;
    return theirs.value + 2 * sd * Math.sqrt(1 / mine.count + 1 / theirs.count) > mine.value;
  };

  /** A replicate of the current set, then each part of it left out, the least helpful first, then what else there is. */
  function* walkBack(): Generator<readonly Combination[], void, readonly number[]> {
    yield [current];
    const isDrop = ({ level }: Level) => (level === 0 ? 1 : 0);
    const partOf = ({ factor }: Level) => ({ factor, level: current[factor] ?? 0 });
    const moves = otherLevels(problem, current).sort(
      (a, b) => isDrop(b) - isDrop(a) || (isDrop(a) ? gainOf(partOf(a)) - gainOf(partOf(b)) : gainOf(b) - gainOf(a)),
    );
    while (moves.length > 0) {
      const tried = moves
        .splice(0, problem.batch)
        .filter(({ factor, level }) => current[factor] !== level)
        .map((move) => withLevel(problem, current, move))
        .filter((x) => x !== null)
        .filter(mayBeBetter);
      if (tried.length === 0) continue;
      yield tried;
      keepBest(tried);
    }
  }

  function* policy(): Policy {
    const waiting = singles.map(({ x }) => x);
    while (waiting.length > 0) {
      const tried = waiting.splice(0, problem.batch);
      yield tried;
      keepBest(tried);
    }
    // Every comparison leans on the baseline's mean.
    yield Array.from({ length: Math.ceil(Math.sqrt(singles.length) / 2) }, () => baseline);
    const stacked = stack();
    yield [stacked];
    keepBest([stacked]);
    for (;;) yield* walkBack();
  }

  return { policy: policy(), recommend: () => current };
}
