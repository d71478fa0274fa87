/** Batches in which only a prompt's answer is trained on. */
import type { Batch } from "./train.ts";

/** A prompt, an answer to it, and how much each of the answer's tokens weighs in the loss. */
export type WeightedAnswer = { prompt: number[]; answer: number[]; weight: number };

/**
 * One row an example. Rows are padded to `columns` with token 0, which weighs nothing and, standing last, is seen by
 * no token that does.
 */
export function answerBatch(examples: WeightedAnswer[], columns: number): Batch {
  const rows = examples.length;
  const batch: Batch = {
    rows,
    columns,
    tokens: new Int32Array(rows * columns),
    targets: new Int32Array(rows * columns),
    weights: new Float32Array(rows * columns),
  };
  for (const [row, { prompt, answer, weight }] of examples.entries()) {
    const tokens = [...prompt, ...answer];
    if (tokens.length > columns + 1) throw new Error(`an example of ${tokens.length} tokens is too long`);
    const start = row * columns;
    batch.tokens.set(tokens.slice(0, -1), start);
    batch.targets.set(tokens.slice(1), start);
    batch.weights.fill(weight, start + prompt.length - 1, start + tokens.length - 1);
  }
  return batch;
}
