/**
 * A decoder-only transformer (Vaswani et al. 2017, 1706.03762; the pre-norm layout of GPT-2, Radford et al. 2019),
 * small enough to train on one CPU core.
 *
 * Notation of the shape comments: B sequences, T positions, V tokens in the vocabulary, D width, H heads,
 * K = D / H a head's width, F the feed-forward width.
 *
 * Arrays are reference counted: a function consumes its array arguments, and `.ref` keeps one for another use.
 */
import { nn, numpy as np, tree } from "@jax-js/jax";
import { type Random, random } from "./random.ts";

/** What a model is, beside its weights. */
export type GptConfig = {
  vocabulary: number;
  /** The longest sequence in tokens. */
  context: number;
  width: number;
  layers: number;
  heads: number;
  /** `learned`: a table added to the embedding. `rotary`: Su et al. 2021, 2104.09864. */
  position: "learned" | "rotary";
  /** `layernorm`: Ba et al. 2016, 1607.06450. `rmsnorm`: Zhang and Sennrich 2019, 1910.07467. */
  norm: "layernorm" | "rmsnorm";
  /** `gelu`: 1606.08415. `relu2`: So et al. 2021, 2109.08668. `swiglu`: Shazeer 2020, 2002.05202. */
  activation: "gelu" | "relu2" | "swiglu";
  /** Normalise queries and keys in each head (Henry et al. 2020, 2010.04245). */
  qk_norm: boolean;
  /** Read the output logits from the embedding table (Press and Wolf 2017, 1608.05859). */
  tied: boolean;
  /** Start the projections that end each residual branch at zero (Zhang et al. 2019, Fixup, 1901.09321). */
  zero_init: boolean;
  /** Squash logits to (-c, c) by c tanh(x / c) (Gemma 2, 2408.00118); 0 leaves them alone. */
  logit_softcap: number;
};

/** Weights by name, such as `block0.query`. A type alias, as jax-js asks of trees. */
export type Weights = { [name: string]: np.Array };

/**
 * Where T new tokens stand among S slots, as arrays, so that a compiled step serves every position:
 * `mask` [T, S] is added to attention scores, row t of `place` [T, S] has its 1 at token t's slot, `cos` and `sin`
 * [T, K] are the rotary angles (absent with learned positions).
 */
export type Placement = { [part: string]: np.Array };

/** Keys and values of the tokens seen so far, `key0`, `value0`, `key1`, … : float32 [B, H, S, K], zero in free slots. */
export type Cache = { [part: string]: np.Array };

const EPSILON = 1e-5;
/** Added to the scores of positions that must not be seen; finite, so that no row can become NaN. */
const HIDDEN = -1e9;

/** The feed-forward width: 4 D, or for SwiGLU's three matrices the multiple of 16 that costs about as much. */
export function feedForwardWidth(config: GptConfig): number {
  return config.activation === "swiglu" ? Math.round((config.width * 8) / 3 / 16) * 16 : config.width * 4;
}

/** Every weight's name and shape, in the order in which they are initialised and saved. */
export function weightShapes(config: GptConfig): Map<string, number[]> {
  const { vocabulary, context, width } = config;
  const hidden = feedForwardWidth(config);
  const shapes = new Map<string, number[]>([["embedding", [vocabulary, width]]]);
  const norm = (name: string): void => {
    shapes.set(`${name}.gain`, [width]);
    if (config.norm === "layernorm") shapes.set(`${name}.bias`, [width]);
  };
  if (config.position === "learned") shapes.set("position", [context, width]);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `block${layer}`;
    norm(`${block}.attention_norm`);
    for (const part of ["query", "key", "value", "output"]) shapes.set(`${block}.${part}`, [width, width]);
    norm(`${block}.feed_forward_norm`);
    if (config.activation === "swiglu") shapes.set(`${block}.gate`, [width, hidden]);
    shapes.set(`${block}.up`, [width, hidden]);
    shapes.set(`${block}.down`, [hidden, width]);
  }
  norm("final_norm");
  if (!config.tied) shapes.set("head", [width, vocabulary]);
  return shapes;
}

/** The number of weights. */
export function countWeights(config: GptConfig): number {
  return weightShapes(config)
    .values()
    .reduce((sum, shape) => sum + size(shape), 0);
}

/**
 * Draws initial weights as GPT-2 does: N(0, 0.02), the residual projections divided by sqrt(2 · layers), gains 1,
 * biases 0; but what the logits are read from has deviation 1 / sqrt(D), without which training lingers at the letters' frequencies
 * for a number of steps that depends on the seed. Each weight has a stream of its own, so that two models under one seed share every weight they have in
 * common.
 */
export function initialWeights(config: GptConfig, seed: string): Weights {
  const weights: Weights = {};
  for (const [name, shape] of weightShapes(config)) {
    const rng = random(`${seed}/${name}`);
    weights[name] = np.array(initialValues(name, size(shape), config, rng), { shape });
  }
  return weights;
}

