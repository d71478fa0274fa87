import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { type Ensemble, estimateAll, inOwnSign, intervalOf, mixtureMean, noiseSds } from "../plan/belief.ts";
import { type Change, contrast, difference, type Functional, point, type Shape } from "../plan/functional.ts";
import type { Knowledge } from "../plan/plan.ts";
import { combinationKey, hasLevel, levelId, levelsOf, stepOf } from "../plan/space.ts";
import { evaluatedCombinations } from "./appraise.ts";
import type { Effect, Interaction, Noise, Point, Sense } from "./decision.ts";
import { intervalsOf } from "./gains.ts";

function effectFunctional(
  knowledge: Knowledge,
  shape: Shape,
  recommended: Combination,
  ref: LevelRef,
  sense: Sense,
): Functional | null {
  if (sense === "on-average") return contrast(shape, [changeOf(ref)], null);
  const step = stepOf(knowledge, sense === "alone" ? knowledge.baseline : recommended, ref);
  return step === null ? null : difference(shape, step.within, step.without);
}

function changeOf(ref: LevelRef): Change {
  return { factor: ref.factor, from: 0, to: ref.level };
}

const senses = ["alone", "in-set", "on-average"] as const satisfies readonly Sense[];

export function effectsOf(knowledge: Knowledge, ensemble: Ensemble, shape: Shape, recommended: Combination): Effect[] {
  const asked = levelsOf(knowledge.space).flatMap((ref) =>
    senses.flatMap((sense) => {
      const functional = effectFunctional(knowledge, shape, recommended, ref, sense);
      return functional === null ? [] : [{ level: levelId(knowledge.space, ref), sense, functional }];
    }),
  );
  return answersOf(knowledge, ensemble, asked);
}

/** Each question with its functional's intervals, one a row. */
function answersOf<Q extends { readonly functional: Functional }>(
  knowledge: Knowledge,
  ensemble: Ensemble,
  asked: readonly Q[],
) {
  const found = estimateAll(
    ensemble,
    asked.map(({ functional }) => functional),
  );
  return asked.flatMap(({ functional: _, ...question }, i) => {
    const estimate = found[i];
    return estimate === undefined ? [] : intervalsOf(knowledge, estimate).map((row) => ({ ...question, ...row }));
  });
}

/** f(11) − f(10) − f(01) + f(00) of two levels, everything else as in the sense. */
export function interactionFunctional(shape: Shape, a: LevelRef, b: LevelRef, at: Combination | null): Functional {
  return contrast(shape, [changeOf(a), changeOf(b)], at);
}

/** Of more levels than this, pairs are asked of those that do most: the pairs of 200 levels nobody reads. */
const mostPaired = 40;

export function interactionsOf(
  knowledge: Knowledge,
  ensemble: Ensemble,
  shape: Shape,
  recommended: Combination,
  effects: readonly Effect[],
): Interaction[] {
  const { space, baseline } = knowledge;
  const levels = mostTelling(knowledge, recommended, effects);
  const asked = levels.flatMap((a, i) =>
    levels.slice(i + 1).flatMap((b) => {
      if (a.factor === b.factor || areExcluded(knowledge, a, b)) return [];
      const names = { a: levelId(space, a), b: levelId(space, b) };
      return senses.map((sense) => {
        const at = sense === "alone" ? baseline : sense === "in-set" ? recommended : null;
        return { ...names, sense, functional: interactionFunctional(shape, a, b, at) };
      });
    }),
  );
  return answersOf(knowledge, ensemble, asked);
}

/** All levels while they are few; else those of the recommended set and of the baseline first, then by their effect on utility. */
function mostTelling({ space, baseline }: Knowledge, set: Combination, effects: readonly Effect[]): LevelRef[] {
  const all = levelsOf(space);
  if (all.length <= mostPaired) return all;
  const sizes = new Map<string, number>();
  for (const { level, objective, estimate } of effects)
    if (objective === null) sizes.set(level, Math.max(sizes.get(level) ?? 0, Math.abs(estimate.mean)));
  const rank = (ref: LevelRef) =>
    hasLevel(set, ref) || hasLevel(baseline, ref) ? Number.POSITIVE_INFINITY : (sizes.get(levelId(space, ref)) ?? 0);
  const chosen = new Set(
    all.toSorted((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0)).slice(0, mostPaired),
  );
  return all.filter((ref) => chosen.has(ref));
}

function areExcluded({ space }: Knowledge, a: LevelRef, b: LevelRef): boolean {
  const same = (p: LevelRef, q: LevelRef) => p.factor === q.factor && p.level === q.level;
  return space.excludes.some(([p, q]) => (same(p, a) && same(q, b)) || (same(p, b) && same(q, a)));
}

/** sd of a single run, by the model; and what the evaluation's items alone would give. */
export function noiseOf(knowledge: Knowledge, ensemble: Ensemble): Noise[] {
  const sds = noiseSds(ensemble);
  return knowledge.objectives.map((objective, m) => {
    const errors = knowledge.observations.flatMap(({ outcomes }) => {
      const outcome = outcomes.get(objective.name);
      return outcome?.kind === "measured" && outcome.samplingError !== null ? [outcome.samplingError] : [];
    });
    const average = (values: readonly number[]) => values.reduce((total, v) => total + v, 0) / values.length;
    return { objective: objective.name, sd: sds[m] ?? 0, sampling: errors.length === 0 ? null : average(errors) };
  });
}

/** Every combination of the runs that the model holds, with its belief; on the front when no other is at least as good on all weighted objectives. */
export function pointsOf(knowledge: Knowledge, ensemble: Ensemble, shape: Shape): Point[] {
  const runs = new Map<string, number>();
  for (const { combination } of knowledge.observations) {
    const key = combinationKey(combination);
    runs.set(key, (runs.get(key) ?? 0) + 1);
  }
  const weighted = knowledge.objectives.map(({ weight }) => weight > 0);
  const combinations = evaluatedCombinations(knowledge);
  const at = estimateAll(
    ensemble,
    combinations.map((x) => point(shape, x)),
  );
  const gains = estimateAll(
    ensemble,
    combinations.map((x) => difference(shape, x, knowledge.baseline)),
  );
  const judged = combinations.flatMap((combination, i) => {
    const [found, gain] = [at[i], gains[i]];
    if (found === undefined || gain === undefined) return [];
    return { combination, found, gain, means: found.objectives.map(mixtureMean).filter((_, m) => weighted[m]) };
  });
  return judged.map(({ combination, found, gain, means }) => ({
    combination,
    runs: runs.get(combinationKey(combination)) ?? 0,
    values: knowledge.objectives.flatMap((objective, m) => {
      const mixture = found.objectives[m];
      if (mixture === undefined) return [];
      return { objective: objective.name, estimate: inOwnSign(objective, intervalOf(mixture, knowledge.confidence)) };
    }),
    utility: intervalOf(gain.utility, knowledge.confidence),
    onFront: !judged.some((other) => dominates(other.means, means)),
  }));
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, m) => value >= (b[m] ?? 0)) && a.some((value, m) => value > (b[m] ?? 0));
}
