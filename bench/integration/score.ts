/**
 * The scalar that single-objective methods maximise.
 *
 * Notation: `y_m` a result (or the mean of several) on objective m, `b_m` the baseline's mean, `δ_m` what matters, `g_m` the
 * guardrail's margin, `s_m` the sign. `score = Σ_m w_m s_m (y_m − b_m)/δ_m − Σ_m penalty_m`, where a breach by
 * `e = −s_m (y_m − b_m) − g_m > 0` costs `100 (1 + min(1, e/g_m))`: the referee sets δ to a twentieth of a typical effect, so
 * that is five to ten effects, enough to lose and not enough to wreck a model of the scores.
 */
import type { Problem } from "./method.ts";

const breachPenalty = 100;

/** `y` and `baselineMeans`: one value an objective, own sign and unit. NaN when an objective diverged. */
export function scoreOf(
  problem: Pick<Problem, "objectives">,
  y: readonly number[],
  baselineMeans: readonly number[],
): number {
  let score = 0;
  for (const [m, { sign, weight, matters, guardrail }] of problem.objectives.entries()) {
    const gain = sign * ((y[m] ?? Number.NaN) - (baselineMeans[m] ?? Number.NaN));
    if (!Number.isFinite(gain)) return Number.NaN;
    score += (weight * gain) / matters;
    if (guardrail !== null && gain < -guardrail)
      score -= breachPenalty * (1 + Math.min(1, (-gain - guardrail) / guardrail));
  }
  return score;
}
