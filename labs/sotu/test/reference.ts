/** The model once more, in plain loops over numbers and written from the papers: slow, and plain to see. */
import { feedForwardWidth, type GptConfig } from "../model/gpt.ts";

type Matrix = number[][];

/** Logits of one sequence, position by position; weights in row-major order. */
export function referenceLogits(weights: Record<string, number[]>, tokens: number[], config: GptConfig): number[] {
  const { width, heads } = config;
  const matrix = (name: string, columns: number): Matrix => rowsOf(weights[name] ?? [], columns);
  const norm = (x: number[], name: string): number[] => {
    const mean = config.norm === "layernorm" ? average(x) : 0;
    const centred = x.map((value) => value - mean);
    return unit(centred).map(
      (value, i) => value * (weights[`${name}.gain`]?.[i] ?? 0) + (weights[`${name}.bias`]?.[i] ?? 0),
    );
  };
  const embedding = matrix("embedding", width);
  let x = tokens.map((token, t) => add(embedding[token] ?? [], matrix("position", width)[t] ?? Array(width).fill(0)));
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `block${layer}`;
    const normed = x.map((row) => norm(row, `${block}.attention_norm`));
    const project = (part: string): Matrix => normed.map((row) => times(row, matrix(`${block}.${part}`, width)));
    const head = (row: number[], h: number): number[] => row.slice((h * width) / heads, ((h + 1) * width) / heads);
    const place = (row: number[], t: number): number[] => {
      const made = config.qk_norm ? unit(row) : row;
      return config.position === "rotary" ? turn(made, t) : made;
    };
    const [queries, keys, values] = [project("query"), project("key"), project("value")];
    const mixed = queries.map((query, t) =>
      Array.from({ length: heads }, (_, h) => {
        const seen = Array.from({ length: t + 1 }, (_, s) => s);
        const q = place(head(query, h), t);
        const scores = seen.map((s) => dot(q, place(head(keys[s] ?? [], h), s)) / Math.sqrt(width / heads));
        const odds = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const total = odds.reduce((sum, odd) => sum + odd, 0);
        return seen.map((s) => head(values[s] ?? [], h).map((value) => (value * (odds[s] ?? 0)) / total)).reduce(add);
      }).flat(),
    );
    x = x.map((row, t) => add(row, times(mixed[t] ?? [], matrix(`${block}.output`, width))));
    x = x.map((row) => {
      const hidden = feedForwardWidth(config);
      const input = norm(row, `${block}.feed_forward_norm`);
      const up = times(input, matrix(`${block}.up`, hidden));
      const gate = config.activation === "swiglu" ? times(input, matrix(`${block}.gate`, hidden)) : up;
      const active = up.map((value, i) => value * (ACTIVATIONS[config.activation]?.(gate[i] ?? 0) ?? 0));
      return add(row, times(active, matrix(`${block}.down`, width)));
    });
  }
  return x.flatMap((row) => {
    const last = norm(row, "final_norm");
    const out = config.tied
      ? embedding.map((token) => dot(token, last))
      : times(last, matrix("head", config.vocabulary));
    const cap = config.logit_softcap;
    return cap > 0 ? out.map((value) => cap * Math.tanh(value / cap)) : out;
  });
}

/** Each activation f as f(x) / x, by which the value, or SwiGLU's other branch, is multiplied. */
const ACTIVATIONS: Record<string, (x: number) => number> = {
  gelu: (x) => 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu2: (x) => Math.max(0, x),
  swiglu: (x) => x / (1 + Math.exp(-x)),
};

/** Turns the pair (x_k, x_{k + K/2}) by t · 10000^(−2k/K), as a complex product. */
function turn(row: number[], t: number): number[] {
  const half = row.length / 2;
  const out = [...row];
  for (let k = 0; k < half; k++) {
    const angle = t * 10_000 ** (-k / half);
    const [real, imaginary] = [row[k] ?? 0, row[k + half] ?? 0];
    out[k] = real * Math.cos(angle) - imaginary * Math.sin(angle);
    out[k + half] = real * Math.sin(angle) + imaginary * Math.cos(angle);
  }
  return out;
}

function unit(x: number[]): number[] {
  const scale = Math.sqrt(average(x.map((value) => value ** 2)) + 1e-5);
  return x.map((value) => value / scale);
}

function average(x: number[]): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function add(a: number[], b: number[]): number[] {
  return a.map((value, i) => value + (b[i] ?? 0));
}

function times(row: number[], matrix: Matrix): number[] {
  return matrix.map((weights, i) => weights.map((weight) => weight * (row[i] ?? 0))).reduce(add);
}

function rowsOf(values: number[], columns: number): Matrix {
  return Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
}
