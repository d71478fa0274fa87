/** Optimizers, schedules, advantages and batches against closed forms. */
import { init, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { answerBatch } from "../model/answers.ts";
import { advantages } from "../model/grpo.ts";
import { initialState, type OptimizerConfig, orthogonalise, stepScalars, update } from "../model/optimizer.ts";
import { random } from "../model/random.ts";
import { rateAt } from "../model/schedule.ts";

beforeAll(() => init("wasm"));

const ADAMW: OptimizerConfig = {
  optimizer: "adamw",
  beta1: 0.9,
  beta2: 0.95,
  weight_decay: 0.1,
  clip: 0,
  muon_scale: 10,
};

describe("AdamW", () => {
  test("two steps equal the paper's recursion", () => {
    let weights = { matrix: np.array([[1, -2]]), vector: np.array([3]) };
    let state = initialState(weights, ADAMW);
    const gradients = [
      [0.5, -1, 2],
      [-0.25, 3, 1],
    ];
    for (const [i, [a = 0, b = 0, c = 0]] of gradients.entries()) {
      const gradient = { matrix: np.array([[a, b]]), vector: np.array([c]) };
      const next = update(weights, gradient, state, stepScalars(i + 1, 0.1, ADAMW), ADAMW);
      weights = { matrix: entry(next.weights, "matrix"), vector: entry(next.weights, "vector") };
      state = next.state;
    }
    const series = (k: number): number[] => gradients.map((gradient) => gradient[k] ?? 0);
    const [x = 0, y = 0] = weights.matrix.dataSync();
    expect(x).toBeCloseTo(reference(1, series(0), 0.1), 5);
    expect(y).toBeCloseTo(reference(-2, series(1), 0.1), 5);
    // A vector is not decayed.
    expect(weights.vector.dataSync()[0]).toBeCloseTo(reference(3, series(2), 0), 5);
  });

  /** AdamW by hand, at rate 0.1. */
  function reference(start: number, gradients: number[], decay: number): number {
    let [weight, m, v] = [start, 0, 0];
    for (const [i, g] of gradients.entries()) {
      m = 0.9 * m + 0.1 * g;
      v = 0.95 * v + 0.05 * g * g;
      const [mean, square] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.95 ** (i + 1))];
      weight -= 0.1 * (mean / (Math.sqrt(square) + 1e-8) + decay * weight);
    }
    return weight;
  }
});

test("clipping scales all gradients to the limit together, and only down", () => {
  const config = { ...ADAMW, clip: 1, weight_decay: 0 };
  const moments = (gradient: number[]): number[] => {
    const weights = { vector: np.zeros([2]) };
    const next = update(
      weights,
      { vector: np.array(gradient) },
      initialState(weights, config),
      stepScalars(1, 0.1, config),
      config,
    );
    return [...entry(next.state.first, "vector").dataSync()].map((moment) => moment / 0.1);
  };
  const [a = 0, b = 0] = moments([3, 4]);
  expect(a).toBeCloseTo(0.6, 4);
  expect(b).toBeCloseTo(0.8, 4);
  expect(moments([0.3, 0.4])[1]).toBeCloseTo(0.4, 5);
});

test.each([
  [6, 6],
  [4, 10],
  [10, 4],
])("Muon's direction for %i × %i is nearly orthogonal and points the gradient's way", (rows, columns) => {
  const rng = random("muon");
  const values = Float32Array.from({ length: rows * columns }, () => rng.normal());
  const matrix = np.array(values, { shape: [rows, columns] });
  const direction = orthogonalise(matrix.ref);
  const gram =
    rows > columns
      ? np.matmul(direction.ref.transpose(), direction.ref)
      : np.matmul(direction.ref, direction.ref.transpose());
  const side = Math.min(rows, columns);
  for (const [i, product] of gram.dataSync().entries()) {
    const diagonal = i % (side + 1) === 0;
    // Jordan's coefficients leave singular values between about 0.7 and 1.2.
    expect(Math.abs(product - (diagonal ? 1 : 0))).toBeLessThan(0.55);
  }
  expect(np.sum(matrix.mul(direction)).item()).toBeGreaterThan(0);
});

test("schedules rise, stay and fall", () => {
  const wsd = { schedule: "wsd", warmup: 4, decay: 0.4, steps: 100 } as const;
  expect([0, 3, 4, 59].map((step) => rateAt(step, wsd))).toEqual([0.2, 0.8, 1, 1]);
  expect(rateAt(80, wsd)).toBeCloseTo(0.5);
  expect(rateAt(99, wsd)).toBeCloseTo(1 / 40);
  expect(rateAt(99, { ...wsd, schedule: "constant" })).toBe(1);
});

describe("advantages", () => {
  test("equal (r − mean) / sd within each group", () => {
    const [a = 0, b = 0, c = 0, d = 0] = advantages([1, 0, 0, 0, 5, 5, 5, 5], 4, "deviation");
    const sd = Math.sqrt(3) / 4;
    expect(a).toBeCloseTo(0.75 / sd, 2);
    for (const other of [b, c, d]) expect(other).toBeCloseTo(-0.25 / sd, 2);
  });

  test("a group rewarded alike teaches nothing", () => {
    expect(advantages([2, 2, 2, 2], 4, "deviation")).toEqual([0, 0, 0, 0]);
  });

  test("without the division they are centred rewards", () => {
    expect(advantages([1, 0, 3, 1], 2, "none")).toEqual([0.5, -0.5, 1, -1]);
  });
});

test("an answer's batch weighs the answer's tokens and no other", () => {
  const batch = answerBatch([{ prompt: [5, 6, 7], answer: [8, 9], weight: 0.5 }], 6);
  expect([...batch.tokens]).toEqual([5, 6, 7, 8, 0, 0]);
  expect([...batch.targets]).toEqual([6, 7, 8, 9, 0, 0]);
  expect([...batch.weights]).toEqual([0, 0, 0.5, 0.5, 0, 0]);
  expect(() => answerBatch([{ prompt: [1, 2], answer: [3], weight: 1 }], 1)).toThrow("too long");
});

function entry(tree: { [name: string]: np.Array }, name: string): np.Array {
  const array = tree[name];
  if (array === undefined) throw new Error(`nothing is called ${name}`);
  return array;
}
