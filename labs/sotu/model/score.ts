/** Log-likelihoods of texts under a model, in batches of one shape so that the model is compiled once. */
import { jit, numpy as np, tree } from "@jax-js/jax";
import type { GptConfig, Weights } from "./gpt.ts";
import { tokenLosses } from "./train.ts";

/** Tokens to predict, given those before them: the loss counts from `from` on. */
export type Window = { tokens: number[]; from: number };

/**
 * Scores windows.
 *
 * @param weights stay the caller's
 * @param windows each at most `columns + 1` tokens long
 * @param rows windows a batch; a short last batch is filled up with padding
 * @returns per window, Σ −log p(token_i | tokens before it in the window) over i ≥ max(1, from), in nats
 */
export function scoreWindows(
  weights: Weights,
  config: GptConfig,
  windows: Window[],
  columns: number,
  rows = 16,
): number[] {
  const run = jit((w: Weights, tokens: np.Array, targets: np.Array) => tokenLosses(w, tokens, targets, config));
  const scores: number[] = [];
  for (let first = 0; first < windows.length; first += rows) {
    const batch = windows.slice(first, first + rows);
    const tokens = new Int32Array(rows * columns);
    const targets = new Int32Array(rows * columns);
    for (const [row, window] of batch.entries()) {
      if (window.tokens.length > columns + 1) throw new Error(`a window of ${window.tokens.length} tokens is too long`);
      tokens.set(window.tokens.slice(0, -1), row * columns);
      targets.set(window.tokens.slice(1), row * columns);
    }
    const shape = [rows, columns];
    const losses = run(tree.ref(weights), np.array(tokens, { shape }), np.array(targets, { shape })).dataSync();
    for (const [row, window] of batch.entries()) {
      const start = row * columns;
      let sum = 0;
      for (let i = Math.max(1, window.from); i < window.tokens.length; i++) sum += losses[start + i - 1] ?? Number.NaN;
      scores.push(sum);
    }
  }
  run.dispose();
  return scores;
}
