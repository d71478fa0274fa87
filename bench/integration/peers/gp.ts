/**
 * A Gaussian process over combinations with a Hamming kernel.
 *
 * Notation: n distinct combinations `x_i` with the standardised mean `y_i` of `c_i` runs; `k(x, x') = s² exp(−Σ_j θ_j [x_j ≠ x'_j])`,
 * `K = k + 11ᵀ + σ² C⁻¹ = L Lᵀ` (the constant mean has prior variance 1, in units of y's variance), `α = K⁻¹y`. `ν` degrees of
 * freedom and the sum of squares `S` of the runs about their means speak of σ² alone. The fit minimises
 *   `½ yᵀα + ½ log|K| + ½ ν log σ² + S/(2σ²) − log prior`, `∂/∂p = ½ tr((K⁻¹ − αα') ∂K/∂p) + …`,
 * over `log θ`, `log s²`, `log σ²` with normal priors: first with one θ for all factors (about 1/N), then with one each, about
 * the common one. Cost of an evaluation: n³/2 + n²N.
 */
import type { Combination } from "../../../src/contribution/contribution.ts";
import { minimise } from "../../../src/math/lbfgs.ts";
import { cholesky, invertSpd, logDet, solveLower, solveLowerTransposed } from "../../../src/math/linear.ts";
import { at, dot } from "../../../src/math/vector.ts";

export interface Points {
  /** n. */
  readonly x: readonly Combination[];
  readonly y: Float64Array;
  /** c. */
  readonly counts: Float64Array;
  /** S, in units of y². */
  readonly scatter: number;
  /** ν. */
  readonly freedom: number;
}

export interface Hyper {
  /** N. */
  readonly theta: Float64Array;
  /** s². */
  readonly signal: number;
  /** σ². */
  readonly noise: number;
}

export interface Process {
  readonly points: Points;
  readonly hyper: Hyper;
  readonly l: Float64Array;
  readonly alpha: Float64Array;
}

const meanVariance = 1;
const commonSpread = 1.5;
const ownSpread = 1;
const signalSpread = 1;
const noiseCentre = Math.log(0.1);
const noiseSpread = 1.5;

/** The hyper-parameters' maximum a posteriori. `start`: an earlier one to begin at. */
export function fitHyper(points: Points, factors: number, start: Hyper | null): Hyper {
  const prior = { centre: -Math.log(factors), spread: commonSpread };
  const theta = start === null ? prior.centre : meanOf(start.theta.map(Math.log));
  const rest = start === null ? [0, noiseCentre] : [Math.log(start.signal), Math.log(start.noise)];
  const differences = differencesOf(points.x, factors);
  const common = descend(points, differences, Float64Array.from([theta, ...rest]), prior);
  const [centre, signal, noise] = [at(common, 0), at(common, 1), at(common, 2)];
  const each = start === null ? Array.from({ length: factors }, () => centre) : start.theta.map(Math.log);
  const own = descend(points, differences, Float64Array.from([...each, signal, noise]), { centre, spread: ownSpread });
  return hyperOf(own, factors);
}

const meanOf = (values: Float64Array): number => values.reduce((total, value) => total + value / values.length, 0);

/** From (log θ: one or N, log s², log σ²). */
function hyperOf(p: Float64Array, factors: number): Hyper {
  const tied = p.length === 3;
  return {
    theta: Float64Array.from({ length: factors }, (_, j) => Math.exp(at(p, tied ? 0 : j))),
    signal: Math.exp(at(p, p.length - 2)),
    noise: Math.exp(at(p, p.length - 1)),
  };
}

/** [x_ij ≠ x_hj] for h < i: pair after pair (row by row of the lower triangle), N entries each. */
interface Differences {
  readonly factors: number;
  readonly flags: Uint8Array;
}

export function differencesOf(x: readonly Combination[], factors: number): Differences {
  const flags = new Uint8Array(((x.length * (x.length - 1)) / 2) * factors);
  let place = 0;
  for (const [i, mine] of x.entries())
    for (const other of x.slice(0, i)) for (let j = 0; j < factors; j++) flags[place++] = mine[j] === other[j] ? 0 : 1;
  return { factors, flags };
}

interface ThetaPrior {
  readonly centre: number;
  readonly spread: number;
}

function descend(points: Points, differences: Differences, start: Float64Array, prior: ThetaPrior): Float64Array {
  const thetas = start.length - 2;
  const bound = (theta: number, signal: number, noise: number) =>
    Float64Array.from(start, (_, i) => Math.log(i < thetas ? theta : i === thetas ? signal : noise));
  return minimise(
    {
      evaluate: (p, gradient) => cost(points, differences, p, gradient, prior),
      lower: bound(1e-4, 1e-2, 1e-4),
      upper: bound(10, 1e2, 10),
    },
    start,
    { maxEvaluations: 25, tolerance: 1e-2 },
  ).x;
}

