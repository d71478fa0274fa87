/**
 * Whether two lists of results rank alike.
 *
 * Notation: pairs i = 1..n of results (x_i, y_i) of the same thing in two places; ranks with ties at their mean; Spearman's
 * ρ the correlation of the ranks. Interval: `tanh(atanh ρ ± z √((1 + ρ²/2)/(n − 3)))` (Bonett & Wright 2000, "Sample size
 * requirements for estimating Pearson, Kendall and Spearman correlations"), with |ρ| there at most 1 − 6/(n(n² − 1)), half of
 * what one swap of neighbours costs: a few in perfect order are no certainty. Noise in the results draws ρ towards 0.
 */
import { normalQuantile } from "../math/normal.ts";
import type { Interval } from "./evidence.ts";

/** Below this many pairs there is no interval. */
const fewestPairs = 4;

/** ρ with its interval at `confidence`; null for fewer than four pairs, or where all results of one place are equal. */
export function rankAgreement(pairs: readonly (readonly [number, number])[], confidence: number): Interval | null {
  const n = pairs.length;
  if (n < fewestPairs) return null;
  const rho = correlation(ranksOf(pairs.map(([x]) => x)), ranksOf(pairs.map(([, y]) => y)));
  if (rho === null) return null;
  const most = 1 - 6 / (n * (n ** 2 - 1));
  const centre = Math.atanh(Math.max(-most, Math.min(most, rho)));
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt((1 + rho ** 2 / 2) / (n - 3));
  return {
    mean: rho,
    low: Math.min(rho, Math.tanh(centre - reach)),
    high: Math.max(rho, Math.tanh(centre + reach)),
  };
}

/** 1, 2, …, equal values at the mean of their places. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const ranks = values.map(() => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to++;
    for (let place = from; place <= to; place++) ranks[order[place]?.i ?? 0] = 1 + (from + to) / 2;
    from = to + 1;
  }
  return ranks;
}

/** Pearson's; null where one side does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number | null {
  // Ranks of n values always have this mean.
  const centre = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [a, b] = [value - centre, (y[i] ?? centre) - centre];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : null;
}
