/**
 * The Gaussian process of one objective over combinations (METHOD: the model).
 *
 * Notation
 *   F factors j = 1..N, levels coded `offset_j + level` (functional.ts); x_i the combination, s_i the seed of run i = 1..n;
 *   y_i the result, oriented so that larger is better, centred and scaled (scale.ts).
 *   y_i = f(x_i) + μ + u_{s_i} + ε_i
 *     f ~ GP(0, s² E),  E(x, x') = exp(−Σ_j θ_j 1[x_j ≠ x'_j])   a functional ANOVA of all orders (Oh et al. 2019, COMBO)
 *     μ ~ N(0, c²)      the level that the centring missed
 *     u_s ~ N(0, τ²)    what runs with one seed share; cancels between runs of one seed
 *     ε ~ N(0, σ²)      what a run has of its own
 *   K = s² E + c² 1 + τ² S + σ² I,  S_ik = 1[s_i = s_k];  K = L Lᵀ;  z = L⁻¹ y.
 *   q the hyper-parameters, whitened by their priors: q ~ N(0, I);
 *     (log θ_1 … log θ_N, log s², log τ², log σ²) = m + d ∘ q.
 *   V(q) = ½ qᵀq + ½ yᵀK⁻¹y + ½ log det K, minus the log posterior density up to a constant;
 *   ∂V/∂K = M = ½ (K⁻¹ − α αᵀ), α = K⁻¹ y.
 * Cost: V and ∇V in n³/2 + n²N; a functional's posterior in n²/2 + nN.
 */
import type { Rng } from "../base/rng.ts";
import { sampleHmc } from "../math/hmc.ts";
import { minimise } from "../math/lbfgs.ts";
import { appendRow, cholesky, invertSpd, logDet, solveLower, solveLowerTransposed } from "../math/linear.ts";
import { at, dot } from "../math/vector.ts";
import type { Functional, Shape, Term } from "./functional.ts";

/** Runs as numbers: what the process is conditioned on. */
export interface Data {
  readonly shape: Shape;
  readonly n: number;
  /** n × N, `offset_j + level`. */
  readonly codes: Uint16Array;
  readonly seeds: Int32Array;
  readonly y: Float64Array;
}

export interface Hyper {
  readonly theta: Float64Array;
  /** s², τ², σ² */
  readonly signal: number;
  readonly seed: number;
  readonly noise: number;
}

/** c²: two units of the robust scale either way. */
export const levelVariance = 4;
/** Keeps K positive definite when a noiseless objective repeats a combination. */
const jitter = 1e-8;

/** m and d of the notation. */
function prior(factors: number): { readonly centre: Float64Array; readonly spread: Float64Array } {
  const centre = new Float64Array(factors + 3).fill(-Math.log(Math.max(1, factors)));
  const spread = new Float64Array(factors + 3).fill(1.5);
  centre.set([0, Math.log(0.1), Math.log(0.1)], factors);
  spread[factors] = 1;
  return { centre, spread };
}

export function hyperOf(q: Float64Array): Hyper {
  const factors = q.length - 3;
  const { centre, spread } = prior(factors);
  const natural = q.map((value, i) => Math.exp(at(centre, i) + at(spread, i) * value));
  return {
    theta: natural.slice(0, factors),
    signal: at(natural, factors),
    seed: at(natural, factors + 1),
    noise: at(natural, factors + 2),
  };
}

/** s² E for every pair, lower triangle. */
function signalMatrix(data: Data, hyper: Hyper): Float64Array {
  const { n, codes } = data;
  const factors = data.shape.factors;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      let exponent = 0;
      for (let j = 0; j < factors; j++)
        if (codes[i * factors + j] !== codes[k * factors + j]) exponent += at(hyper.theta, j);
      out[i * n + k] = hyper.signal * Math.exp(-exponent);
    }
    out[i * n + i] = hyper.signal;
  }
  return out;
}

/** K from s² E, lower triangle. */
function covariance(data: Data, hyper: Hyper, signal: Float64Array): Float64Array {
  const { n, seeds } = data;
  const k = signal.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++)
      k[i * n + j] = at(k, i * n + j) + levelVariance + (seeds[i] === seeds[j] ? hyper.seed : 0);
    k[i * n + i] = at(k, i * n + i) + hyper.noise + jitter * (1 + hyper.signal);
  }
  return k;
}

