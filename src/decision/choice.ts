/**
 * Which set to put to confirmation: of the evaluated sets that hold every guardrail with the policy's confidence, the one of
 * the most merit (appraise.ts). Then, simpler is better: of the evaluated sets within that one, the smallest that loses,
 * with the policy's confidence, less than what matters.
 */
import type { Combination } from "../contribution/contribution.ts";
import { argmax } from "../math/vector.ts";
import { createField } from "../plan/acquire.ts";
import { type Ensemble, estimateDifference, probabilityAbove } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { hamming } from "../plan/space.ts";
import { type Appraisal, type Contest, candidatesOf, createJudge, type Judge } from "./appraise.ts";

/** The evaluated set that is best to put to confirmation, or null when none is worth it. */
export function choose(knowledge: Knowledge, ensemble: Ensemble, contest: Contest): Combination | null {
  const judge = createJudge(knowledge, ensemble, contest.threshold);
  const candidates = candidatesOf(knowledge, contest);
  const best = bestOf(knowledge, ensemble, judge, candidates)?.x ?? null;
  if (best === null) return null;
  const simpler = candidates
    .filter((x) => isWithin(x, best, knowledge.baseline) && isWorthy(knowledge, judge, judge.appraise(x)))
    .filter((x) => 1 - probabilityAbove(estimateDifference(ensemble, best, x).utility, 1) >= knowledge.confidence);
  return argmax(simpler, (x) => -hamming(x, knowledge.baseline)) ?? best;
}

/** Merit of what would be chosen; 0 when nothing is. */
export function bestMerit(knowledge: Knowledge, ensemble: Ensemble, contest: Contest): number {
  const judge = createJudge(knowledge, ensemble, contest.threshold);
  const best = bestOf(knowledge, ensemble, judge, candidatesOf(knowledge, contest));
  return best === null ? 0 : judge.merit(best);
}

/**
 * The worthy candidate of the most merit. No merit is above the mean of the gain, which costs far less to know: so
 * candidates are appraised by falling mean, until it is no more than the merit that was found.
 */
function bestOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  judge: Judge,
  candidates: readonly Combination[],
): Appraisal | null {
  const field = createField(ensemble, knowledge.baseline);
  const bounded = candidates.map((x) => ({ x, bound: field.mean(x) })).sort((a, b) => b.bound - a.bound);
  let best: Appraisal | null = null;
  let most = 0;
  for (const { x, bound } of bounded) {
    if (bound <= most) break;
    const appraisal = judge.appraise(x);
    const merit = judge.merit(appraisal);
    if (merit <= most || !isSafe(knowledge, appraisal)) continue;
    best = appraisal;
    most = merit;
  }
  return best;
}

function isWorthy(knowledge: Knowledge, { merit }: Judge, appraisal: Appraisal): boolean {
  return isSafe(knowledge, appraisal) && merit(appraisal) > 0;
}

function isSafe(knowledge: Knowledge, { holds, slacks }: Appraisal): boolean {
  return holds >= (slacks.length === 0 ? 0.5 : knowledge.confidence);
}

/** Whether x is `set` without some of its parts. */
function isWithin(x: Combination, set: Combination, baseline: Combination): boolean {
  return hamming(x, set) > 0 && x.every((level, j) => level === set[j] || level === baseline[j]);
}
