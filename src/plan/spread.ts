/**
 * How much larger or smaller effects are in one context than in another, from the results alone.
 *
 * Notation: `γ(d)` the median |y_i − y_k| over pairs of runs of one context whose combinations differ on d factors (a robust
 * variogram); γ(0) is noise, where combinations were repeated on both sides. Which combinations were run where, and how
 * often, then does not matter, as it would for the plain spread. With weights `n_d`, the smaller number of pairs,
 * `g² = Σ n_d (γ(d)² − γ(0)²) / Σ n_d` over d ≥ 1 on both sides, and ρ = (g there / g here)^(k/(k + 2)), k + 1 the smaller
 * number of different combinations: near 1 while few tell.
 */
import type { Combination } from "../contribution/contribution.ts";
import { median } from "../math/robust.ts";
import { combinationKey, hamming } from "./space.ts";

export interface Result {
  readonly x: Combination;
  readonly value: number;
}

/** The work grows with their square: of more, the last ones. */
const mostResults = 200;

/** ρ; 1 where one side says nothing. */
export function spreadRatio(there: readonly Result[], here: readonly Result[]): number {
  const [a, b] = [variogram(there), variogram(here)];
  const [noiseThere, noiseHere] = a.has(0) && b.has(0) ? [median(a.get(0) ?? []), median(b.get(0) ?? [])] : [0, 0];
  let [squareThere, squareHere] = [0, 0];
  for (const [d, differences] of a) {
    const others = b.get(d);
    if (d === 0 || others === undefined) continue;
    const weight = Math.min(differences.length, others.length);
    squareThere += weight * (median(differences) ** 2 - noiseThere ** 2);
    squareHere += weight * (median(others) ** 2 - noiseHere ** 2);
  }
  if (!(squareThere > 0 && squareHere > 0)) return 1;
  const k = Math.min(distinct(there), distinct(here)) - 1;
  return (squareThere / squareHere) ** (0.5 * (k / (k + 2)));
}

/** |y_i − y_k| by the number of factors on which the two differ. */
function variogram(results: readonly Result[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const latest = results.slice(-mostResults);
  for (const [i, a] of latest.entries()) {
    for (const b of latest.slice(0, i)) {
      const d = hamming(a.x, b.x);
      const known = found.get(d);
      if (known === undefined) found.set(d, [Math.abs(a.value - b.value)]);
      else known.push(Math.abs(a.value - b.value));
    }
  }
  return found;
}

function distinct(results: readonly Result[]): number {
  return new Set(results.map(({ x }) => combinationKey(x))).size;
}
