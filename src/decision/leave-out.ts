/** Which parts of a set to leave out once, to see whether they are worth their keep. */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { normalCdf } from "../math/normal.ts";
import { argmax } from "../math/vector.ts";
import { type Ensemble, estimateDifference, mixtureMean, mixtureSd } from "../plan/belief.ts";
import { type Knowledge, keep } from "../plan/plan.ts";
import { combinationKey, hamming, stepOf } from "../plan/space.ts";

/** The recommended set without parts whose worth is in doubt. */
export interface LeaveOut {
  readonly parts: readonly LevelRef[];
  readonly without: Combination;
}

/**
 * What leaving out would tell: first the set without all parts that the model does not think worth their keep, then
 * single parts whose worth is in doubt; none that has been measured.
 */
export function leaveOutsOf(knowledge: Knowledge, ensemble: Ensemble, set: Combination): LeaveOut[] {
  const { baseline } = knowledge;
  const seen = new Set<string>();
  for (const { combination } of [...knowledge.observations, ...knowledge.failed]) seen.add(combinationKey(combination));
  const isNew = (x: Combination) => !seen.has(combinationKey(x)) && hamming(x, baseline) > 0;

  const pruned = pruneByModel(knowledge, ensemble, set);
  const dropped = set.flatMap((level, factor) => (pruned[factor] === level ? [] : [{ factor, level }]));
  const single = partsOf(knowledge, ensemble, set)
    .map((part) => ({ ...part, doubt: normalCdf(-Math.abs(part.mean - keep) / (part.sd + 1e-12)) }))
    .filter(({ without, doubt }) => doubt > 0.1 && isNew(without))
    .sort((a, b) => b.doubt - a.doubt)
    .map(({ ref, without }): LeaveOut => ({ parts: [ref], without }));
  return dropped.length > 1 && isNew(pruned) ? [{ parts: dropped, without: pruned }, ...single] : single;
}

/** Each part of a set with what it is worth there. */
function partsOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  set: Combination,
): { readonly ref: LevelRef; readonly without: Combination; readonly mean: number; readonly sd: number }[] {
  return set.flatMap((level, factor) => {
    if (level === knowledge.baseline[factor]) return [];
    const step = stepOf(knowledge, set, { factor, level });
    if (step === null) return [];
    const { utility } = estimateDifference(ensemble, set, step.without);
    return { ref: { factor, level }, without: step.without, mean: mixtureMean(utility), sd: mixtureSd(utility) };
  });
}

/** Drops the least worthy part while its mean worth is below its keep. */
function pruneByModel(knowledge: Knowledge, ensemble: Ensemble, set: Combination): Combination {
  let x = set;
  for (;;) {
    const worst = argmax(partsOf(knowledge, ensemble, x), ({ mean }) => -mean);
    if (worst === null || worst.mean >= keep) return x;
    x = worst.without;
  }
}
