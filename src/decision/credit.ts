/**
 * Who carried how much of a confirmed gain.
 *
 * Notation: parts j = 1..k of the landed set; φ_j the Shapley value of utility over the cube between the baseline and the
 * set (plan/functional.ts: exact for any k); under one belief φ ~ N(μ, Σ), `1ᵀφ = G` the set's gain. The confirmation saw
 * G on fresh seeds as `d̄ ± s_d`; conditioning on it,
 *   `φ′ = μ + Σ1 (d̄ − 1ᵀμ)/(1ᵀΣ1)`, `Σ′ = Σ − Σ1 1ᵀΣ/(1ᵀΣ1) + Σ1 s_d² 1ᵀΣ/(1ᵀΣ1)²`,
 * so the shares add up to the gain that was measured, not to the one that the search hoped for.
 */
import type { Combination } from "../contribution/contribution.ts";
import { dot } from "../math/vector.ts";
import { type Ensemble, intervalOf, type Mixture } from "../plan/belief.ts";
import { shapley } from "../plan/functional.ts";
import { priorCovariance, project } from "../plan/model.ts";
import type { Knowledge } from "../plan/plan.ts";
import { levelId } from "../plan/space.ts";
import type { Credit } from "./decision.ts";
import type { Spread } from "./eprocess.ts";

/** Shares of the gain of `set` over the baseline, in utility; their means add up to the confirmed gain's mean. */
export function creditOf(knowledge: Knowledge, ensemble: Ensemble, set: Combination, confirmed: Spread): Credit[] {
  const { baseline, space } = knowledge;
  const parts = set.flatMap((level, factor) => (level === baseline[factor] ? [] : [{ factor, level }]));
  const conditioned = ensemble.map((belief) => {
    const functionals = parts.map(({ factor }) => shapley(belief.shape, baseline, set, factor));
    const mean = new Float64Array(parts.length);
    const covariance = parts.map(() => new Float64Array(parts.length));
    for (const model of belief.objectives) {
      if (model.toUtility === 0) continue;
      const projections = functionals.map((functional) => project(model.posterior, functional));
      for (const [i, a] of projections.entries()) {
        mean[i] = (mean[i] ?? 0) + model.toUtility * a.mean;
        for (const [j, b] of projections.entries()) {
          const [fi, fj, row] = [functionals[i], functionals[j], covariance[i]];
          if (fi === undefined || fj === undefined || row === undefined) continue;
          const own = priorCovariance(belief.shape, model.posterior.hyper, fi, fj) - dot(a.v, b.v);
          row[j] = (row[j] ?? 0) + model.toUtility ** 2 * own;
        }
      }
    }
    return conditionOnSum(mean, covariance, confirmed.mean, confirmed.sd ** 2 / Math.max(1, confirmed.n));
  });
  return parts.map((ref, i) => {
    const mixture: Mixture = {
      means: Float64Array.from(conditioned, ({ mean }) => mean[i] ?? 0),
      sds: Float64Array.from(conditioned, ({ variance }) => Math.sqrt(Math.max(0, variance[i] ?? 0))),
    };
    // What a removal earned is named by what was removed.
    const level =
      ref.level > 0 ? levelId(space, ref) : `−${levelId(space, { ...ref, level: baseline[ref.factor] ?? 0 })}`;
    return { level, share: intervalOf(mixture, knowledge.confidence) };
  });
}

/** The mean and variances of φ ~ N(mean, covariance) given that Σφ was measured as `total` with variance `error`. */
export function conditionOnSum(
  mean: Float64Array,
  covariance: readonly Float64Array[],
  total: number,
  error: number,
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const toward = Float64Array.from(covariance, (row) => row.reduce((sum, c) => sum + c, 0));
  const spread = toward.reduce((sum, c) => sum + c, 0);
  const surplus = total - mean.reduce((sum, m) => sum + m, 0);
  // Parts that the model is certain of share the surplus evenly.
  const lean = spread > 1e-12 ? toward.map((c) => c / spread) : mean.map(() => 1 / mean.length);
  return {
    mean: mean.map((m, i) => m + (lean[i] ?? 0) * surplus),
    variance: mean.map((_, i) => {
      const a = lean[i] ?? 0;
      return (covariance[i]?.[i] ?? 0) - a * a * Math.max(0, spread) + a * a * error;
    }),
  };
}
