/**
 * Thompson sampling by a second-order Bayesian linear regression with a normal prior that has heredity in it.
 *
 * Notation: terms and rows as in terms.ts and regression.ts. Variances: 100 the
 * intercept's, `v₁` a level's, `v₂ m_a m_b` a
 * pair's, `σ²` a run's; `m_a` is the second moment of β_a's posterior over the mean of these moments (1 at first), so that
 * levels that matter may matter together. `v₁`, `v₂`, `σ²` maximise `log N(y; 0, K) + log prior`, `K = 100·11ᵀ + v₁G₁ + v₂G₂ + σ²C⁻¹`,
 * by `∂/∂log v = ½ tr((αα' − K⁻¹) ∂K/∂log v)`, `α = K⁻¹y`.
 */
import { createRng, type Rng } from "../../../src/base/rng.ts";
import { minimise } from "../../../src/math/lbfgs.ts";
import { cholesky, invertSpd, logDet, solveLower, solveLowerTransposed } from "../../../src/math/linear.ts";
import { at, dot } from "../../../src/math/vector.ts";
import type { Method, Problem } from "../method.ts";
import { randomCombination } from "./moves.ts";
import { playStrategy, type Strategy } from "./play.ts";
import { columnsOf, drawTerms, factorise, type Rows, rowsOf, solveTerms } from "./regression.ts";
import type { Runs } from "./runs.ts";
import { createTerms, maximiseTerms, type Terms } from "./terms.ts";

export const blrThompson: Method = {
  name: "blr-thompson",
  start: (problem, seed) => playStrategy(problem, (runs) => createBlrThompson(problem, runs, createRng(seed))),
};

/** log v₁, log v₂, log σ² before there are data, for y of unit variance: centre and spread. */
interface Prior {
  readonly centre: Float64Array;
  readonly spread: number;
}

interface Fit {
  readonly rows: Rows;
  readonly l: Float64Array;
  /** d: variances over σ². */
  readonly d: Float64Array;
  readonly sigma: number;
}

function createBlrThompson(problem: Problem, runs: Runs, rng: Rng): Strategy {
  const terms = createTerms(problem.levels, 2);
  const weights = new Float64Array(terms.levels).fill(1);
  let variances = priorOf(terms).centre;
  const first = Math.max(2, Math.ceil(terms.levels / 8));
  const refitEvery = Math.max(2, terms.levels / 8);
  let fittedAt = 0;
  let asked = 0;

  const posteriorNow = (): Fit => {
    const rows = rowsOf(terms, runs);
    const told = rows.counts.reduce((total, count) => total + count, 0);
    if (told >= fittedAt + refitEvery) {
      variances = fitVariances(terms, rows, weights, variances);
      reweigh(terms, posteriorOf(terms, rows, weights, variances), weights);
      fittedAt = told;
    }
    return posteriorOf(terms, rows, weights, variances);
  };

  return {
    next: () => {
      asked++;
      if (asked <= first) return randomCombination(problem, rng);
      const { rows, l, d, sigma } = posteriorNow();
      const draw = () => {
        const beta = drawTerms(rows, l, d, sigma, rng);
        const random = Array.from({ length: 3 }, () => randomCombination(problem, rng));
        return maximiseTerms(problem, terms, beta, [runs.best().x, ...random], rng);
      };
      const x = draw();
      // A second draw where the first is not new: a regression that is sure of the wrong terms repeats itself.
      return runs.isNew(x) ? x : draw();
    },
    recommend: () => runs.best().x,
  };
}

const interceptVariance = 100;

/** The levels together about three times y's variance, the pairs about a fifth of it, noise a tenth. */
function priorOf(terms: Terms): Prior {
  const levels = terms.levels;
  return { centre: Float64Array.from([Math.log(3 / levels), Math.log(2 / levels ** 2), Math.log(0.1)]), spread: 1 };
}

/** (log v₁, log v₂, log σ²) that fit best, from `start`. */
function fitVariances(terms: Terms, rows: Rows, weights: Float64Array, start: Float64Array): Float64Array<ArrayBuffer> {
  const parts = gramsOf(terms, rows, weights);
  const prior = priorOf(terms);
  const bounds = (by: number) => prior.centre.map((centre) => centre + by);
  return minimise(
    {
      evaluate: (p, gradient) => cost(rows, parts, p, gradient, prior),
      lower: bounds(-5 * prior.spread),
      upper: bounds(5 * prior.spread),
    },
    start,
    { maxEvaluations: 30, tolerance: 1e-2 },
  ).x.slice();
}

