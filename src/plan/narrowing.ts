/**
 * How doubt narrowed as runs came in: what was believed of the recommended set, and of each level in it, after the first k.
 *
 * Notation: R the recommended set, b the baseline, `U(R) − U(b)` its gain; `e_j` what level j does to the utility in R. Both
 * are asked of the process fitted anew to the first k runs, for some counts k up to all n: what would have been believed of
 * this set at the time, whichever set led then.
 */
import { createRng } from "../base/rng.ts";
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import type { Interval } from "../evidence/evidence.ts";
import { believe, drawEnsemble, type Ensemble, estimateDifference, intervalOf, mixtureSd } from "./belief.ts";
import type { Knowledge } from "./plan.ts";
import { levelsOf, stepOf } from "./space.ts";

/** What was believed after so many runs; in units of utility. */
export interface NarrowingStep {
  readonly runs: number;
  /** U(R) − U(b) at the knowledge's confidence. */
  readonly gain: Interval;
  /** Its sd. */
  readonly doubt: number;
  /** sd of e_j, for every level that has a step in R. */
  readonly doubts: readonly { readonly level: LevelRef; readonly sd: number }[];
}

/** Counts k, at most. */
const steps = 12;
/** Of the hyper-parameters, for each of the counts before the last: a mode alone is too sure while runs are few. */
const draws = 8;
const fewRuns = 64;

/**
 * @param ensemble what is believed now, after all runs.
 * @param onStep told how many of the counts are done.
 */
export function narrowingOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  set: Combination,
  onStep: (done: number, total: number) => void,
): NarrowingStep[] {
  const counts = countsUpTo(knowledge.observations.length);
  return counts.map((runs, i) => {
    const believed = runs === knowledge.observations.length ? ensemble : believedAfter(knowledge, runs);
    const step = stepAfter(knowledge, believed, set, runs);
    onStep(i + 1, counts.length);
    return step;
  });
}

function countsUpTo(n: number): number[] {
  const spaced = Array.from({ length: steps }, (_, i) => Math.round(((i + 1) * n) / steps));
  return [...new Set(spaced)].filter((runs) => runs > 0);
}

function believedAfter(knowledge: Knowledge, runs: number): Ensemble {
  const belief = believe({ ...knowledge, observations: knowledge.observations.slice(0, runs) });
  return runs > fewRuns ? [belief] : drawEnsemble(belief, draws, createRng(`narrowing/${runs}`));
}

function stepAfter(knowledge: Knowledge, ensemble: Ensemble, set: Combination, runs: number): NarrowingStep {
  const doubts = levelsOf(knowledge.space).flatMap((level) => {
    const step = stepOf(knowledge, set, level);
    if (step === null) return [];
    return [{ level, sd: mixtureSd(estimateDifference(ensemble, step.within, step.without).utility) }];
  });
  const { utility } = estimateDifference(ensemble, set, knowledge.baseline);
  return { runs, gain: intervalOf(utility, knowledge.confidence), doubt: mixtureSd(utility), doubts };
}
