/**
 * The Gaussian process of one objective over combinations (METHOD: the model).
 *
 * Notation
 *   C columns j = 1..C: the factors, then the contexts (scale, epoch) in which a run was made; levels coded
 *   `offset_j + level` (functional.ts); x_i the codes of run i = 1..n; y_i its result, oriented so that larger is better,
 *   centred and scaled (scale.ts).
 *   y_i = f(x_i) + μ + Σ_e u^e_{g_e(i)} + ε_i
 *     f ~ GP(0, s² E),  E(x, x') = exp(−Σ_j θ_j 1[x_j ≠ x'_j])   a functional ANOVA of all orders (Oh et al. 2019, COMBO)
 *     μ ~ N(0, c²)        the level that the centring missed
 *     u^e_g ~ N(0, τ_e²)  what the runs of one group share: a seed's part (e = 0), a cached stage's draw, a context's offset
 *     ε_i ~ N(0, σ² + v_i)  what a run has of its own; v_i the part known beforehand (sampling of the evaluation's items)
 *   K = s² E + c² 1 + Σ_e τ_e² G_e + σ² I + V,  G_e,ik = 1[g_e(i) = g_e(k)];  K = L Lᵀ;  z = L⁻¹ y.
 *   q the hyper-parameters, whitened by their priors: q ~ N(0, I);
 *     (log θ_1 … log θ_C, log s², log τ_0² …, log σ²) = m + d ∘ q.
 *   V(q) = ½ qᵀq + ½ yᵀK⁻¹y + ½ log det K, minus the log posterior density up to a constant;
 *   ∂V/∂K = M = ½ (K⁻¹ − α αᵀ), α = K⁻¹ y.
 * Cost: V and ∇V in n³/2 + n²D/2, D the columns on which two runs differ; a functional's posterior in n²/2 + nC.
 */
import type { Rng } from "../base/rng.ts";
import { sampleHmc } from "../math/hmc.ts";
import { minimise } from "../math/lbfgs.ts";
import {
  appendRow,
  cholesky,
  invertSpdLower,
  logDet,
  solveLower,
  solveLowerMany,
  solveLowerTransposed,
} from "../math/linear.ts";
import { at, dot } from "../math/vector.ts";
import { columnsOf, type Functional, type Shape, type Term } from "./functional.ts";

/** What groups of runs share beside their combination. */
export interface Effect {
  /** g_e: the group of each run. */
  readonly groups: Int32Array;
  /** Mean and sd of log τ_e². */
  readonly prior: readonly [centre: number, spread: number];
}

/** Runs as numbers: what the process is conditioned on. */
export interface Data {
  readonly shape: Shape;
  readonly n: number;
  /** n × C, `offset_j + level`. */
  readonly codes: Uint16Array;
  readonly effects: readonly Effect[];
  readonly y: Float64Array;
  /** v_i, in units of y². */
  readonly known: Float64Array;
}

export interface Hyper {
  readonly theta: Float64Array;
  /** s² */
  readonly signal: number;
  /** τ_e² */
  readonly shared: Float64Array;
  /** σ² */
  readonly noise: number;
}

/** c²: two units of the robust scale either way. */
export const levelVariance = 4;
/** Keeps K positive definite when a noiseless objective repeats a combination. */
const jitter = 1e-8;
/** log τ² of a seed's shared part, and of a stage's draw. */
export const sharedPrior = [Math.log(0.1), 1.5] as const;
/** log θ of a context. Its correlation e^−θ is then spread over (0, 1): nothing is assumed of how far another scale agrees. */
const contextPrior = [Math.log(0.5), 1.5] as const;

/** m and d of the notation. */
interface Prior {
  readonly centre: Float64Array;
  readonly spread: Float64Array;
}

