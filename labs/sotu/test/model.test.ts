/** The model, its gradients and its decoding, each against a slower or simpler way to the same numbers. */
import { init, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { Decoder } from "../model/decode.ts";
import {
  countWeights,
  emptyCache,
  type GptConfig,
  initialWeights,
  logits,
  logitsCached,
  placement,
  type Weights,
} from "../model/gpt.ts";
import { random } from "../model/random.ts";
import { loss, tokenLosses } from "../model/train.ts";
import { referenceLogits } from "./reference.ts";

beforeAll(() => init("wasm"));

const PLAIN: GptConfig = {
  vocabulary: 12,
  context: 8,
  width: 8,
  layers: 2,
  heads: 2,
  position: "learned",
  norm: "layernorm",
  activation: "gelu",
  qk_norm: false,
  tied: false,
  zero_init: false,
  logit_softcap: 0,
};
const MODERN: GptConfig = {
  ...PLAIN,
  position: "rotary",
  norm: "rmsnorm",
  activation: "swiglu",
  qk_norm: true,
  tied: true,
  logit_softcap: 15,
};
const MODELS: [string, GptConfig][] = [
  ["plain", PLAIN],
  ["modern", MODERN],
  ["squared ReLU", { ...PLAIN, activation: "relu2" }],
];

/** Weights large enough that every part of the model matters. */
function largeWeights(config: GptConfig): Weights {
  const rng = random("large");
  return tree.map(
    (weight: np.Array) => {
      const values = Float32Array.from({ length: weight.size }, () => 0.5 * rng.normal());
      return np.array(values, { shape: weight.shape });
    },
    initialWeights(config, "1"),
  );
}

function randomTokens(rows: number, columns: number, config: GptConfig): np.Array {
  const rng = random("tokens");
  const tokens = Int32Array.from({ length: rows * columns }, () => rng.below(config.vocabulary));
  return np.array(tokens, { shape: [rows, columns] });
}

/** The loss of a fixed batch as a function of the weights, which it leaves alone. */
function fixedLoss(config: GptConfig): (weights: Weights) => number {
  const tokens = randomTokens(2, 6, config);
  const share = np.array(new Float32Array(12).fill(1 / 12), { shape: [2, 6] });
  return (weights) => loss(tree.ref(weights), tokens.ref, tokens.ref, share.ref, config).item();
}

describe.each(MODELS)("%s", (_, config) => {
  test("gradients equal central differences", () => {
    const weights = largeWeights(config);
    const at = fixedLoss(config);
    const tokens = randomTokens(2, 6, config);
    const share = np.array(new Float32Array(12).fill(1 / 12), { shape: [2, 6] });
    const [value, gradients] = valueAndGrad((w: Weights) => loss(w, tokens.ref, tokens.ref, share.ref, config))(
      tree.ref(weights),
    );
    expect(value.item()).toBeCloseTo(at(weights), 5);
    for (const [name, weight] of Object.entries(weights)) {
      const gradient = Float32Array.from(gradients[name]?.dataSync() ?? []);
      // The steepest entry, which stands clearest of float32's rounding.
      const place = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best] ?? 0) ? i : best), 0);
      const moved = (by: number): number => {
        const values = Float32Array.from(weight.ref.dataSync());
        values[place] = (values[place] ?? 0) + by;
        return at({ ...weights, [name]: np.array(values, { shape: weight.shape }) });
      };
      const step = 1e-3;
      const difference = (moved(step) - moved(-step)) / (2 * step);
      expect(Math.abs((gradient[place] ?? 0) - difference), name).toBeLessThan(0.02 * Math.abs(difference) + 5e-4);
    }
  });

  test("logits equal those of plain loops", () => {
    const weights = largeWeights(config);
    const tokens = [3, 1, 4, 1, 5, 9];
    const values = Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [name, [...weight.ref.dataSync()]]),
    );
    const input = np.array(Int32Array.from(tokens), { shape: [1, 6] });
    expectClose(logits(weights, input, config).dataSync(), referenceLogits(values, tokens, config), 1e-3);
  });

  test("token losses are −log softmax of those logits", () => {
    const weights = largeWeights(config);
    const tokens = [3, 1, 4, 1];
    const targets = [1, 4, 1, 5];
    const as = (values: number[]): np.Array => np.array(Int32Array.from(values), { shape: [1, 4] });
    const whole = logits(tree.ref(weights), as(tokens), config).dataSync();
    const expected = targets.map((target, t) => {
      const row = [...whole.slice(t * config.vocabulary, (t + 1) * config.vocabulary)];
      return Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - (row[target] ?? 0);
    });
    expectClose(tokenLosses(weights, as(tokens), as(targets), config).dataSync(), expected, 1e-4);
  });

  test("jitted equals eager", () => {
    const weights = largeWeights(config);
    const tokens = randomTokens(2, 6, config);
    const eager = logits(tree.ref(weights), tokens.ref, config).dataSync();
    const jitted = jit((w: Weights, t: np.Array) => logits(w, t, config))(tree.ref(weights), tokens).dataSync();
    expectClose(jitted, eager, 1e-4);
  });

  test("no token sees a later one", () => {
    const weights = largeWeights(config);
    const first = logits(tree.ref(weights), np.array(Int32Array.from([1, 2, 3, 4]), { shape: [1, 4] }), config);
    const second = logits(weights, np.array(Int32Array.from([1, 2, 3, 9]), { shape: [1, 4] }), config);
    const [a, b] = [Float32Array.from(first.dataSync()), Float32Array.from(second.dataSync())];
    const seen = 3 * config.vocabulary;
    expectClose(a.subarray(0, seen), b.subarray(0, seen), 1e-5);
    expect(a.subarray(seen)).not.toEqual(b.subarray(seen));
  });

  test("logits through the cache equal logits of the whole", () => {
    const weights = largeWeights(config);
    const tokens = Int32Array.from([3, 1, 4, 1, 5, 9]);
    const whole = logits(tree.ref(weights), np.array(tokens, { shape: [1, 6] }), config).dataSync();
    let cache = emptyCache(1, 6, config);
    const parts: number[] = [];
    for (const [start, length] of [
      [0, 3],
      [3, 1],
      [4, 2],
    ] as const) {
      const piece = np.array(tokens.slice(start, start + length), { shape: [1, length] });
      const read = logitsCached(tree.ref(weights), piece, placement(start, length, 6, config), cache, config);
      parts.push(...read.logits.dataSync());
      cache = read.cache;
    }
    expectClose(parts, whole, 1e-4);
  });

  test("greedy decoding with the cache equals decoding without", () => {
    const weights = largeWeights(config);
    const prompts = [
      [1, 2, 3],
      [7, 8, 9],
    ];
    const cached = new Decoder(config).sample(weights, prompts, 2, 4, null);
    const naive = prompts.flatMap((prompt) => {
      const tokens = [...prompt];
      while (tokens.length < 7) {
        const input = np.array(Int32Array.from(tokens), { shape: [1, tokens.length] });
        const scores = logits(tree.ref(weights), input, config).dataSync().slice(-config.vocabulary);
        tokens.push(scores.indexOf(Math.max(...scores)));
      }
      return [tokens.slice(3), tokens.slice(3)];
    });
    expect(cached).toEqual(naive);
  });
});

