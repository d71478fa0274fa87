/**
 * Which set to put to confirmation: of the evaluated sets that hold every guardrail with the policy's confidence, the one of
 * the most merit (appraise.ts). Then, simpler is better: of the evaluated sets within that one, the smallest that loses,
 * with the policy's confidence, less than what matters.
 */
import type { Combination } from "../contribution/contribution.ts";
import { argmax } from "../math/vector.ts";
import { type Ensemble, estimateDifference, probabilityAbove } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { hamming } from "../plan/space.ts";
import { type Appraisal, type Contest, candidatesOf, createJudge } from "./appraise.ts";

/** The evaluated set that is best to put to confirmation, or null when none is worth it. */
export function choose(knowledge: Knowledge, ensemble: Ensemble, contest: Contest): Combination | null {
  const { appraise, merit } = createJudge(knowledge, ensemble, contest.threshold);
  const worthy = candidatesOf(knowledge, contest)
    .map(appraise)
    .filter((appraisal) => isSafe(knowledge, appraisal) && merit(appraisal) > 0);
  const best = argmax(worthy, merit)?.x ?? null;
  if (best === null) return null;
  const simpler = worthy
    .map(({ x }) => x)
    .filter((x) => isWithin(x, best, knowledge.baseline))
    .filter((x) => 1 - probabilityAbove(estimateDifference(ensemble, best, x).utility, 1) >= knowledge.confidence);
  return argmax(simpler, (x) => -hamming(x, knowledge.baseline)) ?? best;
}

/** Merit of what would be chosen; 0 when nothing is. */
export function bestMerit(knowledge: Knowledge, ensemble: Ensemble, contest: Contest): number {
  const { appraise, merit } = createJudge(knowledge, ensemble, contest.threshold);
  const worthy = candidatesOf(knowledge, contest)
    .map(appraise)
    .filter((appraisal) => isSafe(knowledge, appraisal));
  return Math.max(0, ...worthy.map(merit));
}

function isSafe(knowledge: Knowledge, { holds, slacks }: Appraisal): boolean {
  return holds >= (slacks.length === 0 ? 0.5 : knowledge.confidence);
}

/** Whether x is `set` without some of its parts. */
function isWithin(x: Combination, set: Combination, baseline: Combination): boolean {
  return hamming(x, set) > 0 && x.every((level, j) => level === set[j] || level === baseline[j]);
}