function priorOf({ shape, effects }: Pick<Data, "shape" | "effects">): Prior {
  const columns = columnsOf(shape);
  const pairs = [
    ...Array.from({ length: columns }, (_, j) =>
      j < shape.factors ? ([-Math.log(Math.max(1, shape.factors)), 1.5] as const) : contextPrior,
    ),
    [0, 1] as const,
    ...effects.map(({ prior }) => prior),
    [Math.log(0.1), 1.5] as const,
  ];
  return { centre: Float64Array.from(pairs, ([m]) => m), spread: Float64Array.from(pairs, ([, d]) => d) };
}

/** Number of hyper-parameters. */
export function hyperSize({ shape, effects }: Pick<Data, "shape" | "effects">): number {
  return columnsOf(shape) + effects.length + 2;
}

export function hyperOf(
  data: Pick<Data, "shape" | "effects">,
  q: Float64Array,
  { centre, spread } = priorOf(data),
): Hyper {
  const columns = columnsOf(data.shape);
  const natural = q.map((value, i) => Math.exp(at(centre, i) + at(spread, i) * value));
  return {
    theta: natural.slice(0, columns),
    signal: at(natural, columns),
    shared: natural.slice(columns + 1, -1),
    noise: at(natural, natural.length - 1),
  };
}

/** V(q), writing ∇V into `gradient`; +∞ where K is not numerically positive definite. Keeps its matrices between calls. */
export function createPotential(data: Data): (q: Float64Array, gradient: Float64Array) => number {
  const { n, effects, y, known } = data;
  if (n === 0)
    return (q, gradient) => {
      gradient.set(q);
      return 0.5 * dot(q, q);
    };
  const columns = columnsOf(data.shape);
  const prior = priorOf(data);
  const { starts, differing } = differencesOf(data);
  const signal = new Float64Array(n * n);
  const l = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const alpha = new Float64Array(n);
  const natural = new Float64Array(hyperSize(data));

  return (q, gradient) => {
    const hyper = hyperOf(data, q, prior);
    const { theta, shared } = hyper;
    for (let i = 0, pair = 0; i < n; i++) {
      for (let k = 0; k < i; k++, pair++) {
        let exponent = 0;
        const end = starts[pair + 1] ?? 0;
        for (let d = starts[pair] ?? 0; d < end; d++) exponent += at(theta, differing[d] ?? 0);
        const value = hyper.signal * Math.exp(-exponent);
        signal[i * n + k] = value;
        l[i * n + k] = value + levelVariance;
      }
      l[i * n + i] = hyper.signal * (1 + jitter) + jitter + levelVariance + hyper.noise + at(known, i);
    }
    addShared(l, n, effects, shared);
    if (!cholesky(l, n)) return Number.POSITIVE_INFINITY;
    alpha.set(y);
    solveLower(l, alpha, n);
    const misfit = dot(alpha, alpha);
    solveLowerTransposed(l, alpha, n);
    invertSpdLower(l, n, n, inverse);

    natural.fill(0);
    let bySignal = 0;
    let byNoise = 0;
    for (let i = 0, pair = 0; i < n; i++) {
      const a = at(alpha, i);
      for (let k = 0; k < i; k++, pair++) {
        // 2 M_ik: both triangles at once.
        const m = at(inverse, i * n + k) - a * at(alpha, k);
        inverse[i * n + k] = m;
        const slope = m * at(signal, i * n + k);
        bySignal += slope;
        const end = starts[pair + 1] ?? 0;
        for (let d = starts[pair] ?? 0; d < end; d++) {
          const j = differing[d] ?? 0;
          natural[j] = at(natural, j) - slope;
        }
      }
      const m = 0.5 * (at(inverse, i * n + i) - a * a);
      inverse[i * n + i] = m;
      bySignal += m * hyper.signal * (1 + jitter);
      byNoise += m * hyper.noise;
    }
    for (let j = 0; j < columns; j++) natural[j] = at(natural, j) * at(theta, j);
    natural[columns] = bySignal;
    for (const [e, { groups }] of effects.entries())
      natural[columns + 1 + e] = sumWithin(inverse, n, groups) * at(shared, e);
    natural[natural.length - 1] = byNoise;
    for (let i = 0; i < natural.length; i++) gradient[i] = at(q, i) + at(prior.spread, i) * at(natural, i);
    return 0.5 * dot(q, q) + 0.5 * misfit + 0.5 * logDet(l, n);
  };
}

