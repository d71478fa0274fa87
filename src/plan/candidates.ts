import type { Rng } from "../base/rng.ts";
import type { Combination, Space } from "../contribution/contribution.ts";
import { allCombinations, combinationKey, moveTo, neighbours, sizeOf, withLevel } from "./space.ts";

/** Spaces up to this size are looked through as a whole. */
const smallSpace = 4096;
/** Neighbourhoods are thinned to this many at random. */
const largeNeighbourhood = 2500;

const mostSweeps = 12;

/** Legal combinations within one or two steps of `x`, `x` left out. */
export function near(space: Space, x: Combination, radius: 1 | 2, rng: Rng): Combination[] {
  const out = new Map<string, Combination>();
  const first = neighbours(space, x);
  for (const y of first) out.set(combinationKey(y), y);
  if (radius === 2) for (const y of first) for (const z of neighbours(space, y)) out.set(combinationKey(z), z);
  out.delete(combinationKey(x));
  const all = [...out.values()];
  return all.length <= largeNeighbourhood ? all : [...first, ...rng.shuffle(all).slice(0, largeNeighbourhood)];
}

/** A legal combination in which about half the levels' factors differ from `x`. */
export function halfFlip(space: Space, x: Combination, rng: Rng): Combination {
  let y = x;
  for (const [j, factor] of space.factors.entries()) {
    if (rng.uniform() < 0.5 || factor.levels.length === 0) continue;
    const others = Array.from({ length: factor.levels.length + 1 }, (_, level) => level).filter((l) => l !== x[j]);
    const level = others[rng.int(others.length)] ?? 0;
    const flipped = level === 0 ? y.map((old, k) => (k === j ? 0 : old)) : withLevel(space, y, { factor: j, level });
    if (flipped !== null) y = flipped;
  }
  return y;
}

/**
 * Combinations with a high score from all over the space: all of them when there are few, else what an ascent from each
 * start looks at: it takes every single step that scores higher, one after the other, until none does.
 */
export function everywhere(
  space: Space,
  starts: readonly Combination[],
  score: (x: Combination) => number,
): Combination[] {
  if (sizeOf(space) <= smallSpace) return allCombinations(space);
  const seen = new Map<string, Combination>();
  for (const start of starts) {
    let x = start;
    let value = score(x);
    seen.set(combinationKey(x), x);
    for (let sweep = 0, moved = true; moved && sweep < mostSweeps; sweep++) {
      moved = false;
      for (const [factor, { levels }] of space.factors.entries()) {
        for (let level = 0; level <= levels.length; level++) {
          const y = level === x[factor] ? null : moveTo(space, x, { factor, level });
          if (y === null) continue;
          seen.set(combinationKey(y), y);
          const s = score(y);
          if (s <= value) continue;
          x = y;
          value = s;
          moved = true;
        }
      }
    }
  }
  return [...seen.values()];
}
