/**
 * What each of many changes would do beside each of the others, in the mean, for all pairs at once.
 *
 * Notation (model.ts): x a combination; a change c moves factor j from x_j to another level. Given α the mean of f at y is
 * `Σ_i α_i cov(f(x_i), f(y))`, and a change multiplies run i's covariance by `r_ci = e^θ_j` where the run has the new level,
 * `e^−θ_j` where it has x_j's, and 1 elsewhere. So with `g_i = α_i s² E(x_i, x)` what change a does beside change o is
 * `Σ_i g_i r_oi (r_ai − 1)`: n steps a pair, where a posterior would take n².
 */
import type { Combination, LevelRef } from "../contribution/contribution.ts";
import { at } from "../math/vector.ts";
import type { Ensemble } from "./belief.ts";
import { columnsOf } from "./functional.ts";
import { differencesFrom, type Posterior, signalAt } from "./model.ts";
import { encodeCombination } from "./scale.ts";

/** Mean utility of `a` beside `o`, over the ensemble: row a, column o, C × C for C changes. */
export function pairMeans(ensemble: Ensemble, x: Combination, changes: readonly LevelRef[]): Float64Array {
  const count = changes.length;
  const total = new Float64Array(count * count);
  for (const { shape, objectives } of ensemble) {
    for (const { posterior, toUtility } of objectives) {
      if (toUtility === 0) continue;
      const signal = signalAt(posterior, differencesFrom(posterior.data, encodeCombination(shape, x)));
      const weights = signal.map((value, i) => (value * at(posterior.alpha, i) * toUtility) / ensemble.length);
      const ratios = changes.map((change) => ratiosOf(posterior, x, change));
      for (const [a, own] of ratios.entries()) {
        const gains = weights.map((weight, i) => weight * (at(own, i) - 1));
        for (const [o, other] of ratios.entries()) {
          let sum = 0;
          for (let i = 0; i < gains.length; i++) sum += at(gains, i) * at(other, i);
          total[a * count + o] = at(total, a * count + o) + sum;
        }
      }
    }
  }
  return total;
}

/** r_ci of every run i. */
function ratiosOf({ data, hyper }: Posterior, x: Combination, { factor, level }: LevelRef): Float64Array {
  const width = columnsOf(data.shape);
  const begin = data.shape.offsets[factor] ?? 0;
  const near = Math.exp(at(hyper.theta, factor));
  const [from, to] = [begin + (x[factor] ?? 0), begin + level];
  return Float64Array.from({ length: data.n }, (_, i) => {
    const code = data.codes[i * width + factor];
    return code === to ? near : code === from ? 1 / near : 1;
  });
}