/** For each pair i > k the columns on which the two runs differ: `differing[starts[p] .. starts[p + 1])`, p = i(i − 1)/2 + k. */
function differencesOf({ n, codes, shape }: Data): { readonly starts: Uint32Array; readonly differing: Uint16Array } {
  const columns = columnsOf(shape);
  const starts = new Uint32Array((n * (n - 1)) / 2 + 1);
  let differing = new Uint16Array(Math.max(16, 4 * n * n));
  let count = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    for (let k = 0; k < i; k++, pair++) {
      if (count + columns > differing.length) {
        const larger = new Uint16Array(2 * differing.length + columns);
        larger.set(differing);
        differing = larger;
      }
      for (let j = 0; j < columns; j++) if (codes[i * columns + j] !== codes[k * columns + j]) differing[count++] = j;
      starts[pair + 1] = count;
    }
  }
  return { starts, differing };
}

/** K += Σ_e τ_e² G_e, lower triangle. */
function addShared(k: Float64Array, n: number, effects: readonly Effect[], shared: Float64Array): void {
  for (const [e, { groups }] of effects.entries()) {
    const variance = at(shared, e);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) if (groups[i] === groups[j]) k[i * n + j] = at(k, i * n + j) + variance;
  }
}

/** Σ_{i ≥ k} m_ik over pairs of one group. */
function sumWithin(m: Float64Array, n: number, groups: Int32Array): number {
  let total = 0;
  for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) if (groups[i] === groups[k]) total += at(m, i * n + k);
  return total;
}

/** Where every run would cost too much, this many stand for all. */
const fewRuns = 256;

/** The hyper-parameters are learnt from runs evenly spread over the order in which they were made. */
function learningData(data: Data): Data {
  if (data.n <= fewRuns) return data;
  return selectRuns(
    data,
    Array.from({ length: fewRuns }, (_, i) => Math.floor(((i + 0.5) * data.n) / fewRuns)),
  );
}

/** The posterior given the latest runs alone, which lie where the search now is: good enough to look for candidates with. */
export function sketchPosterior(posterior: Posterior): Posterior {
  const { data, hyper } = posterior;
  if (data.n <= fewRuns) return posterior;
  return condition(
    selectRuns(
      data,
      Array.from({ length: fewRuns }, (_, i) => data.n - fewRuns + i),
    ),
    hyper,
  );
}

function selectRuns({ codes, effects, y, known, shape }: Data, chosen: readonly number[]): Data {
  const columns = columnsOf(shape);
  return {
    shape,
    n: chosen.length,
    codes: Uint16Array.from(chosen.flatMap((i) => [...codes.subarray(i * columns, (i + 1) * columns)])),
    effects: effects.map(({ groups, prior }) => ({ prior, groups: Int32Array.from(chosen, (i) => groups[i] ?? 0) })),
    y: Float64Array.from(chosen, (i) => at(y, i)),
    known: Float64Array.from(chosen, (i) => at(known, i)),
  };
}

/** The maximum a posteriori q, within 4 prior standard deviations of the priors' centres. */
export function fitMap(data: Data): Float64Array {
  const size = hyperSize(data);
  const problem = {
    evaluate: createPotential(learningData(data)),
    lower: new Float64Array(size).fill(-4),
    upper: new Float64Array(size).fill(4),
  };
  return minimise(problem, new Float64Array(size), { maxEvaluations: 80, tolerance: 1e-3 }).x;
}

/** Draws of q from its posterior, from the mode on. */
export function drawHyper(data: Data, mode: Float64Array, draws: number, rng: Rng): Float64Array[] {
  if (data.n === 0) return Array.from({ length: draws }, () => mode.map(() => rng.normal()));
  const options = { draws, thin: 1, warmup: 15, steps: 6, firstStep: 0.25 };
  return sampleHmc(createPotential(learningData(data)), mode, options, rng);
}

