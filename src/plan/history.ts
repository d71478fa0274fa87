import type { Combination } from "../contribution/contribution.ts";
import { heldRuns } from "./belief.ts";
import type { PlanRequest } from "./plan.ts";
import { combinationKey, hasLevel, isLegal } from "./space.ts";

/** What has been run or is on its way, by combination. */
export interface History {
  /** Distinct combinations of the finished runs that the model holds, in order of first appearance. */
  readonly evaluated: readonly Combination[];
  /** Finished and pending runs of a combination. */
  readonly runsOf: (x: Combination) => number;
  /** The smallest seed from 1 that the combination has not been run with: 1 pairs it with everything else. */
  readonly nextSeed: (x: Combination) => number;
  /** Search runs, finished and pending. */
  readonly searches: number;
  /** Of those, with a level of a bold contribution. */
  readonly boldSearches: number;
}

export function historyOf(request: PlanRequest): History {
  const { knowledge, pending } = request;
  const evaluated = new Map<string, Combination>();
  const seeds = new Map<string, Set<number>>();
  const note = (x: Combination, seed: number) => {
    const key = combinationKey(x);
    const known = seeds.get(key);
    if (known === undefined) seeds.set(key, new Set([seed]));
    else known.add(seed);
  };
  for (const run of knowledge.observations) note(run.combination, run.seed);
  for (const { combination } of heldRuns(knowledge)) evaluated.set(combinationKey(combination), combination);
  for (const run of pending) note(run.combination, run.seed);
  const search = [...knowledge.observations, ...pending].filter((run) => run.purpose === "search");
  return {
    evaluated: [...evaluated.values()],
    runsOf: (x) => seeds.get(combinationKey(x))?.size ?? 0,
    nextSeed: (x) => {
      const used = seeds.get(combinationKey(x));
      let seed = 1;
      while (used?.has(seed)) seed++;
      return seed;
    },
    searches: search.length,
    boldSearches: search.filter((run) => isBold(request, run.combination)).length,
  };
}

/** Whether the combination has a level of a bold contribution that the baseline has not. */
export function isBold({ knowledge }: PlanRequest, x: Combination): boolean {
  return knowledge.space.factors.some((factor, j) =>
    factor.levels.some(
      (level, i) =>
        level.contribution.bold && x[j] === i + 1 && !hasLevel(knowledge.baseline, { factor: j, level: i + 1 }),
    ),
  );
}

/** Whether a combination may be suggested: legal, buildable, and not known to crash. Remembers its answers. */
export function createFilter(request: PlanRequest): (x: Combination) => boolean {
  const failed = new Set(request.knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const answers = new Map<string, boolean>();
  return (x) => {
    const key = combinationKey(x);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = !failed.has(key) && isLegal(request.knowledge.space, x) && request.feasible(x);
    answers.set(key, answer);
    return answer;
  };
}
