/**
 * Two ways to write a peer: as a strategy that names the next combination from what is known, or as a policy, a
 * generator that asks for several runs, is given their results, and goes on.
 */
import type { Combination } from "../../../src/contribution/contribution.ts";
import type { Player, Problem } from "../method.ts";
import { createRuns, type Runs, runKey } from "./runs.ts";

export interface Strategy {
  /** The combination of the next run; `runs.pending()` are those that a batch has already. */
  readonly next: () => Combination;
  readonly recommend: () => Combination;
}

export function playStrategy(problem: Problem, strategyOf: (runs: Runs) => Strategy): Player {
  const runs = createRuns(problem);
  const strategy = strategyOf(runs);
  return {
    ask: (count) => Array.from({ length: count }, () => runs.plan(strategy.next())),
    tell: runs.tell,
    recommend: strategy.recommend,
  };
}

/** Yields combinations to run; is resumed with the score of each of these runs, in the same order. */
export type Policy = Generator<readonly Combination[], never, readonly number[]>;

export interface PolicyGame {
  readonly policy: Policy;
  readonly recommend: () => Combination;
}

interface Phase {
  readonly planned: readonly Combination[];
  readonly asked: string[];
  readonly scores: Map<string, number>;
}

export function playPolicy(problem: Problem, gameOf: (runs: Runs) => PolicyGame): Player {
  const runs = createRuns(problem);
  const { policy, recommend } = gameOf(runs);
  let phase: Phase | null = null;

  const open = (results: readonly number[]): Phase => {
    let planned = policy.next(results).value;
    while (planned.length === 0) planned = policy.next([]).value;
    return { planned, asked: [], scores: new Map() };
  };
  const resultsOf = ({ asked, scores }: Phase): number[] =>
    asked.map((key) => scores.get(key) ?? Number.NEGATIVE_INFINITY);

  return {
    ask: (count) => {
      phase ??= open([]);
      if (phase.scores.size === phase.planned.length) phase = open(resultsOf(phase));
      const { planned, asked } = phase;
      const asks = planned.slice(asked.length, asked.length + count).map(runs.plan);
      asked.push(...asks.map(runKey));
      // Everything of this phase is under way and the caller wants more before it tells: quiet the recommendation.
      return asks.length > 0 ? asks : [runs.plan(recommend())];
    },
    tell: (ask, y) => {
      runs.tell(ask, y);
      if (phase?.asked.includes(runKey(ask))) phase.scores.set(runKey(ask), runs.single(y));
    },
    recommend,
  };
}