/** The process given the data and the hyper-parameters. */
export interface Posterior {
  readonly data: Data;
  readonly hyper: Hyper;
  /** L, n × n. */
  readonly l: Float64Array;
  /** z */
  readonly z: Float64Array;
  /** α */
  readonly alpha: Float64Array;
}

/** @throws Error when K is not positive definite, which the jitter rules out for finite hyper-parameters. */
export function condition(data: Data, hyper: Hyper): Posterior {
  const l = covariance(data, hyper);
  if (!cholesky(l, data.n)) throw new Error("the covariance matrix is not positive definite");
  const z = data.y.slice();
  solveLower(l, z, data.n);
  const alpha = z.slice();
  solveLowerTransposed(l, alpha, data.n);
  return { data, hyper, l, z, alpha };
}

/**
 * What is said of a run by where it departs from the usual: with many factors, most runs have most of them at one level.
 * `usual_j` the code that most runs have in column j; of run i the codes other than the usual ones are
 * `codes[starts[i] .. starts[i + 1])`, in the columns `columns[…]`.
 */
interface Departures {
  readonly usual: Uint16Array;
  readonly starts: Uint32Array;
  readonly codes: Uint16Array;
  readonly columns: Uint16Array;
}

const remembered = new WeakMap<Data, Departures>();

function departuresOf(data: Data): Departures {
  const known = remembered.get(data);
  if (known !== undefined) return known;
  const { n, shape } = data;
  const width = columnsOf(shape);
  const counts = new Uint32Array(shape.width);
  for (const code of data.codes) counts[code] = (counts[code] ?? 0) + 1;
  const usual = Uint16Array.from({ length: width }, (_, j) => {
    let best = shape.offsets[j] ?? 0;
    for (let a = best; a < (shape.offsets[j + 1] ?? 0); a++) if ((counts[a] ?? 0) > (counts[best] ?? 0)) best = a;
    return best;
  });
  const starts = new Uint32Array(n + 1);
  const codes = new Uint16Array(n * width);
  const columns = new Uint16Array(n * width);
  let count = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) {
      const code = data.codes[i * width + j] ?? 0;
      if (code === usual[j]) continue;
      codes[count] = code;
      columns[count++] = j;
    }
    starts[i + 1] = count;
  }
  const made = { usual, starts, codes: codes.slice(0, count), columns: columns.slice(0, count) };
  remembered.set(data, made);
  return made;
}

/**
 * K, lower triangle. With D_i the columns on which run i departs from the usual, the exponent of E is
 * `Σ_{D_i} θ_j + Σ_{D_k} θ_j − Σ_{D_i ∩ D_k} θ_j (1 + 1[x_ij = x_kj])`: as many steps as run k has departures.
 */
function covariance(data: Data, hyper: Hyper): Float64Array {
  const { n, known, shape } = data;
  const { starts, codes, columns } = departuresOf(data);
  const k = new Float64Array(n * n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let d = starts[i] ?? 0; d < (starts[i + 1] ?? 0); d++)
      weights[i] = at(weights, i) + at(hyper.theta, columns[d] ?? 0);
  const shared = new Float64Array(shape.width);
  for (let i = 0; i < n; i++) {
    shared.fill(0);
    for (let d = starts[i] ?? 0; d < (starts[i + 1] ?? 0); d++) {
      const j = columns[d] ?? 0;
      const theta = at(hyper.theta, j);
      shared.fill(theta, shape.offsets[j], shape.offsets[j + 1]);
      shared[codes[d] ?? 0] = 2 * theta;
    }
    for (let other = 0; other < i; other++) {
      let common = 0;
      const end = starts[other + 1] ?? 0;
      for (let d = starts[other] ?? 0; d < end; d++) common += at(shared, codes[d] ?? 0);
      const exponent = at(weights, i) + at(weights, other) - common;
      k[i * n + other] = hyper.signal * Math.exp(-exponent) + levelVariance;
    }
    k[i * n + i] = hyper.signal * (1 + jitter) + jitter + levelVariance + hyper.noise + at(known, i);
  }
  addShared(k, n, data.effects, hyper.shared);
  return k;
}