function initialValues(name: string, count: number, config: GptConfig, rng: Random): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  if (name.endsWith(".bias")) return values;
  if (name.endsWith(".gain")) return values.fill(1);
  const endsBranch = name.endsWith(".output") || name.endsWith(".down");
  if (endsBranch && config.zero_init) return values;
  let deviation = 0.02;
  if (endsBranch) deviation /= Math.sqrt(2 * config.layers);
  if (name === "head" || (name === "embedding" && config.tied)) deviation = 1 / Math.sqrt(config.width);
  for (let i = 0; i < count; i++) values[i] = deviation * rng.normal();
  return values;
}

/**
 * Next-token logits of whole sequences.
 *
 * @param weights as made by {@link initialWeights}; consumed
 * @param tokens int32 [B, T], T ≤ context; consumed
 * @returns float32 [B, T, V]
 */
export function logits(weights: Weights, tokens: np.Array, config: GptConfig): np.Array {
  const [, length = 0] = tokens.shape;
  return forward(weights, tokens, placement(0, length, length, config), null, config);
}

/**
 * Next-token logits of tokens that continue the sequences in `cache`, and the cache with those tokens in it.
 *
 * @param weights consumed, as are all arrays
 * @param tokens int32 [B, T]
 * @param place where the tokens stand among the cache's S slots, from {@link placement}
 * @returns float32 [B, T, V]
 */
export function logitsCached(
  weights: Weights,
  tokens: np.Array,
  place: Placement,
  cache: Cache,
  config: GptConfig,
): { logits: np.Array; cache: Cache } {
  const grown: Cache = { ...cache };
  return { logits: forward(weights, tokens, place, grown, config), cache: grown };
}

/** An empty cache of `slots` slots for `rows` sequences. */
export function emptyCache(rows: number, slots: number, config: GptConfig): Cache {
  const shape = [rows, config.heads, slots, config.width / config.heads];
  const parts = Array.from({ length: config.layers }, (_, layer) => [`key${layer}`, `value${layer}`]).flat();
  return Object.fromEntries(parts.map((part) => [part, np.zeros(shape)]));
}

/** The placement of `length` tokens in slots start, start + 1, … of `slots`. */
export function placement(start: number, length: number, slots: number, config: GptConfig): Placement {
  const mask = new Float32Array(length * slots);
  const place = new Float32Array(length * slots);
  for (let t = 0; t < length; t++) {
    mask.fill(HIDDEN, t * slots + start + t + 1, (t + 1) * slots);
    place[t * slots + start + t] = 1;
  }
  const placed: Placement = {
    mask: np.array(mask, { shape: [length, slots] }),
    place: np.array(place, { shape: [length, slots] }),
  };
  if (config.position === "learned") return placed;
  const headWidth = config.width / config.heads;
  const cos = new Float32Array(length * headWidth);
  const sin = new Float32Array(length * headWidth);
  for (let i = 0; i < cos.length; i++) {
    const frequency = 10_000 ** ((-2 * (i % (headWidth / 2))) / headWidth);
    const angle = (start + Math.floor(i / headWidth)) * frequency;
    cos[i] = Math.cos(angle);
    sin[i] = Math.sin(angle);
  }
  return {
    ...placed,
    cos: np.array(cos, { shape: [length, headWidth] }),
    sin: np.array(sin, { shape: [length, headWidth] }),
  };
}

/** The model. Without a cache the tokens attend to one another alone; a cache is filled in place. */
function forward(
  weights: Weights,
  tokens: np.Array,
  place: Placement,
  cache: Cache | null,
  config: GptConfig,
): np.Array {
  const take = (name: string): np.Array => pick(weights, name).ref;
  const [batch = 0, length = 0] = tokens.shape;
  const rows = batch * length;
  let x = embed(tokens.reshape([rows]), take("embedding"), config.vocabulary);
  if (config.position === "learned") {
    const [, slots = 0] = pick(place, "place").shape;
    const table = np.matmul(pick(place, "place").ref, take("position").slice([0, slots]));
    x = x.reshape([batch, length, config.width]).add(table).reshape([rows, config.width]);
  }
  for (let layer = 0; layer < config.layers; layer++) {
    const block = (name: string): np.Array => take(`block${layer}.${name}`);
    const normed = normalise(x.ref, "attention_norm", block, config);
    x = x.add(attention(normed, batch, length, place, cache, layer, block, config));
    x = x.ref.add(feedForward(normalise(x, "feed_forward_norm", block, config), block, config));
  }
  x = normalise(x, "final_norm", take, config);
  let out = np.matmul(x, config.tied ? take("embedding").transpose() : take("head"));
  if (config.logit_softcap > 0) out = np.tanh(out.mul(1 / config.logit_softcap)).mul(config.logit_softcap);
  tree.dispose(weights);
  tree.dispose(place);
  return out.reshape([batch, length, config.vocabulary]);
}

