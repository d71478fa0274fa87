/** Labs whose truth is known, with trade-offs: what helps costs a guarded objective, so that the best set sits near a margin. */
import type { Rng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import { plantedTruth } from "../../src/decision/calibrate.test-util.ts";
import { objective, plainSpace, type Truth } from "../../src/decision/simulate.test-util.ts";
import { allCombinations } from "../../src/plan/space.ts";

export interface PowerScenario {
  readonly factors: number;
  readonly guards: number;
  /** κ: a single run's sd over the rms main effect, for every objective. */
  readonly noise: number;
}

/**
 * One quality objective as planted elsewhere; each guard is harmed by what helps quality (and now and then helped), and its
 * margin is half of what the best unguarded set would cost it.
 */
export function guardedTruth({ factors, guards, noise }: PowerScenario, rng: Rng): Truth {
  const quality = plantedTruth(factors, noise, rng.fork("quality"));
  if (guards === 0) return quality;
  const alone = unit(factors).map((x) => (quality.value(x)[0] ?? 0) - (quality.value(none(factors))[0] ?? 0));
  const costs = Array.from({ length: guards }, (_, m) => {
    const own = rng.fork(`guard ${m}`);
    return alone.map((gain) =>
      own.uniform() < 0.75 ? Math.abs(gain) * (0.4 + 1.2 * own.uniform()) : -0.3 * own.uniform(),
    );
  });
  const total = (cost: readonly number[], x: Combination) => cost.reduce((sum, c, j) => sum + c * (x[j] ?? 0), 0);
  const free = best(quality, () => true);
  const guarded = costs.map((cost) => {
    const rms = Math.sqrt(cost.reduce((sum, c) => sum + c * c, 0) / factors) || 1;
    return { cost, rms, margin: Math.max(rms, 0.5 * total(cost, free)) };
  });
  return {
    space: plainSpace(alone.map(() => 1)),
    objectives: [
      ...quality.objectives,
      ...guarded.map(({ rms, margin }, m) =>
        objective(`guard${m}`, { weight: 0, matters: 0.3 * rms, guardrail: margin }),
      ),
    ],
    value: (x) => [...quality.value(x), ...guarded.map(({ cost }) => -total(cost, x))],
    noise: (x, own) => [...quality.noise(x, own), ...guarded.map(({ rms }) => noise * rms * own.normal())],
    ...(quality.seedSd !== undefined && { seedSd: quality.seedSd }),
  };
}

/** True gain in the first objective's utility, and whether some guardrail is broken. */
export function judge(truth: Truth, x: Combination): { readonly gain: number; readonly violates: boolean } {
  const [mine, base] = [truth.value(x), truth.value(none(x.length))];
  let gain = 0;
  let violates = false;
  for (const [m, { sign, weight, matters, guardrail }] of truth.objectives.entries()) {
    const d = sign * ((mine[m] ?? Number.NaN) - (base[m] ?? Number.NaN));
    gain += (weight * d) / matters;
    if (guardrail !== null && !(d >= -guardrail)) violates = true;
  }
  return { gain, violates };
}

/** The best set that holds every guardrail. */
export function oracle(truth: Truth): Combination {
  return best(truth, (x) => !judge(truth, x).violates);
}

function best(truth: Truth, may: (x: Combination) => boolean): Combination {
  let found: Combination = none(truth.space.factors.length);
  for (const x of allCombinations(truth.space))
    if (may(x) && judge(truth, x).gain > judge(truth, found).gain) found = x;
  return found;
}

function none(factors: number): number[] {
  return Array.from({ length: factors }, () => 0);
}

function unit(factors: number): number[][] {
  return Array.from({ length: factors }, (_, j) => none(factors).map((_level, k) => (k === j ? 1 : 0)));
}