/** cov(f(x_i) + μ, f(x) + μ) for every run i. */
function crossCovariance(data: Data, hyper: Hyper, x: Uint16Array, out: Float64Array): void {
  const columns = columnsOf(data.shape);
  for (let i = 0; i < data.n; i++) {
    let exponent = 0;
    for (let j = 0; j < columns; j++) if (data.codes[i * columns + j] !== x[j]) exponent += at(hyper.theta, j);
    out[i] = hyper.signal * Math.exp(-exponent) + levelVariance;
  }
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

/** How many functionals `projectAll` solves for at once: with a thousand runs they stay in a second-level cache. */
const group = 96;

/** `project` of each, as quickly as so many at once allow. */
export function projectAll(posterior: Posterior, functionals: readonly Functional[]): Projection[] {
  const { data, l, z } = posterior;
  const { n } = data;
  const projections: Projection[] = [];
  for (let begin = 0; begin < functionals.length; begin += group) {
    const some = functionals.slice(begin, begin + group);
    const rows = new Float64Array(some.length * n);
    const vectors = some.map((functional, r) => {
      const v = rows.subarray(r * n, (r + 1) * n);
      for (const term of functional) addCross(posterior, term, v);
      return v;
    });
    solveLowerMany(l, rows, n, some.length);
    for (const v of vectors) projections.push({ mean: dot(v, z), v });
  }
  return projections;
}

/** For each run the columns on which it differs from a combination: `columns[starts[i] .. starts[i + 1])`. */
export interface Differences {
  readonly starts: Uint32Array;
  readonly columns: Uint16Array;
}

export function differencesFrom({ n, codes, shape }: Data, x: Uint16Array): Differences {
  const width = columnsOf(shape);
  const starts = new Uint32Array(n + 1);
  const columns = new Uint16Array(n * width);
  let count = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) if (codes[i * width + j] !== x[j]) columns[count++] = j;
    starts[i + 1] = count;
  }
  return { starts, columns };
}

/** E(f + μ) at one combination: much cheaper than `projectPoint` where there are many runs. */
export function meanAt(posterior: Posterior, differences: Differences): number {
  return dot(crossAt(posterior, differences), posterior.alpha);
}

/** `project` of the functional that is f + μ at one combination. */
export function projectPoint(posterior: Posterior, differences: Differences): Projection {
  const v = crossAt(posterior, differences);
  solveLower(posterior.l, v, v.length);
  return { mean: dot(v, posterior.z), v };
}

/** cov(f(x_i) + μ, f(x) + μ) for every run i. */
function crossAt(posterior: Posterior, differences: Differences): Float64Array {
  const v = signalAt(posterior, differences);
  for (let i = 0; i < v.length; i++) v[i] = at(v, i) + levelVariance;
  return v;
}

/** cov(f(x_i), f(x)) for every run i. */
export function signalAt({ data, hyper }: Posterior, { starts, columns }: Differences): Float64Array {
  const v = new Float64Array(data.n);
  for (let i = 0; i < data.n; i++) {
    let exponent = 0;
    const end = starts[i + 1] ?? 0;
    for (let d = starts[i] ?? 0; d < end; d++) exponent += at(hyper.theta, columns[d] ?? 0);
    v[i] = hyper.signal * Math.exp(-exponent);
  }
  return v;
}

