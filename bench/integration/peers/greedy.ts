import { createRng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { argmax } from "../../../src/math/vector.ts";
import { combinationKey } from "../../../src/plan/space.ts";
import type { Method, Problem } from "../method.ts";
import { withLevel } from "./moves.ts";
import { type Policy, playPolicy } from "./play.ts";
import { baselineOf, type Runs } from "./runs.ts";

/**
 * Keep or discard on single runs, as loops of coding agents do it: a change to the best so far, drawn at random (a level
 * added, exchanged or taken out again), is run once and kept when that run beats the run that made the best the best.
 * When every change has had its turn, all have another in a new order. Of a batch the best is kept, if it is better.
 */
export const greedy: Method = {
  name: "greedy",
  start: (problem, seed) =>
    playPolicy(problem, (runs) => {
      const state = { current: baselineOf(problem) };
      return { policy: keepOrDiscard(problem, runs, seed, state), recommend: () => state.current };
    }),
};

function* keepOrDiscard(problem: Problem, runs: Runs, seed: string, state: { current: Combination }): Policy {
  const rng = createRng(seed);
  const changes = problem.levels.flatMap((count, factor) =>
    Array.from({ length: count }, (_, level) => ({ factor, level })),
  );
  let record = runs.best().value;
  for (;;) {
    const proposed = new Map<string, Combination>();
    for (const change of rng.shuffle(changes)) {
      if (state.current[change.factor] === change.level) continue;
      const x = withLevel(problem, state.current, change);
      if (x !== null) proposed.set(combinationKey(x), x);
      if (proposed.size < problem.batch) continue;
      yield* attempt([...proposed.values()]);
      proposed.clear();
    }
    yield* attempt(proposed.size > 0 ? [...proposed.values()] : [state.current]);
  }

  function* attempt(proposals: readonly Combination[]): Generator<readonly Combination[], void, readonly number[]> {
    const scores = yield proposals;
    const winner = argmax(proposals.keys(), (i) => scores[i] ?? Number.NEGATIVE_INFINITY) ?? 0;
    const score = scores[winner] ?? Number.NEGATIVE_INFINITY;
    const x = proposals[winner];
    if (x === undefined || !(score > record)) return;
    state.current = x;
    record = score;
  }
}