/** G₁, G₂ and C⁻¹, n×n, lower triangles. */
function gramsOf(terms: Terms, rows: Rows, weights: Float64Array): readonly Float64Array[] {
  const n = rows.y.length;
  const [g1, g2, noise] = [new Float64Array(n * n), new Float64Array(n * n), new Float64Array(n * n)];
  const has = rows.terms.map((row) => {
    const flags = new Uint8Array(terms.levels);
    for (const term of row) if (term >= 1 && term <= terms.levels) flags[term - 1] = 1;
    return flags;
  });
  for (const [i, mine] of has.entries()) {
    for (let k = 0; k <= i; k++) {
      const other = has[k] ?? mine;
      let [shared, sum, squares] = [0, 0, 0];
      for (let a = 0; a < terms.levels; a++) {
        if (mine[a] !== 1 || other[a] !== 1) continue;
        const weight = at(weights, a);
        shared++;
        sum += weight;
        squares += weight * weight;
      }
      g1[i * n + k] = shared;
      // Σ_{a<b} m_a m_b over what the two share; two levels of one factor are never shared.
      g2[i * n + k] = (sum * sum - squares) / 2;
    }
    noise[i * n + i] = 1 / at(rows.counts, i);
  }
  return [g1, g2, noise];
}

function cost(
  rows: Rows,
  parts: readonly Float64Array[],
  p: Float64Array,
  gradient: Float64Array,
  prior: Prior,
): number {
  const n = rows.y.length;
  const l = new Float64Array(n * n).fill(interceptVariance);
  for (const [which, part] of parts.entries()) {
    const scale = Math.exp(at(p, which));
    for (let cell = 0; cell < l.length; cell++) l[cell] = at(l, cell) + scale * at(part, cell);
  }
  if (!cholesky(l, n)) return Number.POSITIVE_INFINITY;
  const alpha = rows.y.slice();
  solveLower(l, alpha, n);
  solveLowerTransposed(l, alpha, n);
  const inverse = invertSpd(l, n);
  let value = 0.5 * (dot(rows.y, alpha) + logDet(l, n));
  for (const [which, part] of parts.entries()) {
    let trace = 0;
    for (let i = 0; i < n; i++)
      for (let k = 0; k <= i; k++) {
        const cell = i * n + k;
        trace += (i === k ? 0.5 : 1) * (at(inverse, cell) - at(alpha, i) * at(alpha, k)) * at(part, cell);
      }
    const z = (at(p, which) - at(prior.centre, which)) / prior.spread;
    value += 0.5 * z * z;
    gradient[which] = trace * Math.exp(at(p, which)) + z / prior.spread;
  }
  return value;
}

function posteriorOf(terms: Terms, rows: Rows, weights: Float64Array, variances: Float64Array): Fit {
  const [v1, v2, noise] = [Math.exp(at(variances, 0)), Math.exp(at(variances, 1)), Math.exp(at(variances, 2))];
  const d = new Float64Array(terms.count);
  d[0] = interceptVariance / noise;
  for (let a = 0; a < terms.levels; a++) {
    d[1 + a] = v1 / noise;
    for (let b = a + 1; b < terms.levels; b++) {
      const term = terms.pair(a, b);
      if (term >= 0) d[term] = (v2 * at(weights, a) * at(weights, b)) / noise;
    }
  }
  return { rows, l: factorise(rows, columnsOf(rows.terms, terms.count), d), d, sigma: Math.sqrt(noise) };
}

/** m_a from the posterior's `E β_a² = mean² + σ²(d_a − d_a² φ_aᵀM⁻¹φ_a)`, φ_a the rows in which a is. */
function reweigh(terms: Terms, { rows, l, d, sigma }: Fit, weights: Float64Array): void {
  const mean = solveTerms(rows, l, d, rows.y.slice());
  const columns = columnsOf(rows.terms, terms.count);
  for (let a = 0; a < terms.levels; a++) {
    const known = new Float64Array(rows.y.length);
    for (const i of columns[1 + a] ?? []) known[i] = 1;
    solveLower(l, known, known.length);
    const variance = at(d, 1 + a) * (1 - at(d, 1 + a) * dot(known, known));
    weights[a] = at(mean, 1 + a) ** 2 + sigma ** 2 * Math.max(0, variance);
  }
  const average = weights.reduce((total, weight) => total + weight / weights.length, 0);
  for (let a = 0; a < terms.levels; a++) weights[a] = at(weights, a) / average;
}