/** Adds cov(f(x_i) + μ, term) for every run i. */
function addCross({ data, hyper }: Posterior, term: Term, out: Float64Array): void {
  const { n, shape } = data;
  const width = columnsOf(shape);
  const { table, total } = kernelTable(shape, hyper, term);
  const level = levelVariance * total;
  // A run's product is the usual one, times what each of its departures changes; columns whose usual factor is 0 stand apart.
  const { usual, starts, codes } = departuresOf(data);
  let base = hyper.signal;
  const change = new Float64Array(shape.width).fill(1);
  const apart: number[] = [];
  for (let j = 0; j < width; j++) {
    const factor = at(table, usual[j] ?? 0);
    if (factor === 0) apart.push(j);
    else {
      base *= factor;
      for (let a = shape.offsets[j] ?? 0; a < (shape.offsets[j + 1] ?? 0); a++) change[a] = at(table, a) / factor;
    }
  }
  for (let i = 0; i < n; i++) {
    let product = base;
    const end = starts[i + 1] ?? 0;
    for (let d = starts[i] ?? 0; d < end; d++) product *= at(change, codes[d] ?? 0);
    for (const j of apart) product *= at(table, data.codes[i * width + j] ?? 0);
    out[i] = at(out, i) + term.coefficient * (product + level);
  }
}

/** Σ_a w_j(a) κ_j(a, ·) for every level of every factor, κ_j = 1 on equal levels and exp(−θ_j) otherwise; and Π_j Σ_a w_j(a). */
function kernelTable(shape: Shape, hyper: Hyper, term: Term): { readonly table: Float64Array; readonly total: number } {
  const table = new Float64Array(shape.width);
  let total = 1;
  for (let j = 0; j < columnsOf(shape); j++) {
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
      for (let j = 0; j < columnsOf(shape); j++) {
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

/** Σ_e cov(y_i, u^e_g) for the groups g of a run, through L⁻¹: what the runs say of what it shares with them. */
export function projectShared({ data, hyper, l }: Posterior, groups: readonly number[]): Float64Array {
  const v = new Float64Array(data.n);
  addSharedCross(data, hyper, groups, v);
  solveLower(l, v, data.n);
  return v;
}

function addSharedCross(data: Data, hyper: Hyper, groups: readonly number[], out: Float64Array): void {
  for (const [e, effect] of data.effects.entries()) {
    const variance = at(hyper.shared, e);
    for (let i = 0; i < data.n; i++) if (effect.groups[i] === groups[e]) out[i] = at(out, i) + variance;
  }
}

/** Variance of one run about f + μ: all that it shares with others and its own noise. */
export function runVariance(hyper: Hyper): number {
  return hyper.shared.reduce((total, variance) => total + variance, hyper.noise);
}

/** The posterior after a run that came out exactly as expected (the kriging believer): the means stay, doubts shrink. */
export function believeRun(posterior: Posterior, codes: Uint16Array, groups: readonly number[]): Posterior {
  const { data, hyper } = posterior;
  const { n, shape } = data;
  const cross = new Float64Array(n);
  crossCovariance(data, hyper, codes, cross);
  addSharedCross(data, hyper, groups, cross);
  const l = new Float64Array((n + 1) ** 2);
  for (let i = 0; i < n; i++) l.set(posterior.l.subarray(i * n, i * n + n), i * (n + 1));
  const own = hyper.signal * (1 + jitter) + jitter + levelVariance + runVariance(hyper);
  if (!appendRow(l, n, n + 1, cross, own)) return posterior;
  const z = new Float64Array(n + 1);
  z.set(posterior.z);
  const alpha = new Float64Array(n + 1);
  alpha.set(posterior.alpha);
  const next: Data = {
    shape,
    n: n + 1,
    codes: concat(data.codes, codes),
    effects: data.effects.map((effect, e) => ({
      ...effect,
      groups: Int32Array.from([...effect.groups, groups[e] ?? -1]),
    })),
    y: new Float64Array(n + 1),
    known: new Float64Array(n + 1),
  };
  next.known.set(data.known);
  // The believed result itself, so that the data stay consistent with z.
  next.y.set(data.y);
  next.y[n] = dot(l.subarray(n * (n + 1), n * (n + 1) + n), posterior.z);
  return { data: next, hyper, l, z, alpha };
}

function concat(a: Uint16Array, b: Uint16Array): Uint16Array {
  const out = new Uint16Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
