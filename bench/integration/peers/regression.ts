/**
 * Bayesian linear regression on 0/1 terms, by draws of its coefficients.
 *
 * Notation: n rows, P terms, `Φ` (n×P) of zeros and ones; `y_i = φ_iᵀβ + e_i`, `e_i ~ N(0, σ²/c_i)`, `β_p ~ N(0, σ² d_p)`;
 * `M = Φ D Φᵀ + C⁻¹ = L Lᵀ` (n×n). With `u ~ N(0, D)`, `e ~ N(0, C⁻¹)`, `β = σu + D Φᵀ M⁻¹ (y − σΦu − σe)` is a draw from the
 * posterior (Bhattacharya, Chakraborty & Mallick 2016, "Fast sampling with Gaussian scale-mixture priors").
 * Cost: Σ_p (rows with p)²/2 for M, n³/6 to factor it.
 */
import type { Rng } from "../../../src/base/rng.ts";
import { cholesky, solveLower, solveLowerTransposed } from "../../../src/math/linear.ts";
import { at } from "../../../src/math/vector.ts";

import type { Runs } from "./runs.ts";
import { standardise } from "./standard.ts";
import type { Terms } from "./terms.ts";

export interface Rows {
  /** The terms that are 1, a row each. */
  readonly terms: readonly Int32Array[];
  readonly y: Float64Array;
  /** c. */
  readonly counts: Float64Array;
}

/** A row for each told combination, y standardised. */
export function rowsOf(terms: Terms, runs: Runs): Rows {
  const samples = runs.samples();
  return {
    terms: samples.map(({ x }) => terms.of(x)),
    y: standardise(samples.map(({ value }) => value)).values,
    counts: Float64Array.from(samples, ({ count }) => count),
  };
}

/** Φᵀ as lists: the rows in which each of the P terms is 1. */
export function columnsOf(rows: readonly Int32Array[], count: number): readonly Int32Array[] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const [i, terms] of rows.entries()) for (const p of terms) lists[p]?.push(i);
  return lists.map((list) => Int32Array.from(list));
}

/** L. Throws where M is not positive definite, which finite d ≥ 0 and c > 0 rule out. */
export function factorise(rows: Rows, columns: readonly Int32Array[], d: Float64Array): Float64Array {
  const n = rows.y.length;
  const m = new Float64Array(n * n);
  for (const [p, list] of columns.entries()) {
    const weight = at(d, p);
    for (let i = 0; i < list.length; i++) {
      const row = (list[i] ?? 0) * n;
      for (let k = 0; k <= i; k++) {
        const cell = row + (list[k] ?? 0);
        m[cell] = at(m, cell) + weight;
      }
    }
  }
  for (let i = 0; i < n; i++) m[i * n + i] = at(m, i * n + i) + 1 / at(rows.counts, i);
  if (!cholesky(m, n)) throw new Error("the regression's covariance is not positive definite");
  return m;
}

/** D Φᵀ M⁻¹ r; with r = y the posterior mean. Overwrites `residual`. */
export function solveTerms(rows: Rows, l: Float64Array, d: Float64Array, residual: Float64Array): Float64Array {
  const n = residual.length;
  solveLower(l, residual, n);
  solveLowerTransposed(l, residual, n);
  const beta = new Float64Array(d.length);
  for (const [i, terms] of rows.terms.entries()) for (const p of terms) beta[p] = at(beta, p) + at(residual, i);
  for (let p = 0; p < beta.length; p++) beta[p] = at(beta, p) * at(d, p);
  return beta;
}

/** A draw of β. `sigma`: σ. */
export function drawTerms(rows: Rows, l: Float64Array, d: Float64Array, sigma: number, rng: Rng): Float64Array {
  const u = d.map((variance) => sigma * Math.sqrt(variance) * rng.normal());
  const residual = rows.y.map((value, i) => value - (sigma * rng.normal()) / Math.sqrt(at(rows.counts, i)));
  for (const [i, terms] of rows.terms.entries()) for (const p of terms) residual[i] = at(residual, i) - at(u, p);
  const beta = solveTerms(rows, l, d, residual);
  for (let p = 0; p < beta.length; p++) beta[p] = at(beta, p) + at(u, p);
  return beta;
}