/** The function that is minimised; its gradient is written into `gradient`. +∞ where K is not positive definite. */
export function cost(
  points: Points,
  differences: Differences,
  p: Float64Array,
  gradient: Float64Array,
  prior: ThetaPrior,
): number {
  const n = points.y.length;
  const { factors, flags } = differences;
  const hyper = hyperOf(p, factors);
  const k = covarianceAt(n, differences, hyper);
  const process = factorise(points, hyper, k);
  if (process === null) return Number.POSITIVE_INFINITY;
  const { l, alpha } = process;
  const inverse = invertSpd(l, n);
  const byTheta = new Float64Array(factors);
  let bySignal = 0;
  let byNoise = 0;
  let place = 0;
  for (let i = 0; i < n; i++) {
    const own = at(inverse, i * n + i) - at(alpha, i) ** 2;
    bySignal += 0.5 * own * hyper.signal;
    byNoise += (0.5 * own * hyper.noise) / at(points.counts, i);
    for (let h = 0; h < i; h++, place += factors) {
      const weight = (at(inverse, i * n + h) - at(alpha, i) * at(alpha, h)) * at(k, i * n + h);
      bySignal += weight;
      for (let j = 0; j < factors; j++) byTheta[j] = at(byTheta, j) - weight * (flags[place + j] ?? 0);
    }
  }
  const thetas = p.length - 2;
  gradient.fill(0);
  for (let j = 0; j < factors; j++) {
    const slot = thetas === 1 ? 0 : j;
    gradient[slot] = at(gradient, slot) + at(hyper.theta, j) * at(byTheta, j);
  }
  gradient[thetas] = bySignal;
  gradient[thetas + 1] = byNoise + points.freedom / 2 - points.scatter / (2 * hyper.noise);
  let value = 0.5 * (dot(points.y, alpha) + logDet(l, n));
  value += 0.5 * (points.freedom * at(p, thetas + 1) + points.scatter / hyper.noise);
  for (let i = 0; i < p.length; i++) {
    const [centre, spread] =
      i < thetas ? [prior.centre, prior.spread] : i === thetas ? [0, signalSpread] : [noiseCentre, noiseSpread];
    const z = (at(p, i) - centre) / spread;
    value += 0.5 * z * z;
    gradient[i] = at(gradient, i) + z / spread;
  }
  return value;
}

/** k(x_i, x_h), the lower triangle with its diagonal, from the pairs' differences. */
function covarianceAt(n: number, { factors, flags }: Differences, { theta, signal }: Hyper): Float64Array {
  const k = new Float64Array(n * n);
  let place = 0;
  for (let i = 0; i < n; i++) {
    for (let h = 0; h < i; h++, place += factors) {
      let exponent = 0;
      for (let j = 0; j < factors; j++) exponent += at(theta, j) * (flags[place + j] ?? 0);
      k[i * n + h] = signal * Math.exp(-exponent);
    }
    k[i * n + i] = signal;
  }
  return k;
}

/** The same from the combinations. */
function covariance(x: readonly Combination[], hyper: Hyper): Float64Array {
  const n = x.length;
  const k = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let h = 0; h <= i; h++) k[i * n + h] = kernel(hyper, x[i] ?? [], x[h] ?? []);
  return k;
}

function kernel({ theta, signal }: Hyper, x: Combination, y: Combination): number {
  let exponent = 0;
  for (let j = 0; j < x.length; j++) if (x[j] !== y[j]) exponent += at(theta, j);
  return signal * Math.exp(-exponent);
}

/** The process given its data; null where K is not positive definite to double precision. */
function factorise(points: Points, hyper: Hyper, k: Float64Array): Process | null {
  const n = points.y.length;
  const l = k.map((value) => value + meanVariance);
  for (let i = 0; i < n; i++) l[i * n + i] = at(l, i * n + i) + hyper.noise / at(points.counts, i) + 1e-9;
  if (!cholesky(l, n)) return null;
  const alpha = points.y.slice();
  solveLower(l, alpha, n);
  solveLowerTransposed(l, alpha, n);
  return { points, hyper, l, alpha };
}

export function condition(points: Points, hyper: Hyper): Process {
  const process = factorise(points, hyper, covariance(points.x, hyper));
  if (process === null) throw new Error("the process's covariance is not positive definite");
  return process;
}

/** `points` with runs that came out as the process expects, one for each of `believed` (the kriging believer). */
export function believe(process: Process, believed: readonly Combination[]): Process {
  if (believed.length === 0) return process;
  const { points, hyper } = process;
  const means = believed.map((x) => predict(process, x).mean);
  return condition(
    {
      ...points,
      x: [...points.x, ...believed],
      y: Float64Array.from([...points.y, ...means]),
      counts: Float64Array.from([...points.counts, ...believed.map(() => 1)]),
    },
    hyper,
  );
}

export interface Prediction {
  readonly mean: number;
  readonly sd: number;
}

/** Of the noiseless result at x, in units of y. */
export function predict({ points, hyper, l, alpha }: Process, x: Combination): Prediction {
  const n = points.y.length;
  const cross = new Float64Array(n);
  for (let i = 0; i < n; i++) cross[i] = kernel(hyper, x, points.x[i] ?? x) + meanVariance;
  const mean = dot(cross, alpha);
  solveLower(l, cross, n);
  return { mean, sd: Math.sqrt(Math.max(1e-12, hyper.signal + meanVariance - dot(cross, cross))) };
}
