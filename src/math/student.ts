/**
 * Student's t distribution and the special functions under it.
 *
 * Notation: `ν` degrees of freedom; `Γ` the gamma function; `I_x(a, b)` the regularised incomplete beta function, by its
 * continued fraction (Abramowitz & Stegun 26.5.8) with the modified Lentz method. `P(T ≤ t) = 1 − ½ I_x(ν/2, ½)` for
 * t ≥ 0, `x = ν/(ν + t²)`.
 */

import { normalQuantile } from "./normal.ts";

/** log Γ(x), x > 0: Stirling's series after shifting x above 12. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** I_x(a, b), with 1 − x given apart so that neither end loses digits. */
export function incompleteBeta(a: number, b: number, x: number, oneMinusX = 1 - x): number {
  if (x <= 0) return 0;
  if (oneMinusX <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(oneMinusX));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, oneMinusX)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const guard = (v: number) => (Math.abs(v) < tiny ? tiny : v);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

export function studentPdf(t: number, nu: number): number {
  const log = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI);
  return Math.exp(log - ((nu + 1) / 2) * Math.log1p((t * t) / nu));
}

/** P(T ≤ t); t may be ±∞. */
export function studentCdf(t: number, nu: number): number {
  if (Number.isNaN(t) || !(nu > 0)) return Number.NaN;
  if (!Number.isFinite(t)) return t > 0 ? 1 : 0;
  const tail = 0.5 * incompleteBeta(nu / 2, 0.5, nu / (nu + t * t), (t * t) / (nu + t * t));
  return t > 0 ? 1 - tail : tail;
}

/** The p-quantile: bisection for an interval that Newton's steps may not leave. */
export function studentQuantile(p: number, nu: number): number {
  if (!(p >= 0 && p <= 1) || !(nu > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p < 0.5) return -studentQuantile(1 - p, nu);
  let low = 0;
  let high = Math.max(1, normalQuantile(p));
  while (studentCdf(high, nu) < p && high < 1e300) high *= 2;
  let t = Math.min(high, Math.max(low, normalQuantile(p)));
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const error = studentCdf(t, nu) - p;
    if (error > 0) high = t;
    else low = t;
    const newton = t - error / studentPdf(t, nu);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 1e-15 * Math.abs(t)) return next;
    t = next;
  }
  return t;
}
