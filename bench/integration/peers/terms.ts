/**
 * Regression terms of a combination, of first or second order, and the best combination under them.
 *
 * Notation: `a = 1..D` the levels other than the baseline's, of all factors, as 0/1 indicators; `φ(x) = (1, [a ∈ x],
 * [a ∈ x][b ∈ x])`, `a < b` of different factors (not in the first order), P long and kept as the list of the terms that are
 * 1. `β` coefficients (P); `h_a(x) = β_a + Σ_{b ∈ x} β_ab`, so that exchanging a for a' in x adds `h_a'(x) − h_a(x)`.
 */
import type { Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { at } from "../../../src/math/vector.ts";
import type { Problem } from "../method.ts";
import type { Level } from "./moves.ts";

export interface Terms {
  /** D. */
  readonly levels: number;
  /** P. */
  readonly count: number;
  /** Factor of each of the D. */
  readonly factorOf: Int32Array;
  /** Index of a level among the D; −1 for the baseline's own. */
  readonly levelAt: (factor: number, level: number) => number;
  /** Index of a pair's term; −1 where there is none. */
  readonly pair: (a: number, b: number) => number;
  /** Indices of the terms that are 1. */
  readonly of: (x: Combination) => Int32Array;
}

export function createTerms(levels: readonly number[], order: 1 | 2): Terms {
  const owner = levels.flatMap((count, factor) => Array.from({ length: count - 1 }, () => factor));
  const offsets = levels.map((_, factor) => owner.indexOf(factor));
  const total = owner.length;
  const pairs = new Int32Array(total * total).fill(-1);
  let count = 1 + total;
  for (let a = 0; a < total; a++)
    for (let b = a + 1; b < total; b++) {
      if (order === 1 || owner[a] === owner[b]) continue;
      pairs[a * total + b] = count;
      pairs[b * total + a] = count;
      count++;
    }
  const levelAt = (factor: number, level: number) => (level === 0 ? -1 : (offsets[factor] ?? 0) + level - 1);
  const pair = (a: number, b: number) => pairs[a * total + b] ?? -1;
  return {
    levels: total,
    count,
    factorOf: Int32Array.from(owner),
    levelAt,
    pair,
    of: (x) => {
      const active = x.flatMap((level, factor) => (level === 0 ? [] : [levelAt(factor, level)]));
      const both = order === 1 ? [] : active.flatMap((a, i) => active.slice(i + 1).map((b) => pair(a, b)));
      return Int32Array.from([0, ...active.map((a) => 1 + a), ...both]);
    },
  };
}

/** φ(x)ᵀβ. */
export function valueUnder(terms: Terms, beta: Float64Array, x: Combination): number {
  let total = 0;
  for (const term of terms.of(x)) total += at(beta, term);
  return total;
}

const sweeps = 40;

/** A feasible combination with a high φ(x)ᵀβ: simulated annealing from each start, then ascent; the best of all. */
export function maximiseTerms(
  problem: Problem,
  terms: Terms,
  beta: Float64Array,
  starts: readonly Combination[],
  rng: Rng,
): Combination {
  let best: Combination = starts[0] ?? problem.levels.map(() => 0);
  let top = Number.NEGATIVE_INFINITY;
  for (const start of starts) {
    const walk = createWalk(problem, terms, beta, start);
    anneal(walk, rng);
    ascend(walk);
    const x = walk.x.slice();
    const value = valueUnder(terms, beta, x);
    if (value > top) {
      best = x;
      top = value;
    }
  }
  return best;
}

/** A combination that is changed in place, with its h. */
interface Walk {
  readonly x: number[];
  readonly levels: readonly number[];
  /** What taking the level adds. */
  readonly gain: (factor: number, level: number) => number;
  /** What taking both adds, of two factors. */
  readonly gainOfTwo: (factor: number, level: number, other: number, otherLevel: number) => number;
  /** Takes the levels where that is feasible; whether it was. */
  readonly take: (...changes: readonly Level[]) => boolean;
  /** Mean |h|. */
  readonly scale: () => number;
}

function createWalk(problem: Problem, terms: Terms, beta: Float64Array, start: Combination): Walk {
  const x = start.slice();
  const h = fieldOf(terms, beta, x);
  const fieldAt = (a: number) => (a < 0 ? 0 : at(h, a));
  const together = (a: number, b: number) => {
    const term = a < 0 || b < 0 ? -1 : terms.pair(a, b);
    return term < 0 ? 0 : at(beta, term);
  };
  const current = (factor: number) => terms.levelAt(factor, x[factor] ?? 0);
  const gain = (factor: number, level: number) => fieldAt(terms.levelAt(factor, level)) - fieldAt(current(factor));
  return {
    x,
    levels: problem.levels,
    gain,
    gainOfTwo: (factor, level, other, otherLevel) => {
      const [a, b] = [terms.levelAt(factor, level), terms.levelAt(other, otherLevel)];
      const [c, d] = [current(factor), current(other)];
      const both = together(a, b) - together(a, d) - together(c, b) + together(c, d);
      return gain(factor, level) + gain(other, otherLevel) + both;
    },
    take: (...changes) => {
      const old = changes.map(({ factor }) => ({ factor, level: x[factor] ?? 0 }));
      for (const { factor, level } of changes) x[factor] = level;
      if (!problem.feasible(x)) {
        for (const { factor, level } of old) x[factor] = level;
        return false;
      }
      for (const { factor, level } of old) shift(terms, beta, h, terms.levelAt(factor, level), -1);
      for (const { factor, level } of changes) shift(terms, beta, h, terms.levelAt(factor, level), 1);
      return true;
    },
    scale: () => h.reduce((total, value) => total + Math.abs(value) / h.length, 0),
  };
}

function anneal(walk: Walk, rng: Rng): void {
  const hottest = walk.scale();
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const temperature = hottest * (1 - sweep / sweeps) ** 2;
    for (const [factor, count] of walk.levels.entries()) {
      for (let level = 0; level < count; level++) {
        if (level === walk.x[factor]) continue;
        const gain = walk.gain(factor, level);
        if (gain > 0 || rng.uniform() < Math.exp(gain / temperature)) walk.take({ factor, level });
      }
    }
  }
}

