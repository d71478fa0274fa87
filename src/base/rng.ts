import { sha256 } from "./digest.ts";

/**
 * A seeded source of randomness: xoshiro128** (Blackman & Vigna 2021, "Scrambled linear pseudorandom number
 * generators"), seeded by SHA-256 of a label, so that every use has a stream of its own and the same label always gives
 * the same stream.
 */
export interface Rng {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal, by Box–Muller. */
  normal(): number;
  /** Uniform integer on [0, n). n ≥ 1. */
  int(n: number): number;
  /** A new array in uniformly random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream named by `label`. */
  fork(label: string): Rng;
}

export function createRng(label: string): Rng {
  const seed = sha256(label);
  const word = (i: number) => Number.parseInt(seed.slice(i * 8, i * 8 + 8), 16) | 0;
  let [a, b, c, d] = [word(0), word(1), word(2), word(3) | 1];
  const next = (): number => {
    const r = Math.imul(b, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const int = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => {
      const out = items.slice();
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1);
        const kept = out[i];
        const other = out[j];
        if (kept === undefined || other === undefined) continue;
        out[i] = other;
        out[j] = kept;
      }
      return out;
    },
    fork: (child) => createRng(`${label}/${child}`),
  };
}