/**
 * The embeddings of tokens [N], as [N, D].
 *
 * One-hot products and not a gather: jax-js has no gradient of a gather inside a jitted step. Two products, each over
 * half of the vocabulary, because the gradient that comes back then has two readers and is kept as an array: with one,
 * jax-js fuses the first normalisation's gradient into the product, computes it once per entry of the table, and the
 * kernel is ten times slower.
 */
function embed(tokens: np.Array, table: np.Array, vocabulary: number): np.Array {
  const onehots = np.split(nn.oneHot(tokens, vocabulary), 2, -1);
  const tables = np.split(table, 2, 0);
  const products = onehots.map((onehot, half) => np.matmul(onehot, tables[half] ?? 0));
  return products.reduce((sum, product) => sum.add(product));
}

/** Layer or RMS normalisation of each row of x [N, D], with the learned gain (and bias) called `name`. */
function normalise(x: np.Array, name: string, take: (name: string) => np.Array, config: GptConfig): np.Array {
  if (config.norm === "rmsnorm") return rms(x).mul(take(`${name}.gain`));
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  return rms(centred)
    .mul(take(`${name}.gain`))
    .add(take(`${name}.bias`));
}

/** x divided by the root mean square over its last axis. */
function rms(x: np.Array): np.Array {
  const scale = np.reciprocal(np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(EPSILON)));
  return x.mul(scale);
}

/** Causal self-attention of x [B·T, D]; returns [B·T, D]. Reads and fills the layer's part of the cache. */
function attention(
  x: np.Array,
  batch: number,
  length: number,
  place: Placement,
  cache: Cache | null,
  layer: number,
  take: (name: string) => np.Array,
  config: GptConfig,
): np.Array {
  const { heads, width } = config;
  const headWidth = width / heads;
  // [B·T, D] → [B, H, T, K]
  const project = (name: string, input: np.Array): np.Array =>
    np.matmul(input, take(name)).reshape([batch, length, heads, headWidth]).transpose([0, 2, 1, 3]);
  const locate = (input: np.Array): np.Array => {
    const normed = config.qk_norm ? rms(input) : input;
    return config.position === "rotary" ? rotate(normed, place) : normed;
  };
  const query = locate(project("query", x.ref));
  let key = locate(project("key", x.ref));
  let value = project("value", x);
  if (cache !== null) {
    // Placeᵀ · input puts each token in its slot; free slots hold zeros, so adding is writing. The product of a
    // matrix with a stack comes out as [S, B, H, K].
    const store = (part: string, input: np.Array): np.Array => {
      const placed = np.matmul(pick(place, "place").ref.transpose(), input).transpose([1, 2, 0, 3]);
      const stored = pick(cache, part).add(placed);
      cache[part] = stored;
      return stored.ref;
    };
    key = store(`key${layer}`, key);
    value = store(`value${layer}`, value);
  }
  const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(headWidth));
  const attended = nn.softmax(scores.add(pick(place, "mask").ref), -1);
  const mixed = np
    .matmul(attended, value)
    .transpose([0, 2, 1, 3])
    .reshape([batch * length, width]);
  return np.matmul(mixed, take("output"));
}

/** Rotary positions: (x1, x2) → (x1 cos − x2 sin, x2 cos + x1 sin), x1 and x2 the halves of each head. */
function rotate(x: np.Array, place: Placement): np.Array {
  const headWidth = x.shape.at(-1) ?? 0;
  // x @ turn = (−x2, x1): a product, because cutting and joining halves costs more here than multiplying.
  const turn = new Float32Array(headWidth * headWidth);
  const half = headWidth / 2;
  for (let k = 0; k < half; k++) {
    turn[(k + half) * headWidth + k] = -1;
    turn[k * headWidth + k + half] = 1;
  }
  const turned = np.matmul(x.ref, np.array(turn, { shape: [headWidth, headWidth] }));
  return x.mul(pick(place, "cos").ref).add(turned.mul(pick(place, "sin").ref));
}

function feedForward(x: np.Array, take: (name: string) => np.Array, config: GptConfig): np.Array {
  if (config.activation === "swiglu") {
    const gate = nn.silu(np.matmul(x.ref, take("gate")));
    return np.matmul(gate.mul(np.matmul(x, take("up"))), take("down"));
  }
  const up = np.matmul(x, take("up"));
  const active = config.activation === "relu2" ? np.square(nn.relu(up)) : nn.gelu(up, { approximate: true });
  return np.matmul(active, take("down"));
}

function pick(arrays: { [name: string]: np.Array }, name: string): np.Array {
  const array = arrays[name];
  if (array === undefined) throw new Error(`the model has no array "${name}"`);
  return array;
}

function size(shape: number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
