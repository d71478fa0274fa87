/** Sampling with a key–value cache, for many prompts of one length at once. */
import { jit, numpy as np, tree } from "@jax-js/jax";
import {
  type Cache,
  emptyCache,
  type GptConfig,
  logitsCached,
  type Placement,
  placement,
  type Weights,
} from "./gpt.ts";
import type { Random } from "./random.ts";

/**
 * Samples continuations. The two compiled functions (read the prompts, read one token) are kept, so make one decoder
 * and use it for every batch of the same shape.
 */
export class Decoder {
  readonly #config: GptConfig;
  readonly #read;

  constructor(config: GptConfig) {
    this.#config = config;
    this.#read = jit((weights: Weights, tokens: np.Array, place: Placement, cache: Cache) =>
      logitsCached(weights, tokens, place, cache, config),
    );
  }

  /**
   * Continues every prompt `copies` times.
   *
   * @param weights stay the caller's
   * @param prompts all of one length
   * @param length tokens to sample
   * @param rng draws the tokens at temperature 1; `null` takes the likeliest one (greedy)
   * @returns the continuations, prompt by prompt: those of prompt i are at i · copies, …
   */
  sample(weights: Weights, prompts: number[][], copies: number, length: number, rng: Random | null): number[][] {
    const width = prompts[0]?.length ?? 0;
    const slots = width + length;
    const rows = prompts.length * copies;
    const tokens = np.array(Int32Array.from(prompts.flat()), { shape: [prompts.length, width] });
    const empty = emptyCache(prompts.length, slots, this.#config);
    let read = this.#read(tree.ref(weights), tokens, placement(0, width, slots, this.#config), empty);
    let cache: Cache = {};
    // A prompt is read once, whatever the number of its continuations.
    for (const [part, array] of Object.entries(read.cache)) cache[part] = np.repeat(array, copies, 0);
    let scores = lastScores(read.logits, copies);
    const out = Array.from({ length: rows }, (): number[] => []);
    for (let i = 0; i < length; i++) {
      const chosen = scores.map((row) => chooseToken(row, rng));
      for (const [row, token] of chosen.entries()) out[row]?.push(token);
      if (i === length - 1) break;
      const place = placement(width + i, 1, slots, this.#config);
      read = this.#read(tree.ref(weights), np.array(Int32Array.from(chosen), { shape: [rows, 1] }), place, cache);
      cache = read.cache;
      scores = lastScores(read.logits, 1);
    }
    tree.dispose(cache);
    return out;
  }
}

/** The last position's scores of each row, each `copies` times. Consumes `logits` [B, T, V]. */
function lastScores(logits: np.Array, copies: number): Float32Array[] {
  const [batch = 0, length = 0, vocabulary = 0] = logits.shape;
  const values = Float32Array.from(logits.dataSync());
  return Array.from({ length: batch * copies }, (_, i) => {
    const end = (Math.floor(i / copies) + 1) * length * vocabulary;
    return values.subarray(end - vocabulary, end);
  });
}

/** Draws a token from softmax(scores), or takes the likeliest one (the first of equals) without `rng`. */
export function chooseToken(scores: Float32Array, rng: Random | null): number {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (rng === null) return scores.indexOf(highest);
  const odds = scores.map((score) => Math.exp(score - highest));
  let left = rng.uniform() * odds.reduce((sum, odd) => sum + odd, 0);
  for (const [token, odd] of odds.entries()) {
    left -= odd;
    if (left < 0) return token;
  }
  return scores.indexOf(highest);
}
