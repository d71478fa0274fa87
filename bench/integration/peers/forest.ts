/**
 * A random regression forest over combinations.
 *
 * Notation: T trees, each of a bootstrap of the n rows `(x_i, y_i)`. A node splits the levels of one factor in two: the levels
 * present are put in order of their mean y, and of the cuts of that order the one with the least squared error is taken
 * (Breiman et al. 1984, which is the best of all 2^(k−1) partitions). Of a random part of the factors the best split wins.
 * A leaf keeps the mean and variance of its rows. `mean(x)` averages the trees' leaf means, `var(x)` is the mean of their
 * leaf variances plus the variance of their leaf means (Hutter, Xu, Hoos & Leyton-Brown 2014).
 */
import type { Rng } from "../../../src/base/rng.ts";
import type { Combination } from "../../../src/contribution/contribution.ts";
import { at } from "../../../src/math/vector.ts";

type Node =
  | { readonly kind: "leaf"; readonly mean: number; readonly variance: number }
  | {
      readonly kind: "split";
      readonly factor: number;
      /** By level: 1 goes left. A level that no row here had goes where more rows went. */
      readonly goesLeft: Uint8Array;
      readonly left: Node;
      readonly right: Node;
    };

export interface Forest {
  readonly trees: readonly Node[];
}

export interface ForestRows {
  readonly levels: readonly number[];
  readonly x: readonly Combination[];
  readonly y: Float64Array;
}

const trees = 10;
/** Share of the factors that a node looks at. */
const factorShare = 5 / 6;
const smallestSplit = 3;

export function growForest(rows: ForestRows, rng: Rng): Forest {
  const n = rows.y.length;
  return {
    trees: Array.from({ length: trees }, () => {
      const bootstrap = Array.from({ length: n }, () => rng.int(n));
      return grow(rows, bootstrap, rng);
    }),
  };
}

export interface ForestPrediction {
  readonly mean: number;
  readonly sd: number;
}

export function predictForest({ trees }: Forest, x: Combination): ForestPrediction {
  let [sum, squares, within] = [0, 0, 0];
  for (const tree of trees) {
    let node = tree;
    while (node.kind === "split") node = node.goesLeft[x[node.factor] ?? 0] === 1 ? node.left : node.right;
    sum += node.mean;
    squares += node.mean ** 2;
    within += node.variance;
  }
  const mean = sum / trees.length;
  const variance = Math.max(0, squares / trees.length - mean ** 2) + within / trees.length;
  return { mean, sd: Math.sqrt(Math.max(1e-12, variance)) };
}

function grow(rows: ForestRows, members: readonly number[], rng: Rng): Node {
  const n = members.length;
  const mean = members.reduce((total, i) => total + at(rows.y, i) / n, 0);
  const error = members.reduce((total, i) => total + (at(rows.y, i) - mean) ** 2, 0);
  const leaf: Node = { kind: "leaf", mean, variance: error / n };
  if (n < smallestSplit || !(error > 1e-12)) return leaf;
  const factors = rng.shuffle(rows.levels.map((_, factor) => factor));
  const split = bestSplit(rows, members, factors);
  if (split === null) return leaf;
  const isLeft = (i: number) => split.goesLeft[rows.x[i]?.[split.factor] ?? 0] === 1;
  const left = members.filter(isLeft);
  const right = members.filter((i) => !isLeft(i));
  return { kind: "split", ...split, left: grow(rows, left, rng), right: grow(rows, right, rng) };
}

interface Split {
  readonly factor: number;
  readonly goesLeft: Uint8Array;
}

/** The best split of the first factors in the list, of further ones only while those do not split; null: none does. */
function bestSplit(rows: ForestRows, members: readonly number[], factors: readonly number[]): Split | null {
  const wanted = Math.ceil(factorShare * factors.length);
  let best: (Split & { readonly explained: number }) | null = null;
  for (const [tried, factor] of factors.entries()) {
    if (tried >= wanted && best !== null) break;
    const found = splitOf(rows, members, factor);
    if (found !== null && (best === null || found.explained > best.explained)) best = { factor, ...found };
  }
  return best;
}

function splitOf(rows: ForestRows, members: readonly number[], factor: number) {
  const levels = rows.levels[factor] ?? 1;
  const counts = new Float64Array(levels);
  const sums = new Float64Array(levels);
  for (const i of members) {
    const level = rows.x[i]?.[factor] ?? 0;
    counts[level] = at(counts, level) + 1;
    sums[level] = at(sums, level) + at(rows.y, i);
  }
  const meanAt = (level: number) => at(sums, level) / at(counts, level);
  const present = Array.from({ length: levels }, (_, level) => level).filter((level) => at(counts, level) > 0);
  if (present.length < 2) return null;
  present.sort((a, b) => meanAt(a) - meanAt(b));
  const [n, total] = [members.length, sums.reduce((a, b) => a + b, 0)];
  let [count, sum] = [0, 0];
  let best = { cut: 0, explained: Number.NEGATIVE_INFINITY, count: 0 };
  for (const [i, level] of present.slice(0, -1).entries()) {
    count += at(counts, level);
    sum += at(sums, level);
    const explained = sum ** 2 / count + (total - sum) ** 2 / (n - count);
    if (explained > best.explained) best = { cut: i + 1, explained, count };
  }
  const goesLeft = new Uint8Array(levels).fill(2 * best.count > n ? 1 : 0);
  for (const [i, level] of present.entries()) goesLeft[level] = i < best.cut ? 1 : 0;
  return { goesLeft, explained: best.explained };
}
