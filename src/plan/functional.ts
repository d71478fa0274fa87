/**
 * Linear functionals of a function on combinations: everything people are shown is one.
 *
 * Notation: `F` factors, factor `j` with levels `0..k_j − 1`. A *term* is a product functional
 * `T f = Σ_x Π_j w_j(x_j) f(x)` with weights `w_j` over the levels of factor j; a functional is a sum of terms with
 * coefficients. Behind the factors come the *contexts* in which runs are made (scale, epoch), level 0 of each being the
 * one that decisions are about: every functional has weight 1 on it, and none on the others. A point `f(x)` has indicator weights; an average over a factor has `w_j = 1/k_j`; a difference between
 * levels a and b of a factor has `w_j = 1_a − 1_b`. So an effect, alone or on average, and an interaction are one term
 * each, and the covariance of two terms under a product kernel is a product over factors (model.ts).
 */
import type { Combination, Space } from "../contribution/contribution.ts";
import { gaussLegendre } from "../math/quadrature.ts";

/** Where each column's levels begin in a weight vector: offsets[j] .. offsets[j + 1]; first the factors, then the contexts. */
export interface Shape {
  readonly offsets: readonly number[];
  readonly factors: number;
  /** Σ k_j over all columns. */
  readonly width: number;
}

export interface Term {
  readonly coefficient: number;
  /** Of length `width`. */
  readonly weights: Float64Array;
}

export type Functional = readonly Term[];

export function shapeOf(space: Space, contexts: readonly number[] = []): Shape {
  const offsets = [0];
  for (const levels of [...space.factors.map((factor) => factor.levels.length + 1), ...contexts])
    offsets.push((offsets.at(-1) ?? 0) + levels);
  return { offsets, factors: space.factors.length, width: offsets.at(-1) ?? 0 };
}

/** Factors and contexts. */
export function columnsOf(shape: Shape): number {
  return shape.offsets.length - 1;
}

/** Zero, but for weight 1 on the deciding level of each context. */
function blankWeights(shape: Shape): Float64Array {
  const weights = new Float64Array(shape.width);
  for (let j = shape.factors; j < columnsOf(shape); j++) weights[offset(shape, j)] = 1;
  return weights;
}

function offset(shape: Shape, factor: number): number {
  return shape.offsets[factor] ?? shape.width;
}

/** f(x) */
export function point(shape: Shape, x: Combination, coefficient = 1): Functional {
  const weights = blankWeights(shape);
  for (let j = 0; j < shape.factors; j++) weights[offset(shape, j) + (x[j] ?? 0)] = 1;
  return [{ coefficient, weights }];
}

/** f(x) − f(y) */
export function difference(shape: Shape, x: Combination, y: Combination): Functional {
  return [...point(shape, x), ...point(shape, y, -1)];
}

/** The change of one factor from a level to another. */
export interface Change {
  readonly factor: number;
  readonly from: number;
  readonly to: number;
}

/** The (joint) difference that the changes make, everything else at `x`, or averaged evenly over all levels when null. */
export function contrast(shape: Shape, changes: readonly Change[], x: Combination | null): Functional {
  const weights = blankWeights(shape);
  for (let j = 0; j < shape.factors; j++) {
    const begin = offset(shape, j);
    const end = offset(shape, j + 1);
    if (x === null) weights.fill(1 / (end - begin), begin, end);
    else weights[begin + (x[j] ?? 0)] = 1;
  }
  for (const { factor, from, to } of changes) {
    weights.fill(0, offset(shape, factor), offset(shape, factor + 1));
    weights[offset(shape, factor) + to] = 1;
    weights[offset(shape, factor) + from] = -1;
  }
  return [{ coefficient: 1, weights }];
}

/**
 * The Shapley value of factor `player` in moving from `base` to `set`, over the factors on which they differ.
 * `φ_j = ∫₀¹ E[f(S ∪ j) − f(S)] dp`, every other player in S with probability p on its own (Owen 1972, the multilinear
 * extension): for each p a product functional, and a polynomial in p of degree k − 1 in all, which ⌈k/2⌉ Gauss–Legendre
 * nodes integrate exactly. So it is exact for any number of parts, at a cost linear in it.
 */
export function shapley(shape: Shape, base: Combination, set: Combination, player: number): Functional {
  const players = base.flatMap((level, j) => (level === set[j] ? [] : [j]));
  const { nodes, weights: mass } = gaussLegendre(Math.max(1, Math.ceil(players.length / 2)));
  return Array.from(nodes, (p, q) => {
    const weights = blankWeights(shape);
    for (let j = 0; j < shape.factors; j++) {
      const begin = offset(shape, j);
      const [without, within] = [begin + (base[j] ?? 0), begin + (set[j] ?? 0)];
      if (without === within) weights[without] = 1;
      else {
        weights[without] = j === player ? -1 : 1 - p;
        weights[within] = j === player ? 1 : p;
      }
    }
    return { coefficient: mass[q] ?? 0, weights };
  });
}