/** V(q); writes ∇V into `gradient`. +∞ where K is not numerically positive definite. */
export function potential(data: Data, q: Float64Array, gradient: Float64Array): number {
  const { n, codes, seeds, y } = data;
  const factors = data.shape.factors;
  gradient.set(q);
  const penalty = 0.5 * dot(q, q);
  if (n === 0) return penalty;

  const hyper = hyperOf(q);
  const signal = signalMatrix(data, hyper);
  const l = covariance(data, hyper, signal);
  if (!cholesky(l, n)) return Number.POSITIVE_INFINITY;
  const alpha = y.slice();
  solveLower(l, alpha, n);
  const misfit = dot(alpha, alpha);
  solveLowerTransposed(l, alpha, n);
  const inverse = invertSpd(l, n);

  const natural = new Float64Array(factors + 3);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      // 2 M_ik: both triangles at once.
      const m = at(inverse, i * n + k) - at(alpha, i) * at(alpha, k);
      const slope = m * at(signal, i * n + k);
      natural[factors] = at(natural, factors) + slope;
      if (seeds[i] === seeds[k]) natural[factors + 1] = at(natural, factors + 1) + m * hyper.seed;
      for (let j = 0; j < factors; j++)
        if (codes[i * factors + j] !== codes[k * factors + j]) natural[j] = at(natural, j) - slope * at(hyper.theta, j);
    }
    const m = 0.5 * (at(inverse, i * n + i) - at(alpha, i) ** 2);
    natural[factors] = at(natural, factors) + m * hyper.signal * (1 + jitter);
    natural[factors + 1] = at(natural, factors + 1) + m * hyper.seed;
    natural[factors + 2] = at(natural, factors + 2) + m * hyper.noise;
  }
  const { spread } = prior(factors);
  for (let i = 0; i < gradient.length; i++) gradient[i] = at(gradient, i) + at(spread, i) * at(natural, i);
  return penalty + 0.5 * misfit + 0.5 * logDet(l, n);
}

/** The maximum a posteriori q, within 4 prior standard deviations of the priors' centres. */
export function fitMap(data: Data): Float64Array {
  const size = data.shape.factors + 3;
  const problem = {
    evaluate: (q: Float64Array, gradient: Float64Array) => potential(data, q, gradient),
    lower: new Float64Array(size).fill(-4),
    upper: new Float64Array(size).fill(4),
  };
  const options = { maxEvaluations: data.n > 300 ? 25 : 80, tolerance: 1e-3 };
  return minimise(problem, new Float64Array(size), options).x;
}

/** Draws of q from its posterior, from the mode on. Fewer where each costs much: with many runs the mode says it all. */
export function drawHyper(data: Data, mode: Float64Array, draws: number, rng: Rng): Float64Array[] {
  if (data.n === 0) return Array.from({ length: draws }, () => mode.map(() => rng.normal()));
  const options = { draws, warmup: 15, steps: 6, firstStep: 0.25 };
  return sampleHmc((q, gradient) => potential(data, q, gradient), mode, options, rng);
}

/** The process given the data and the hyper-parameters. */
export interface Posterior {
  readonly data: Data;
  readonly hyper: Hyper;
  /** L, n × n. */
  readonly l: Float64Array;
  /** z */
  readonly z: Float64Array;
}

/** @throws Error when K is not positive definite, which the jitter rules out for finite hyper-parameters. */
export function condition(data: Data, hyper: Hyper): Posterior {
  const l = covariance(data, hyper, signalMatrix(data, hyper));
  if (!cholesky(l, data.n)) throw new Error("the covariance matrix is not positive definite");
  const z = data.y.slice();
  solveLower(l, z, data.n);
  return { data, hyper, l, z };
}

/** One functional under a posterior: its mean, and v = L⁻¹ cov(data, functional), from which all covariances follow. */
export interface Projection {
  readonly mean: number;
  readonly v: Float64Array;
}

export function project(posterior: Posterior, functional: Functional): Projection {
  const { data, l, z } = posterior;
  const v = new Float64Array(data.n);
  for (const term of functional) addCross(posterior, term, v);
  solveLower(l, v, data.n);
  return { mean: dot(v, z), v };
}

