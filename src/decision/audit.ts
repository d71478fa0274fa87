/**
 * Runs that say who carried the gain of a set.
 *
 * Notation: parts j = 1..k, the factors on which the set differs from the baseline; for a subset S of them `z_j = 1` where j
 * is in S and −1 where it is not, S̄ the other parts; φ the Shapley values. A utility of effects and pairs has
 *   `f(S) − f(S̄) = Σ_j z_j φ_j`,
 * so a subset and its complement on one seed measure a signed sum of the shares; what more than two parts do together is
 * left to the model. The confirmation measured z = (1, …, 1), once a pair. With the information `A = Σ z zᵀ + I/4` of all
 * that was measured, the next subset is the one whose sum is known least, with the largest `zᵀ A⁻¹ z`: k of them are about
 * orthogonal, and then each share is known as well as k pairs can tell it. Cost: subsets × k² for each pair.
 */
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { argmax, at } from "../math/vector.ts";
import type { Knowledge, Suggestion } from "../plan/plan.ts";
import { combinationKey, isLegal } from "../plan/space.ts";
import { freshSeed, pairsOf } from "./confirm.ts";

/** Up to so many parts all subsets are looked at, beyond it as many random ones. */
const fewParts = 10;
const ridge = 0.25;

export type Audit = Pick<Suggestion, "combination" | "seed">;

/** How many audits credit asks for: a pair of runs for each part, none where one part has it all. */
export function auditsWanted(knowledge: Knowledge, set: Combination): number {
  const parts = partsOf(knowledge, set).length;
  return parts < 2 ? 0 : 2 * parts;
}

/**
 * Up to `count` audits of the set, in pairs of complementary subsets on fresh seeds; those made already are taken into
 * account. None where no subset and its complement can both be built.
 */
export function planAudits(
  knowledge: Knowledge,
  set: Combination,
  count: number,
  feasible: (x: Combination) => boolean,
): Audit[] {
  const parts = partsOf(knowledge, set);
  if (parts.length < 2) return [];
  const mayRun = (x: Combination) => isLegal(knowledge.space, x) && feasible(x);
  const subsets = signsOf(parts.length).filter(
    (z) => mayRun(pick(knowledge, set, z)) && mayRun(pick(knowledge, set, z, -1)),
  );
  const known = informationOf(knowledge, set, parts.length);
  const made: Audit[] = [];
  let seed = freshSeed(knowledge, []);
  while (made.length + 2 <= count) {
    const z = argmax(subsets, (signs) => doubtOf(known, signs));
    if (z === null) break;
    made.push({ combination: pick(knowledge, set, z), seed }, { combination: pick(knowledge, set, z, -1), seed });
    learn(known, z);
    seed++;
  }
  return made;
}

/** Finished audits of this set: subsets of its parts whose complement was run on the same seed. */
export function auditsMade(knowledge: Knowledge, set: Combination): number {
  return 2 * auditedSigns(knowledge, set).length;
}

function partsOf({ baseline }: Knowledge, set: Combination): number[] {
  return set.flatMap((level, factor) => (level === baseline[factor] ? [] : [factor]));
}

/** z with z_1 = 1, all of them or random ones, without (1, …, 1): the confirmation has measured that. */
function signsOf(parts: number): Int8Array[] {
  const rng = createRng("audits");
  const most = 2 ** (Math.min(parts, fewParts) - 1);
  return Array.from({ length: most - 1 }, (_, i) =>
    Int8Array.from({ length: parts }, (_sign, j) => {
      if (j === 0) return 1;
      const minus = parts <= fewParts ? ((i + 1) >> (j - 1)) & 1 : rng.int(2);
      return minus === 1 ? -1 : 1;
    }),
  );
}

/** The baseline with the parts of sign `side`. */
function pick({ baseline }: Knowledge, set: Combination, z: Int8Array, side: 1 | -1 = 1): Combination {
  let j = 0;
  return set.map((level, factor) => {
    const own = baseline[factor] ?? 0;
    if (level === own) return own;
    const sign = z[j];
    j++;
    return sign === side ? level : own;
  });
}

/** A⁻¹ after what was measured, k × k. */
function informationOf(knowledge: Knowledge, set: Combination, parts: number): Float64Array[] {
  const inverse = Array.from({ length: parts }, (_, i) =>
    Float64Array.from({ length: parts }, (_entry, j) => (i === j ? 1 / ridge : 0)),
  );
  const ones = new Int8Array(parts).fill(1);
  for (const _ of pairsOf(knowledge, set)) learn(inverse, ones);
  for (const z of auditedSigns(knowledge, set)) learn(inverse, z);
  return inverse;
}

/** One z for each pair of complementary audits that is in the evidence. */
function auditedSigns(knowledge: Knowledge, set: Combination): Int8Array[] {
  const parts = partsOf(knowledge, set);
  const audits = knowledge.observations.filter((run) => run.purpose === "audit");
  const made = new Set(audits.map((run) => `${run.seed}/${combinationKey(run.combination)}`));
  return audits.flatMap(({ combination, seed }) => {
    const z = Int8Array.from(parts, (factor) => (combination[factor] === set[factor] ? 1 : -1));
    const isSubset = combinationKey(pick(knowledge, set, z)) === combinationKey(combination);
    if (!isSubset || z[0] !== 1) return [];
    return made.has(`${seed}/${combinationKey(pick(knowledge, set, z, -1))}`) ? [z] : [];
  });
}

/** A⁻¹ z */
function solved(inverse: readonly Float64Array[], z: Int8Array): number[] {
  return inverse.map((row) => row.reduce((total, value, j) => total + value * (z[j] ?? 0), 0));
}

/** zᵀ A⁻¹ z */
function doubtOf(inverse: readonly Float64Array[], z: Int8Array): number {
  return solved(inverse, z).reduce((total, value, i) => total + value * (z[i] ?? 0), 0);
}

/** A⁻¹ after A + z zᵀ (Sherman & Morrison). */
function learn(inverse: readonly Float64Array[], z: Int8Array): void {
  const v = solved(inverse, z);
  const scale = 1 + v.reduce((total, value, i) => total + value * (z[i] ?? 0), 0);
  for (const [i, row] of inverse.entries())
    for (let j = 0; j < row.length; j++) row[j] = at(row, j) - ((v[i] ?? 0) * (v[j] ?? 0)) / scale;
}
