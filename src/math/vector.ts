/**
 * Notation: `v[i]` is written `at(v, i)`. The compiler cannot know that an index is in range; a wrong one gives NaN,
 * which the tests see, instead of a silent zero. One helper per array kind keeps each load monomorphic and thus free.
 */
export type Vector = Float64Array;

export function at(v: Float64Array, i: number): number {
  return v[i] ?? Number.NaN;
}

/** Σ aᵢ bᵢ over the first `n` entries. */
export function dot(a: Float64Array, b: Float64Array, n = a.length): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += at(a, i) * at(b, i);
  return sum;
}

/** y ← y + c·x, in place. */
export function axpy(c: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] = at(y, i) + c * at(x, i);
}

export function sum(v: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < v.length; i++) total += v[i] ?? Number.NaN;
  return total;
}

export function mean(v: ArrayLike<number>): number {
  return sum(v) / v.length;
}

/** The entry with the largest score (the first of them), or null when there is none. A NaN score never wins. */
export function argmax<T>(items: Iterable<T>, score: (item: T) => number): T | null {
  let best: T | null = null;
  let top = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const s = score(item);
    if (s > top || (best === null && s === top)) {
      best = item;
      top = s;
    }
  }
  return best;
}