/** What a change must add, so that rounding cannot lead in circles. */
const leastGain = 1e-9;

/** Takes single changes, and pairs of changes where no single one helps, until none of either does. */
function ascend(walk: Walk): void {
  const levels = walk.levels.flatMap((count, factor) =>
    Array.from({ length: count }, (_, level) => ({ factor, level })),
  );
  const isNew = ({ factor, level }: Level) => walk.x[factor] !== level;
  const single = () =>
    levels.some((one) => isNew(one) && walk.gain(one.factor, one.level) > leastGain && walk.take(one));
  const double = () =>
    levels.some((one, i) =>
      levels
        .slice(i + 1)
        .some(
          (two) =>
            one.factor !== two.factor &&
            isNew(one) &&
            isNew(two) &&
            walk.gainOfTwo(one.factor, one.level, two.factor, two.level) > leastGain &&
            walk.take(one, two),
        ),
    );
  while (single() || double());
}

function fieldOf(terms: Terms, beta: Float64Array, x: Combination): Float64Array {
  const h = new Float64Array(terms.levels);
  for (let a = 0; a < terms.levels; a++) h[a] = at(beta, 1 + a);
  for (const [factor, level] of x.entries()) shift(terms, beta, h, terms.levelAt(factor, level), 1);
  return h;
}

/** h ← h + sign · β_a·, level a having entered (+1) or left (−1) the combination. */
function shift(terms: Terms, beta: Float64Array, h: Float64Array, a: number, sign: 1 | -1): void {
  if (a < 0) return;
  for (let b = 0; b < terms.levels; b++) {
    const term = terms.pair(a, b);
    if (term >= 0) h[b] = at(h, b) + sign * at(beta, term);
  }
}
