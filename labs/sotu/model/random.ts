/**
 * A seeded random stream: sfc32 (Doty-Humphrey's "small fast counting" generator, from PractRand), seeded by
 * hashing a string. The same seed gives the same numbers on every machine, which `Math.random` cannot promise.
 */
export type Random = {
  /** A uniform number in [0, 1), with 32 random bits. */
  uniform(): number;
  /** A uniform integer in [0, n). */
  below(n: number): number;
  /** A standard normal number, by Box and Muller's transform. */
  normal(): number;
};

/** Opens a stream. Different `seed` texts (for instance `"17/init"` and `"17/batches"`) give unrelated streams. */
export function random(seed: string): Random {
  let [a, b, c] = hash(seed);
  let counter = 1;
  const next = (): number => {
    const out = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    return out >>> 0;
  };
  // The first outputs still resemble the seed; the author's recommendation is to drop about a dozen.
  for (let i = 0; i < 15; i++) next();
  const uniform = (): number => next() / 2 ** 32;
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Puts `items` in random order, in place (Fisher and Yates), and returns them. */
export function shuffle<T>(items: T[], rng: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const [x, y] = [items[i], items[j]];
    if (x !== undefined && y !== undefined) [items[i], items[j]] = [y, x];
  }
  return items;
}

/** A 32-bit FNV-1a hash of the text, started from `offset`. */
export function fnv1a(text: string, offset = 0x811c9dc5): number {
  let state = offset;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

function hash(seed: string): [number, number, number] {
  const first = fnv1a(seed);
  const second = fnv1a(seed, first ^ 0x9e3779b9);
  return [first | 0, second | 0, fnv1a(seed, second ^ 0x85ebca6b) | 0];
}
