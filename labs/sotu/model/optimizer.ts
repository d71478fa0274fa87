/**
 * AdamW (Loshchilov and Hutter 2019, 1711.05101) and Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon),
 * as functions of arrays that run inside a jitted step.
 *
 * Everything that changes from step to step comes in as a scalar array, so that a step is compiled once.
 */
import { numpy as np } from "@jax-js/jax";
import type { Weights } from "./gpt.ts";

/** The fixed settings of an optimizer. */
export type OptimizerConfig = {
  /** `muon` orthogonalises the momentum of the matrices inside blocks; the rest stays with AdamW. */
  optimizer: "adamw" | "muon";
  beta1: number;
  beta2: number;
  weight_decay: number;
  /** The largest global norm of a gradient; longer ones are scaled down to it. 0 turns clipping off. */
  clip: number;
  /** Muon's learning rate for block matrices, as a multiple of AdamW's. */
  muon_scale: number;
};

/** First moments, second moments, by weight; a matrix under Muon has only a first moment (its momentum). */
export type OptimizerState = { first: Weights; second: Weights };

/** What changes from step to step: the learning rate and Adam's bias corrections, scalar arrays. */
export type StepScalars = { rate: np.Array; correct1: np.Array; correct2: np.Array };

const EPSILON = 1e-8;
const MUON_MOMENTUM = 0.95;

/** All moments zero. */
export function initialState(weights: Weights, config: OptimizerConfig): OptimizerState {
  const state: OptimizerState = { first: {}, second: {} };
  for (const [name, weight] of Object.entries(weights)) {
    state.first[name] = np.zeros(weight.shape);
    if (!usesMuon(name, weight.shape, config)) state.second[name] = np.zeros(weight.shape);
  }
  return state;
}

/** The scalars of step `step` (from 1) at learning rate `rate`. */
export function stepScalars(step: number, rate: number, config: OptimizerConfig): StepScalars {
  const scalar = (value: number): np.Array => np.array(new Float32Array([value]), { shape: [] });
  return {
    rate: scalar(rate),
    correct1: scalar(1 / (1 - config.beta1 ** step)),
    correct2: scalar(1 / (1 - config.beta2 ** step)),
  };
}

/** One update. Consumes every array it is given; returns the new weights and state. */
export function update(
  weights: Weights,
  gradients: Weights,
  state: OptimizerState,
  scalars: StepScalars,
  config: OptimizerConfig,
): { weights: Weights; state: OptimizerState } {
  const scale = config.clip > 0 ? clipScale(gradients, config.clip) : null;
  const next: { weights: Weights; state: OptimizerState } = { weights: {}, state: { first: {}, second: {} } };
  for (const [name, weight] of Object.entries(weights)) {
    const raw = pick(gradients, name);
    const gradient = scale === null ? raw : raw.mul(scale.ref);
    const first = pick(state.first, name);
    // Vectors (gains, biases) are not decayed, as is usual.
    const decay = weight.shape.length > 1 ? config.weight_decay : 0;
    if (usesMuon(name, weight.shape, config)) {
      const momentum = first.mul(MUON_MOMENTUM).add(gradient.ref);
      const nesterov = gradient.add(momentum.ref.mul(MUON_MOMENTUM));
      const [rows = 1, columns = 1] = weight.shape;
      // Makes the update's size that of a matrix whose entries are about `muon_scale`, whatever its shape.
      const size = config.muon_scale * Math.sqrt(Math.max(1, columns / rows));
      const direction = orthogonalise(nesterov).mul(size).add(weight.ref.mul(decay));
      next.weights[name] = weight.sub(direction.mul(scalars.rate.ref));
      next.state.first[name] = momentum;
    } else {
      const mean = first.mul(config.beta1).add(gradient.ref.mul(1 - config.beta1));
      const square = pick(state.second, name)
        .mul(config.beta2)
        .add(np.square(gradient).mul(1 - config.beta2));
      const root = np.sqrt(square.ref.mul(scalars.correct2.ref)).add(EPSILON);
      const direction = mean.ref.mul(scalars.correct1.ref).div(root).add(weight.ref.mul(decay));
      next.weights[name] = weight.sub(direction.mul(scalars.rate.ref));
      next.state.first[name] = mean;
      next.state.second[name] = square;
    }
  }
  scale?.dispose();
  for (const scalar of Object.values(scalars)) scalar.dispose();
  return next;
}

/**
 * The orthogonal matrix nearest to `matrix` [m, n] in direction, approximately: five steps of the quintic
 * Newton–Schulz iteration X ← aX + (bA + cA²)X, A = XXᵀ, with Jordan's coefficients, which leave the singular values
 * between about 0.7 and 1.2. Works on the wide orientation, where A is the smaller. Consumes `matrix`.
 */
export function orthogonalise(matrix: np.Array): np.Array {
  const [rows = 1, columns = 1] = matrix.shape;
  const tall = rows > columns;
  const norm = np.sqrt(np.sum(np.square(matrix.ref))).add(1e-7);
  let x = matrix.div(norm);
  if (tall) x = x.transpose();
  for (let i = 0; i < 5; i++) {
    const a = np.matmul(x.ref, x.ref.transpose());
    const b = a.ref.mul(-4.775).add(np.matmul(a.ref, a).mul(2.0315));
    x = x.ref.mul(3.4445).add(np.matmul(b, x));
  }
  return tall ? x.transpose() : x;
}

/** The factor that brings the gradients' global norm down to `limit` (Pascanu et al. 2013, 1211.5063). */
function clipScale(gradients: Weights, limit: number): np.Array {
  const squares = Object.values(gradients).map((gradient) => np.sum(np.square(gradient.ref)));
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  return np.minimum(np.array(1), np.reciprocal(norm.add(1e-6)).mul(limit));
}

function usesMuon(name: string, shape: number[], config: OptimizerConfig): boolean {
  return config.optimizer === "muon" && name.startsWith("block") && shape.length === 2;
}

function pick(tree: Weights, name: string): np.Array {
  const array = tree[name];
  if (array === undefined) throw new Error(`no array for the weight "${name}"`);
  return array;
}
