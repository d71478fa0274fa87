/**
 * Figures from rows.
 *
 * Notation: a share of k in n has the exact bounds of Clopper & Pearson, from the beta distribution; a mean over repeats
 * (and a ratio of sums, by its residuals) has its t interval. Both at 5% either side, so that the upper bound alone holds at
 * 95%. `Q(a, x) = Γ(a, x)/Γ(a)`, the upper tail of χ² with 2a degrees of freedom at 2x.
 */
import { incompleteBeta, logGamma, studentQuantile } from "../../src/math/student.ts";
import type { Row } from "./part.ts";

const tail = 0.05;

export interface Estimated {
  readonly value: number;
  readonly bounds: readonly [number, number];
  readonly repeats: number;
}

/** The share of rows in which `key` is not 0, of those that have it. */
export function shareOf(rows: readonly Row[], key: string): Estimated {
  const values = valuesOf(rows, key);
  const [k, n] = [values.filter((value) => value !== 0).length, values.length];
  const low = k === 0 ? 0 : betaQuantile(tail, k, n - k + 1);
  const high = k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k);
  return { value: k / Math.max(1, n), bounds: [low, high], repeats: n };
}

/** Mean over the rows that have `key`. */
export function meanOf(rows: readonly Row[], key: string): Estimated {
  return ratioOf(
    valuesOf(rows, key).map((value) => ({ [key]: value, one: 1 })),
    key,
    "one",
  );
}

/** Σ part / Σ whole, with repeats as the unit that varies. */
export function ratioOf(rows: readonly Row[], part: string, whole: string): Estimated {
  const total = (key: string) => rows.reduce((sum, row) => sum + (row[key] ?? 0), 0);
  const n = rows.length;
  const value = total(part) / total(whole);
  const squares = rows.reduce((sum, row) => sum + ((row[part] ?? 0) - value * (row[whole] ?? 0)) ** 2, 0);
  const error = (Math.sqrt(squares / Math.max(1, n - 1)) * Math.sqrt(n)) / Math.abs(total(whole));
  const half = n < 2 ? Number.POSITIVE_INFINITY : studentQuantile(1 - tail, n - 1) * error;
  return { value, bounds: [value - half, value + half], repeats: n };
}

function valuesOf(rows: readonly Row[], key: string): number[] {
  return rows.flatMap((row) => (row[key] === undefined ? [] : [row[key]]));
}

/** P(χ²) of values that should be uniform on [0, 1], in `bins` equal bins. */
export function uniformity(values: readonly number[], bins: number): number {
  const counts = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(bins * value));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const expected = values.length / bins;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return upperGamma((bins - 1) / 2, chiSquare / 2);
}

/** Q(a, x): by its series below a + 1, by its continued fraction (modified Lentz) above. */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; term > 1e-16 * sum; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 10_000; k++) {
    b += 2;
    const numerator = -k * (k - a);
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * value;
}

/** The x at which I_x(a, b) = p, by bisection. */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(a, b, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Pearson's correlation; NaN where one side does not vary. */
export function correlation(xs: readonly number[], ys: readonly number[]): number {
  const n = xs.length;
  const mean = (v: readonly number[]) => v.reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(xs), mean(ys)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [(xs[i] ?? 0) - mx, (ys[i] ?? 0) - my];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
