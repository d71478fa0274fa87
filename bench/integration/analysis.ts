/**
 * What a table is like.
 *
 * Notation: `u_i` the utility of row i, larger is better, NaN where it diverged. With one objective `u` is its oriented
 * value; with several the mean over objectives of the oriented value over that objective's sd over the table.
 * Main effect of a factor with level means `m_0..m_{k−1}`: `2 sd(m)` with the population's sd, for two levels `|m_1 − m_0|`.
 * `R²(S)` the share of the variance of u that an additive model of the factors in S explains, by least squares on dummies; on
 * a balanced table it is the sum of their main effects' sums of squares over the total. A table is *dense* when
 * `max R²(S) < 0.8` over the sets of four factors: no four of them are most of it.
 */
import { cholesky, solveLower } from "../../src/math/linear.ts";
import type { Table } from "./tables.ts";

/** Below this share of the variance for the best four factors, a table is dense. */
export const denseBelow = 0.8;

export interface Utility {
  /** One a row. */
  readonly values: Float64Array;
  /** `u = Σ_m weight_m y_m`. */
  readonly weights: readonly number[];
  /** What methods are told that it is: the table's only objective, or the utility. */
  readonly objective: { readonly name: string; readonly sign: 1 | -1 };
}

export function utilityOf(table: Table): Utility {
  const [first] = table.objectives;
  const single = table.objectives.length === 1 && first !== undefined;
  const weights = table.objectives.map(({ sign }, m) => {
    if (single) return sign;
    const { sd } = spread(objectiveValues(table, m));
    return sd > 0 ? sign / (sd * table.objectives.length) : 0;
  });
  const values = Float64Array.from(table.rows, ({ means }) =>
    weights.reduce((sum, weight, m) => sum + weight * (means[m] ?? Number.NaN), 0),
  );
  return { values, weights, objective: single ? first : { name: "utility", sign: 1 } };
}

/** In the objective's own sign and unit. */
export function objectiveValues(table: Table, m: number): Float64Array {
  return Float64Array.from(table.rows, ({ means }) => means[m] ?? Number.NaN);
}

/** Of the finite values; the population's sd. */
export function spread(values: Iterable<number>): { readonly mean: number; readonly sd: number } {
  const finite = [...values].filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return { mean, sd: Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length) };
}

/** Root mean square over factors. */
export function rmsMainEffect(table: Table, values: Float64Array): number {
  const effects = table.factors.map((_, j) => mainEffect(table, values, j));
  return Math.sqrt(effects.reduce((sum, effect) => sum + effect * effect, 0) / effects.length);
}

function mainEffect(table: Table, values: Float64Array, factor: number): number {
  const count = table.factors[factor]?.levels.length ?? 0;
  const sums = new Float64Array(count);
  const counts = new Float64Array(count);
  for (const [i, { levels }] of table.rows.entries()) {
    const value = values[i] ?? Number.NaN;
    const level = levels[factor] ?? 0;
    if (!Number.isFinite(value)) continue;
    sums[level] = (sums[level] ?? 0) + value;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  // A level without a finite value has no mean: NaN, which `spread` leaves out.
  return 2 * spread(sums.map((sum, level) => sum / (counts[level] ?? 0))).sd;
}

export function isDense(table: Table, values: Float64Array): boolean {
  return additiveShare(table, values, 4) < denseBelow;
}

/** The largest R² of an additive model of `size` factors (of all, where there are fewer). */
export function additiveShare(table: Table, values: Float64Array, size: number): number {
  const model = additiveModel(table, values);
  let best = 0;
  for (const set of subsets(table.factors.length, Math.min(size, table.factors.length)))
    best = Math.max(best, model.share(set));
  return best;
}

function* subsets(of: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= of - size; first++)
    for (const rest of subsets(of, size - 1, first + 1)) yield [first, ...rest];
}

/** R² of any set of factors, from the sums of products of centred dummies (level 0 has none) and of the centred values. */
function additiveModel(table: Table, values: Float64Array): { readonly share: (set: readonly number[]) => number } {
  const starts = [0];
  for (const { levels } of table.factors) starts.push((starts.at(-1) ?? 0) + levels.length - 1);
  const width = starts.at(-1) ?? 0;
  const gram = new Float64Array(width * width);
  const sums = new Float64Array(width);
  const products = new Float64Array(width);
  const { mean } = spread(values);
  let total = 0;
  let n = 0;
  for (const [i, { levels }] of table.rows.entries()) {
    const value = (values[i] ?? Number.NaN) - mean;
    if (!Number.isFinite(value)) continue;
    n++;
    total += value * value;
    const ones = levels.flatMap((level, j) => (level > 0 ? [(starts[j] ?? 0) + level - 1] : []));
    for (const a of ones) {
      sums[a] = (sums[a] ?? 0) + 1;
      products[a] = (products[a] ?? 0) + value;
      for (const b of ones) gram[a * width + b] = (gram[a * width + b] ?? 0) + 1;
    }
  }
  const centred = (a: number, b: number) => (gram[a * width + b] ?? 0) - ((sums[a] ?? 0) * (sums[b] ?? 0)) / n;

  const share = (set: readonly number[]): number => {
    const columns = set.flatMap((j) =>
      Array.from({ length: (starts[j + 1] ?? 0) - (starts[j] ?? 0) }, (_, level) => (starts[j] ?? 0) + level),
    );
    const size = columns.length;
    const left = new Float64Array(size * size);
    // Where levels never vary apart, the sum of squares stays what it is: the ridge only keeps the pivots positive.
    for (const [r, a] of columns.entries())
      for (const [c, b] of columns.entries()) left[r * size + c] = centred(a, b) + (a === b ? 1e-9 * n : 0);
    const right = Float64Array.from(columns, (a) => products[a] ?? 0);
    if (total === 0 || !cholesky(left, size)) return 0;
    // |L⁻¹ X'u|² is the regression's sum of squares.
    solveLower(left, right, size);
    return right.reduce((sum, value) => sum + value * value, 0) / total;
  };
  return { share };
}
