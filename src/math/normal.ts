/**
 * The normal distribution.
 *
 * Notation: `φ(x)` density, `Φ(x)` distribution function, `Φ⁻¹(p)` quantile; `r(x) = (1 − Φ(x))/φ(x)` Mills' ratio.
 * For |x| ≤ 3, `Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + …)` (Abramowitz & Stegun 26.2.11), all terms of one sign; beyond,
 * Laplace's continued fraction `r(x) = 1/(x + 1/(x + 2/(x + 3/(x + …))))` (26.2.14). Both to the last digits of a double.
 */

const rootTwoPi = Math.sqrt(2 * Math.PI);

export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / rootTwoPi;
}

export function normalCdf(x: number): number {
  if (x < -3) return normalPdf(x) * mills(-x);
  if (x > 3) return 1 - normalPdf(x) * mills(x);
  let term = x;
  let total = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(total); k += 2) {
    term *= (x * x) / k;
    total += term;
  }
  return 0.5 + normalPdf(x) * total;
}

/** log Φ(x), exact far into the lower tail, where Φ itself underflows. */
export function normalLogCdf(x: number): number {
  if (x < -3) return -0.5 * x * x - Math.log(rootTwoPi) + Math.log(mills(-x));
  return x > 3 ? Math.log1p(-normalPdf(x) * mills(x)) : Math.log(normalCdf(x));
}

/** Mills' ratio for x > 0 by the continued fraction, from the tail; 16 + 400/x² levels suffice for x ≥ 1. */
function mills(x: number): number {
  if (x > 1e8) return 1 / x;
  let value = x;
  for (let k = Math.ceil(16 + 400 / (x * x)); k >= 1; k--) value = x + k / value;
  return 1 / value;
}

/** Φ⁻¹(p): Abramowitz & Stegun 26.2.23 as a start, then Halley's steps. ∓∞ at 0 and 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let step = 0; step < 3; step++) {
    const error = (normalCdf(x) - p) / normalPdf(x);
    x -= error / (1 + 0.5 * x * error);
  }
  return x;
}

/**
 * log of `h(z) = φ(z) + z Φ(z)`, the expected improvement in units of the standard deviation at the standardised
 * difference z (Ament et al. 2023, "Unexpected improvements", eq. 9): finite for every finite z.
 */
export function logExpectedImprovement(z: number): number {
  if (z > -3) return Math.log(normalPdf(z) + z * normalCdf(z));
  // φ(z)(1 − |z| r(|z|)); the difference is small, so its own asymptotic series takes over far out.
  const x = -z;
  const rest = x < 50 ? 1 - x * mills(x) : 1 / (x * x) - 3 / x ** 4;
  return -0.5 * z * z - Math.log(rootTwoPi) + Math.log(rest);
}
