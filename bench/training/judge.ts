/**
 * What a named set is worth, on seeds that no policy has used.
 *
 * Notation: `d_k` the difference between the set and the baseline on seed k, `k = 1..K`, K ≥ 2; its mean with the t interval
 * `d̄ ± t_{(1+c)/2, K−1} · s/√K`, `c` the confidence.
 */

import { spreadOf } from "../../src/decision/eprocess.ts";
import type { Interval, ResolvedObjective } from "../../src/evidence/evidence.ts";
import { studentQuantile } from "../../src/math/student.ts";

export const confidence = 0.9;

/** By objective name; null: diverged, or the run crashed. */
export type Values = Readonly<Record<string, number | null>>;

export interface Pair {
  readonly seed: number;
  readonly set: Values;
  readonly baseline: Values;
}

export interface Judgement {
  /** By seed, in units of `matters`; seeds on which the set has no finite value are left out. */
  readonly utilities: ReadonlyMap<number, number>;
  readonly utility: Interval;
  /** Seeds on which the set diverged or crashed. */
  readonly diverged: number;
  readonly differences: readonly {
    readonly objective: string;
    /** In the objective's own unit and sign. */
    readonly difference: Interval;
    /** Whether the mean is worse by more than the guardrail's margin. */
    readonly breach: boolean;
  }[];
}

export function judge(objectives: readonly ResolvedObjective[], pairs: readonly Pair[]): Judgement {
  const utilities = new Map<number, number>();
  for (const pair of pairs) {
    const utility = utilityOf(objectives, pair);
    if (Number.isFinite(utility)) utilities.set(pair.seed, utility);
  }
  return {
    utilities,
    utility: meanInterval([...utilities.values()]),
    diverged: pairs.length - utilities.size,
    differences: objectives.map((objective) => {
      const { name, sign, guardrail } = objective;
      const found = pairs.map((pair) => difference(objective, pair)).filter(Number.isFinite);
      const interval = meanInterval(found);
      return { objective: name, difference: interval, breach: guardrail !== null && sign * interval.mean < -guardrail };
    }),
  };
}

/** Mean with its t interval; unbounded below two values. */
export function meanInterval(values: readonly number[]): Interval {
  const { n, mean, sd } = spreadOf(values, 0);
  if (n < 2)
    return { mean: n === 0 ? Number.NaN : mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const half = (studentQuantile((1 + confidence) / 2, n - 1) * sd) / Math.sqrt(n);
  return { mean, low: mean - half, high: mean + half };
}

function utilityOf(objectives: readonly ResolvedObjective[], pair: Pair): number {
  return objectives
    .filter(({ weight }) => weight !== 0)
    .reduce(
      (sum, objective) => sum + (objective.sign * objective.weight * difference(objective, pair)) / objective.matters,
      0,
    );
}

function difference({ name }: ResolvedObjective, { set, baseline }: Pair): number {
  const [mine, other] = [set[name] ?? null, baseline[name] ?? null];
  return mine === null || other === null ? Number.NaN : mine - other;
}
