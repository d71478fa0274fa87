/**
 * The anytime-valid t test (Pérez-Ortiz, Lardy, de Heide & Grünwald 2022, arXiv 2208.07610).
 *
 * Notation: paired differences `d_1 … d_n ~ N(δσ, σ²)`, `t = √n d̄/s`, `ν = n − 1`; H₀: δ ≤ 0. With the right-Haar prior
 * dσ/σ under both hypotheses and δ ~ N(0, g) cut to δ > 0 under the alternative, the Bayes factor is an e-process, so
 * stopping whenever it reaches 1/α errs with probability at most α, whatever σ is:
 *   `E_n = (1 + n g)^(−1/2) · [(1 + t²/ν) / (1 + t²/(ν(1 + n g)))]^(n/2) · 2 P(δ > 0 | t)`.
 * The last factor in closed form: given σ, δ is normal with mean `n (d̄/σ)/(n + 1/g)` and variance `1/(n + 1/g)`, and
 * `Q/σ² ~ χ²_n` with `Q = ν s² + n d̄²/(1 + n g)`; hence `P(δ > 0 | t) = T_n(√n · √(n g/(1 + n g)) · t / √(ν + t²/(1 + n g)))`,
 * `T_n` the t distribution function with n degrees of freedom. E is increasing in t, so H₀: δ < 0 is covered too.
 */
import { studentCdf } from "../math/student.ts";

/** g: prior variance of the standardised effect. */
const priorVariance = 4;

/** E_n at t (may be ±∞); 1 for n < 2, where there is no spread to judge by. */
export function eValueAt(n: number, t: number): number {
  if (n < 2) return 1;
  const nu = n - 1;
  const widened = 1 + n * priorVariance;
  const t2 = t * t;
  // Both limits for |t| → ∞ are finite.
  const logRatio = Number.isFinite(t2) ? Math.log1p(t2 / nu) - Math.log1p(t2 / (nu * widened)) : Math.log(widened);
  const argument = Number.isFinite(t2)
    ? (Math.sqrt((n * n * priorVariance) / widened) * t) / Math.sqrt(nu + t2 / widened)
    : Math.sign(t) * Math.sqrt(n * n * priorVariance);
  return 2 * studentCdf(argument, n) * Math.exp(0.5 * n * logRatio - 0.5 * Math.log(widened));
}

/** Mean, and standard deviation (n − 1), of differences; the deviation is kept above `floor`, the noise of rounding. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
}

export function spreadOf(differences: readonly number[], floor: number): Spread {
  const n = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / Math.max(1, n);
  const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  return { n, mean, sd: Math.max(floor, n < 2 ? 0 : Math.sqrt(squares / (n - 1))) };
}

/** √n d̄/s */
export function tStatistic({ n, mean, sd }: Spread): number {
  return (Math.sqrt(n) * mean) / sd;
}

/** The largest E over all looks: once reached, a threshold stays reached. */
export function largestE(differences: readonly number[], floor: number): number {
  let largest = 1;
  for (let n = 2; n <= differences.length; n++) {
    const e = eValueAt(n, tStatistic(spreadOf(differences.slice(0, n), floor)));
    largest = Math.max(largest, e);
  }
  return largest;
}

/** The smallest number of pairs ≥ `from` at which a standardised effect, seen exactly, reaches the threshold; null beyond `most`. */
export function pairsNeeded(effect: number, threshold: number, from: number, most: number): number | null {
  for (let n = Math.max(2, from); n <= most; n++) if (eValueAt(n, effect * Math.sqrt(n)) >= threshold) return n;
  return null;
}

/** The t at which E_n reaches the threshold; +∞ when no t does. */
export function criticalT(n: number, threshold: number): number {
  if (eValueAt(n, Number.POSITIVE_INFINITY) < threshold) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (eValueAt(n, high) < threshold) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (eValueAt(n, middle) < threshold) low = middle;
    else high = middle;
  }
  return high;
}
