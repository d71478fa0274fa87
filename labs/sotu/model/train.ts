/**
 * One optimisation step for every stage that trains: weighted next-token cross-entropy.
 *
 * The loss is L = Σ_bt w_bt · (−log p(target_bt | tokens_b,≤t)). Pretraining weighs every token 1/(B·T), supervised
 * tuning only the answer's tokens, and policy gradients weigh a sampled answer by its advantage.
 */
import { jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { type GptConfig, logits, type Weights } from "./gpt.ts";
import { initialState, type OptimizerConfig, type OptimizerState, stepScalars, update } from "./optimizer.ts";

/** A batch in row-major order; each array has `rows · columns` entries. */
export type Batch = {
  rows: number;
  columns: number;
  tokens: Int32Array<ArrayBuffer>;
  targets: Int32Array<ArrayBuffer>;
  weights: Float32Array<ArrayBuffer>;
};

/** −log p(target | tokens so far) in nats, float32 [B, T]. Consumes its arguments. */
export function tokenLosses(weights: Weights, tokens: np.Array, targets: np.Array, config: GptConfig): np.Array {
  const scores = logits(weights, tokens, config);
  const chosen = np.sum(scores.ref.mul(nn.oneHot(targets, config.vocabulary)), -1);
  return nn.logsumexp(scores, -1).sub(chosen);
}

/** The loss above, a scalar array. Consumes its arguments. */
export function loss(
  weights: Weights,
  tokens: np.Array,
  targets: np.Array,
  tokenWeights: np.Array,
  config: GptConfig,
): np.Array {
  return np.sum(tokenLosses(weights, tokens, targets, config).mul(tokenWeights));
}

/** Holds the weights and the optimizer's state, and updates them batch by batch. */
export class Trainer {
  #weights: Weights;
  #state: OptimizerState;
  #steps = 0;
  readonly #config: OptimizerConfig;
  readonly #step;

  /** Takes ownership of `weights`. */
  constructor(weights: Weights, model: GptConfig, config: OptimizerConfig) {
    this.#weights = weights;
    this.#state = initialState(weights, config);
    this.#config = config;
    this.#step = jit(
      (
        current: Weights,
        state: OptimizerState,
        scalars: ReturnType<typeof stepScalars>,
        tokens: np.Array,
        targets: np.Array,
        tokenWeights: np.Array,
      ) => {
        const objective = (w: Weights): np.Array => loss(w, tokens, targets, tokenWeights, model);
        const [value, gradients] = valueAndGrad(objective)(tree.ref(current));
        return { value, ...update(current, gradients, state, scalars, config) };
      },
    );
  }

  /** Takes one step and returns the loss before it. */
  step(batch: Batch, rate: number): number {
    const shape = [batch.rows, batch.columns];
    const result = this.#step(
      this.#weights,
      this.#state,
      stepScalars(++this.#steps, rate, this.#config),
      np.array(batch.tokens, { shape }),
      np.array(batch.targets, { shape }),
      np.array(batch.weights, { shape }),
    );
    this.#weights = result.weights;
    this.#state = result.state;
    return result.value.item();
  }

  /** The current weights; the trainer keeps owning them, so take a reference to use them in a computation. */
  get weights(): Weights {
    return this.#weights;
  }
}
