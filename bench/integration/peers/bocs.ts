/**
 * Bayesian optimisation of combinatorial structures (Baptista & Poloczek 2018): a second-order regression with a horseshoe
 * prior, sampled by Gibbs; the run is the maximum of a sampled regression, found by simulated annealing.
 *
 * Notation: as in regression.ts, with `d_p = τ²λ_p²`, λ_p and τ half-Cauchy, by the auxiliary variables ν_p and ξ of
 * Makalic & Schmidt (2016): `λ_p² | · ~ IG(1, 1/ν_p + β_p²/(2τ²σ²))`, `ν_p | · ~ IG(1, 1 + 1/λ_p²)`,
 * `τ² | · ~ IG(P/2, 1/ξ + Σ β_p²/(2λ_p²σ²))`, `ξ | · ~ IG(1, 1 + 1/τ²)`,
 * `σ² | · ~ IG((n + P)/2, ½ Σ c_i e_i² + ½ Σ β_p²/d_p)`. The intercept, one of the P, has `d = 100` and no λ.
 * One chain lives through the whole search: each run changes the posterior little, so a few sweeps keep up with it.
 */
import { createRng, type Rng } from "../../../src/base/rng.ts";
import { at } from "../../../src/math/vector.ts";
import type { Method, Problem } from "../method.ts";
import { randomCombination } from "./moves.ts";
import { playStrategy, type Strategy } from "./play.ts";
import { columnsOf, drawTerms, factorise, type Rows, rowsOf } from "./regression.ts";
import type { Runs } from "./runs.ts";
import { createTerms, maximiseTerms } from "./terms.ts";

export const bocs: Method = {
  name: "bocs",
  start: (problem, seed) => playStrategy(problem, (runs) => createBocs(problem, runs, createRng(seed))),
};

interface Chain {
  readonly beta: Float64Array<ArrayBuffer>;
  readonly lambda2: Float64Array;
  readonly nu: Float64Array;
  tau2: number;
  xi: number;
  sigma2: number;
}

const interceptVariance = 100;

/** Sweeps before each run, and those before the first of them. */
const sweepsEach = 30;
const burnIn = 100;
/** Work that a run may cost, in multiply-adds of the gram matrix: larger regressions get fewer sweeps. */
const sweepBudget = 1e8;

function createBocs(problem: Problem, runs: Runs, rng: Rng): Strategy {
  const terms = createTerms(problem.levels, 2);
  const chain = createChain(terms.count);
  const first = Math.max(3, Math.ceil(terms.levels / 4));
  let asked = 0;
  return {
    next: () => {
      asked++;
      if (asked <= first) return randomCombination(problem, rng);
      const rows = rowsOf(terms, runs);
      const columns = columnsOf(rows.terms, terms.count);
      const work = columns.reduce((total, { length }) => total + length ** 2, 0) + rows.y.length ** 3 / 3;
      const wanted = asked === first + 1 ? burnIn : sweepsEach;
      const sweeps = Math.max(2, Math.min(wanted, Math.round(sweepBudget / work)));
      for (let i = 0; i < sweeps; i++) sweep(chain, rows, columns, rng);
      const random = Array.from({ length: 3 }, () => randomCombination(problem, rng));
      return maximiseTerms(problem, terms, chain.beta, [runs.best().x, ...random], rng);
    },
    recommend: () => runs.best().x,
  };
}

function createChain(count: number): Chain {
  return {
    beta: new Float64Array(count),
    lambda2: new Float64Array(count).fill(1),
    nu: new Float64Array(count).fill(1),
    tau2: 1 / count,
    xi: 1,
    sigma2: 0.1,
  };
}

function sweep(chain: Chain, rows: Rows, columns: readonly Int32Array[], rng: Rng): void {
  const { lambda2, nu } = chain;
  const count = lambda2.length;
  const n = rows.y.length;
  const d = lambda2.map((value, p) => (p === 0 ? interceptVariance : value * chain.tau2));
  const beta = drawTerms(rows, factorise(rows, columns, d), d, Math.sqrt(chain.sigma2), rng);
  chain.beta.set(beta);

  let squares = 0;
  for (let p = 0; p < count; p++) squares += at(beta, p) ** 2 / at(d, p);
  for (const [i, terms] of rows.terms.entries()) {
    let error = at(rows.y, i);
    for (const p of terms) error -= at(beta, p);
    squares += at(rows.counts, i) * error * error;
  }
  chain.sigma2 = bounded(inverseGamma((n + count) / 2, squares / 2, rng));

  let shrunk = 0;
  for (let p = 1; p < count; p++) {
    const square = at(beta, p) ** 2 / (2 * chain.sigma2);
    lambda2[p] = bounded(inverseGamma(1, 1 / at(nu, p) + square / chain.tau2, rng));
    nu[p] = inverseGamma(1, 1 + 1 / at(lambda2, p), rng);
    shrunk += square / at(lambda2, p);
  }
  chain.tau2 = bounded(inverseGamma(count / 2, 1 / chain.xi + shrunk, rng));
  chain.xi = inverseGamma(1, 1 + 1 / chain.tau2, rng);
}

/** Keeps the chain's scales where doubles can work with them. */
const bounded = (value: number): number => Math.min(1e8, Math.max(1e-10, value));

/** IG(shape, scale): scale over a gamma variate, by Marsaglia & Tsang (2000); shape ≥ 1. */
function inverseGamma(shape: number, scale: number, rng: Rng): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = rng.normal();
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * z * z + d * (1 - v + Math.log(v))) return scale / (d * v);
  }
}
