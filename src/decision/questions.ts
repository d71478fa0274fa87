/**
 * Which sets near the guardrails' margins to look at again before one is put to confirmation.
 *
 * Notation: a pair of runs of x and b moves the mean of a belief with variance v by a normal with variance
 * `v²/(v + σ_d²)`, and leaves the rest. What a pair may improve is the expected excess of x's merit, after it, over the best
 * one's (of the best one: the second's over its own), over draws that are the same for all sets.
 */
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { argmax } from "../math/vector.ts";
import type { Ensemble } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { combinationKey, hamming, neighbours } from "../plan/space.ts";
import { type Appraisal, type Contest, candidatesOf, createJudge, isEligible, type Judge } from "./appraise.ts";
import type { Forecast } from "./confirm.ts";

/** Below this probability of holding every guardrail a set is not worth finding out more about. */
const hopeless = 0.5;
/** Share of the best merit that a pair of runs must be expected to improve. */
const leastImprovement = 0.01;
const draws = 48;

/**
 * Sets near the guardrails' margins that a pair of runs, with the baseline, may show to be the better choice, the most
 * promising first; none where nothing is guarded.
 */
export function openQuestions(knowledge: Knowledge, ensemble: Ensemble, contest: Contest): Combination[] {
  if (knowledge.objectives.every(({ guardrail }) => guardrail === null)) return [];
  const judge = createJudge(knowledge, ensemble, contest.threshold);
  const hopeful = candidatesOf(knowledge, contest)
    .map(judge.appraise)
    .filter(({ holds }) => holds >= hopeless);
  const best = argmax(hopeful, judge.merit);
  const failed = new Set(knowledge.failed.map(({ combination }) => combinationKey(combination)));
  const near = neighbours(knowledge.space, best?.x ?? knowledge.baseline).filter((x) => {
    return hamming(x, knowledge.baseline) > 0 && isEligible(contest, x) && !failed.has(combinationKey(x));
  });
  const seen = new Set(hopeful.map(({ x }) => combinationKey(x)));
  const others = near.filter((x) => !seen.has(combinationKey(x))).map(judge.appraise);
  return mostImproving(judge, best, [...hopeful, ...others]);
}

function mostImproving(judge: Judge, best: Appraisal | null, all: readonly Appraisal[]): Combination[] {
  const top = best === null ? 0 : Math.max(0, judge.merit(best));
  const second = Math.max(0, ...all.filter((other) => other !== best).map(judge.merit));
  const rng = createRng("what a pair may show");
  const shifts = Array.from({ length: draws }, () => all[0]?.slacks.map(() => rng.normal()) ?? []);
  const gains = shifts.map(() => rng.normal());
  const improvement = (appraisal: Appraisal): number => {
    let total = 0;
    for (const [k, shift] of shifts.entries()) {
      const after = judge.merit(afterPair(appraisal, gains[k] ?? 0, shift));
      total += Math.max(0, appraisal === best ? second - after : after - top) / draws;
    }
    return total;
  };
  return all
    .map((appraisal) => ({ x: appraisal.x, value: improvement(appraisal) }))
    .filter(({ value }) => value > leastImprovement * Math.max(1, top))
    .sort((a, b) => b.value - a.value)
    .map(({ x }) => x);
}

/** The appraisal after one pair whose results lie so many standard deviations above what was expected. */
function afterPair(appraisal: Appraisal, gainShift: number, slackShifts: readonly number[]): Appraisal {
  return {
    ...appraisal,
    gain: moved(appraisal.gain, gainShift),
    slacks: appraisal.slacks.map((slack, i) => moved(slack, slackShifts[i] ?? 0)),
  };
}

export function moved({ mean, sd, pairSd }: Forecast, shift: number): Forecast {
  const told = sd ** 4 / (sd ** 2 + pairSd ** 2 || 1);
  return { mean: mean + shift * Math.sqrt(told), sd: Math.sqrt(Math.max(0, sd ** 2 - told)), pairSd };
}