test("the number of weights is what the shapes add up to", () => {
  const held = Object.values(initialWeights(PLAIN, "1")).reduce((sum, weight) => sum + weight.size, 0);
  expect(countWeights(PLAIN)).toBe(held);
  // Embedding, head and positions; per block four squares, two feed-forward matrices, two norms; a last norm.
  expect(held).toBe(2 * 12 * 8 + 8 * 8 + 2 * (4 * 64 + 2 * 8 * 32 + 4 * 8) + 2 * 8);
});

test("sampling follows the model's probabilities", () => {
  // With all other weights at zero the final bias and the head alone make the logits: (2, 0, 0, …).
  const weights = tree.map((weight: np.Array) => np.zeros(weight.shape), initialWeights(PLAIN, "1"));
  const bias = Float32Array.from({ length: 8 }, (_, i) => (i === 0 ? 2 : 0));
  const head = Float32Array.from({ length: 8 * 12 }, (_, i) => (i === 0 ? 1 : 0));
  const model = {
    ...weights,
    "final_norm.bias": np.array(bias, { shape: [8] }),
    head: np.array(head, { shape: [8, 12] }),
  };
  const draws = new Decoder(PLAIN).sample(model, [[1]], 4000, 1, random("draws")).flat();
  const share = draws.filter((token) => token === 0).length / draws.length;
  expect(Math.abs(share - Math.exp(2) / (Math.exp(2) + 11))).toBeLessThan(0.025);
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0)), `entry ${i}`).toBeLessThan(tolerance);
  }
}