/** Adds cov(f(x_i) + μ, term) for every run i. */
function addCross({ data, hyper }: Posterior, term: Term, out: Float64Array): void {
  const { codes, n, shape } = data;
  const factors = shape.factors;
  const { table, total } = kernelTable(shape, hyper, term);
  const level = levelVariance * total;
  for (let i = 0; i < n; i++) {
    let product = hyper.signal;
    for (let j = 0; j < factors; j++) product *= at(table, codes[i * factors + j] ?? 0);
    out[i] = at(out, i) + term.coefficient * (product + level);
  }
}

/** Σ_a w_j(a) κ_j(a, ·) for every level of every factor, κ_j = 1 on equal levels and exp(−θ_j) otherwise; and Π_j Σ_a w_j(a). */
function kernelTable(shape: Shape, hyper: Hyper, term: Term): { readonly table: Float64Array; readonly total: number } {
  const table = new Float64Array(shape.width);
  let total = 1;
  for (let j = 0; j < shape.factors; j++) {
    const [begin, end] = [shape.offsets[j] ?? 0, shape.offsets[j + 1] ?? 0];
    const apart = Math.exp(-at(hyper.theta, j));
    let sum = 0;
    for (let a = begin; a < end; a++) sum += at(term.weights, a);
    for (let a = begin; a < end; a++) table[a] = apart * sum + (1 - apart) * at(term.weights, a);
    total *= sum;
  }
  return { table, total };
}

/** Prior covariance of two functionals of f + μ. */
export function priorCovariance(shape: Shape, hyper: Hyper, a: Functional, b: Functional): number {
  let covariance = 0;
  for (const left of a) {
    const { table, total } = kernelTable(shape, hyper, left);
    for (const right of b) {
      let product = hyper.signal;
      let other = 1;
      for (let j = 0; j < shape.factors; j++) {
        let inner = 0;
        let sum = 0;
        for (let k = shape.offsets[j] ?? 0; k < (shape.offsets[j + 1] ?? 0); k++) {
          inner += at(table, k) * at(right.weights, k);
          sum += at(right.weights, k);
        }
        product *= inner;
        other *= sum;
      }
      covariance += left.coefficient * right.coefficient * (product + levelVariance * total * other);
    }
  }
  return covariance;
}

/** cov(y_i, u_seed) through L⁻¹: what the runs of a seed say about its shared part. */
export function projectSeed({ data, hyper, l }: Posterior, seed: number): Float64Array {
  const v = new Float64Array(data.n);
  for (let i = 0; i < data.n; i++) v[i] = data.seeds[i] === seed ? hyper.seed : 0;
  solveLower(l, v, data.n);
  return v;
}

/** The posterior after a run that came out exactly as expected (the kriging believer): the means stay, doubts shrink. */
export function believeRun(posterior: Posterior, codes: Uint16Array, seed: number): Posterior {
  const { data, hyper } = posterior;
  const { n, shape } = data;
  const factors = shape.factors;
  const next: Data = {
    shape,
    n: n + 1,
    codes: concat(data.codes, codes),
    seeds: Int32Array.from([...data.seeds, seed]),
    y: new Float64Array(n + 1),
  };
  const cross = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let exponent = 0;
    for (let j = 0; j < factors; j++) if (data.codes[i * factors + j] !== codes[j]) exponent += at(hyper.theta, j);
    cross[i] = hyper.signal * Math.exp(-exponent) + levelVariance + (data.seeds[i] === seed ? hyper.seed : 0);
  }
  const l = new Float64Array((n + 1) ** 2);
  for (let i = 0; i < n; i++) l.set(posterior.l.subarray(i * n, i * n + n), i * (n + 1));
  const own = hyper.signal + levelVariance + hyper.seed + hyper.noise + jitter * (1 + hyper.signal);
  if (!appendRow(l, n, n + 1, cross, own)) return posterior;
  const z = new Float64Array(n + 1);
  z.set(posterior.z);
  // The believed result itself, so that the data stay consistent with z.
  next.y.set(data.y);
  next.y[n] = dot(l.subarray(n * (n + 1), n * (n + 1) + n), posterior.z);
  return { data: next, hyper, l, z };
}

function concat(a: Uint16Array, b: Uint16Array): Uint16Array {
  const out = new Uint16Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
