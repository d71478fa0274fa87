/**
 * Measuring again what landed before, when there is nothing better to do.
 *
 * Notation: part j, a level of the baseline b; `w_j = U(b) − U(b without j)` what it is worth now, with mean m and sd s under
 * the model, what needs it left out with it; doubt `d = Φ(−|m − k|/s)`, k the worth at which a part is worth its keep: the
 * chance that it is on the other side of k. Age `a ∈ [0, 1]`: the share of all runs here that were made since the last one
 * without the part. The part with the largest `d (1 + a)` is measured next: the most doubtful, and of those alike the one
 * that nothing was heard of for longest.
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { normalCdf } from "../math/normal.ts";
import { argmax } from "../math/vector.ts";
import {
  believeCombination,
  type Ensemble,
  estimateDifference,
  type Mixture,
  mixtureMean,
  mixtureSd,
} from "./belief.ts";
import { createFilter, historyOf } from "./history.ts";
import { type Knowledge, keep, type PlanRequest, type Suggestion } from "./plan.ts";
import { hasLevel, levelId, stepOf } from "./space.ts";

/** Below this doubt a part is left in peace. */
const leastDoubt = 0.1;
/** Runs of the baseline without one part that scraping asks for, whatever doubt stays. */
const mostScrapes = 4;

/** A part of the baseline. */
export interface LandedPart {
  readonly ref: LevelRef;
  /** The baseline without it, and without what needs it. */
  readonly without: Combination;
  /** w, in utility. */
  readonly worth: Mixture;
  readonly doubt: number;
  readonly age: number;
}

/** Parts that cannot be left out (what needs them has no other choice) are none. */
export function landedParts(knowledge: Knowledge, ensemble: Ensemble): LandedPart[] {
  const { baseline, observations } = knowledge;
  return baseline.flatMap((level, factor): LandedPart[] => {
    if (level === 0) return [];
    const ref = { factor, level };
    const step = stepOf(knowledge, baseline, ref);
    if (step === null) return [];
    const worth = estimateDifference(ensemble, baseline, step.without).utility;
    const last = observations.findLastIndex(({ combination }) => !hasLevel(combination, ref));
    const age = observations.length === 0 ? 1 : 1 - (last + 1) / observations.length;
    return [{ ref, without: step.without, worth, doubt: doubtOf(worth), age }];
  });
}

function doubtOf(worth: Mixture): number {
  return normalCdf(-Math.abs(mixtureMean(worth) - keep) / (mixtureSd(worth) + 1e-12));
}

/** Up to `count` runs; none where no landed part is in doubt. */
export function planScrapes(request: PlanRequest, ensemble: Ensemble): Suggestion[] {
  const mayRun = createFilter(request);
  const made: Suggestion[] = [];
  let believed = ensemble;
  const believe = ({ combination, seed }: Pick<Suggestion, "combination" | "seed">) => {
    believed = believed.map((belief) => believeCombination(belief, combination, seed));
  };
  request.pending.forEach(believe);
  while (made.length < request.count) {
    const next = scrape({ ...request, pending: [...request.pending, ...made] }, believed, mayRun);
    if (next === null) break;
    made.push(next);
    believe(next);
  }
  return made;
}

/** The next run, `ensemble` believing the pending ones: the baseline without the part, or the baseline, whichever has fewer. */
export function scrape(
  request: PlanRequest,
  ensemble: Ensemble,
  mayRun: (x: Combination) => boolean,
): Suggestion | null {
  const { knowledge } = request;
  const { baseline, space } = knowledge;
  if (!mayRun(baseline)) return null;
  const history = historyOf(request);
  const open = landedParts(knowledge, ensemble).filter(
    ({ without, doubt }) => doubt > leastDoubt && history.runsOf(without) < mostScrapes && mayRun(without),
  );
  const part = argmax(open, ({ doubt, age }) => doubt * (1 + age));
  if (part === null) return null;
  const combination = history.runsOf(baseline) <= history.runsOf(part.without) ? baseline : part.without;
  const seed = history.nextSeed(combination);
  const why = { kind: "scrape", level: levelId(space, part.ref) } as const;
  return { combination, seed, purpose: "audit", cost: request.cost(combination, seed), why };
}
