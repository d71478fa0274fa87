/**
 * Designs for the main effects of many factors, by coordinate exchange.
 *
 * Notation: `z(x) = (1, [a ∈ x])` over the D levels other than the baseline's; `A = 0.01 I + Σ z zᵀ` over the rows of the design
 * and what was run before; `V = A⁻¹`. A D-optimal design has the largest |A|. Taking row z for z' multiplies |A| by
 * `(1 + z'ᵀVz')(1 − zᵀVz) + (z'ᵀVz)²` (Meyer & Nachtsheim 1995); one exchange costs D², a sweep n·D·(levels) to try.
 */
import type { Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { at, dot } from "../../../src/math/vector.ts";
import { withFactor } from "../../../src/plan/space.ts";
import type { Problem } from "../method.ts";
import { otherLevels, randomCombination } from "./moves.ts";
import { createTerms } from "./terms.ts";

const ridge = 0.01;
const sweeps = 10;
/** An exchange is made when it multiplies |A| by at least this. */
const worthwhile = 1.001;

/** `count` feasible combinations that tell the main effects apart, given the rows that are there. */
export function optimalDesign(
  problem: Problem,
  given: readonly Combination[],
  count: number,
  rng: Rng,
): readonly Combination[] {
  const terms = createTerms(problem.levels, 1);
  const z = (x: Combination): Float64Array => {
    const out = new Float64Array(terms.count);
    for (const term of terms.of(x)) out[term] = 1;
    return out;
  };
  const rows = Array.from({ length: count }, () => randomCombination(problem, rng));
  const inverse = createInverse(terms.count);
  for (const x of [...given, ...rows]) inverse.update(z(x), 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let changed = false;
    for (const [i, start] of rows.entries()) {
      let x = start;
      for (const { factor, level } of otherLevels(problem, start)) {
        const y = withFactor(x, factor, level);
        if (!(inverse.exchange(z(x), z(y)) > worthwhile) || !problem.feasible(y)) continue;
        inverse.update(z(y), 1);
        inverse.update(z(x), -1);
        x = y;
        changed = true;
      }
      rows[i] = x;
    }
    if (!changed) break;
  }
  return rows;
}

/** V, kept through rank-one changes of A (Sherman & Morrison). */
function createInverse(width: number) {
  const v = new Float64Array(width * width);
  for (let i = 0; i < width; i++) v[i * width + i] = 1 / ridge;
  const times = (z: Float64Array): Float64Array => {
    const out = new Float64Array(width);
    for (let k = 0; k < width; k++) {
      const value = at(z, k);
      if (value !== 0) for (let i = 0; i < width; i++) out[i] = at(out, i) + value * at(v, k * width + i);
    }
    return out;
  };
  return {
    /** A ← A + sign · z zᵀ. */
    update: (z: Float64Array, sign: 1 | -1) => {
      const vz = times(z);
      const scale = sign / (1 + sign * dot(z, vz));
      for (let i = 0; i < width; i++)
        for (let k = 0; k < width; k++) v[i * width + k] = at(v, i * width + k) - scale * at(vz, i) * at(vz, k);
    },
    /** What taking `old` for `next` multiplies |A| by. */
    exchange: (old: Float64Array, next: Float64Array): number => {
      const vOld = times(old);
      return (1 + dot(next, times(next))) * (1 - dot(old, vOld)) + dot(next, vOld) ** 2;
    },
  };
}
