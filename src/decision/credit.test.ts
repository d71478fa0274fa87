import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { normalQuantile } from "../math/normal.ts";
import { believe, estimate, mixtureMean } from "../plan/belief.ts";
import { difference, type Functional, type Shape, shapeOf, shapley } from "../plan/functional.ts";
import { conditionOnSum, creditOf } from "./credit.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

/** φ_j by its definition: the mean over all orders of joining. */
function enumerated(f: (x: Combination) => number, base: Combination, set: Combination): number[] {
  const players = base.flatMap((level, j) => (level === set[j] ? [] : [j]));
  const shares = base.map(() => 0);
  const orders = permutations(players);
  for (const order of orders) {
    let x = base;
    for (const j of order) {
      const next = x.map((level, k) => (k === j ? (set[k] ?? 0) : level));
      shares[j] = (shares[j] ?? 0) + (f(next) - f(x)) / orders.length;
      x = next;
    }
  }
  return shares;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((i) => i !== item)).map((rest) => [item, ...rest]));
}

/** Applies a functional to a function, over every combination of the shape. */
function apply(shape: Shape, functional: Functional, f: (x: Combination) => number): number {
  let xs: number[][] = [[]];
  for (let j = 0; j < shape.factors; j++) {
    const count = (shape.offsets[j + 1] ?? 0) - (shape.offsets[j] ?? 0);
    xs = xs.flatMap((x) => Array.from({ length: count }, (_, level) => [...x, level]));
  }
  let total = 0;
  for (const x of xs)
    for (const { coefficient, weights } of functional)
      total += coefficient * x.reduce((p, level, j) => p * (weights[(shape.offsets[j] ?? 0) + level] ?? 0), f(x));
  return total;
}

test("the Shapley functional equals enumeration, for every number of parts", () => {
  for (let parts = 1; parts <= 7; parts++) {
    const space = plainSpace(Array.from({ length: 7 }, (_, j) => (j === 1 ? 2 : 1)));
    const shape = shapeOf(space);
    const rng = createRng(`game ${parts}`);
    const memo = new Map<string, number>();
    const f = (x: Combination) => {
      const known = memo.get(x.join()) ?? rng.normal();
      memo.set(x.join(), known);
      return known;
    };
    const base = [0, 1, 0, 1, 0, 0, 0];
    const set = base.map((level, j) => (j < parts ? (j === 1 ? 2 : 1 - level) : level));
    const expected = enumerated(f, base, set);
    for (let j = 0; j < parts; j++)
      expect(apply(shape, shapley(shape, base, set, j), f)).toBeCloseTo(expected[j] ?? 0, 10);
  }
});

const space = plainSpace([1, 1, 1, 1]);
const truth: Truth = {
  space,
  objectives: [
    objective("a", { matters: 0.5 }),
    objective("b", { sign: -1, weight: 2 }),
    objective("c", { weight: 0 }),
  ],
  value: (x) => [2 * (x[0] ?? 0) + (x[1] ?? 0) * (x[2] ?? 0), -(x[2] ?? 0), 100 * (x[3] ?? 0)],
  noise: (_, rng) => [0.1 * rng.normal(), 0.1 * rng.normal(), 0],
};
const runs = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c, a * b])));
const knowledge = knowledgeOf(
  truth,
  runs.map((combination) => observe(truth, "credit", { combination, seed: 1, purpose: "search" })),
);

test("without surplus the shares add up to the model's gain, with one to the confirmed gain", () => {
  const belief = believe(knowledge);
  const set = [1, 1, 1, 1];
  const gain = mixtureMean(estimate([belief], difference(belief.shape, set, knowledge.baseline)).utility);
  const total = (mean: number, sd: number) =>
    creditOf(knowledge, [belief], set, { n: 5, mean, sd }).reduce((sum, { share }) => sum + share.mean, 0);
  expect(total(gain, 1)).toBeCloseTo(gain, 9);
  expect(total(7.25, 0.5)).toBeCloseTo(7.25, 9);
});

test("shares follow the truth: 4 for the first part, an interaction split evenly, nothing for what has no weight", () => {
  const credit = creditOf(knowledge, [believe(knowledge)], [1, 1, 1, 1], { n: 50, mean: 8, sd: 0.1 });
  const means = credit.map(({ share }) => share.mean);
  // U = (2 a + b c)/0.5 + 2 c: Shapley 4, 1, 3, 0.
  for (const [j, expected] of [4, 1, 3, 0].entries()) expect(Math.abs((means[j] ?? 0) - expected)).toBeLessThan(0.8);
  for (const { share } of credit) expect(share.low <= share.mean && share.mean <= share.high).toBe(true);
});

test("shares are the beliefs' Shapley values, moved to the measured gain along their covariance with it", () => {
  const few = { ...knowledge, observations: knowledge.observations.filter((_, i) => i % 3 !== 1) };
  const belief = believe(few);
  const set = [1, 1, 1, 1];
  const values = [0, 1, 2, 3].map((j) => shapley(belief.shape, few.baseline, set, j));
  const moments = (functional: Functional) => {
    const { means, sds } = estimate([belief], functional).utility;
    return { mean: means[0] ?? Number.NaN, variance: (sds[0] ?? Number.NaN) ** 2 };
  };
  // Covariances by polarisation.
  const own = values.map(moments);
  const covariance = values.map((a, i) =>
    values.map((b, j) => (moments([...a, ...b]).variance - (own[i]?.variance ?? 0) - (own[j]?.variance ?? 0)) / 2),
  );
  const toward = covariance.map((row) => row.reduce((sum, c) => sum + c, 0));
  const spread = toward.reduce((sum, c) => sum + c, 0);
  const [n, mean, sd] = [6, 9, 1.5];
  const credit = creditOf(few, [belief], set, { n, mean, sd });
  const surplus = mean - own.reduce((sum, one) => sum + one.mean, 0);
  for (const [i, { share }] of credit.entries()) {
    const lean = (toward[i] ?? 0) / spread;
    const variance = (covariance[i]?.[i] ?? 0) - lean ** 2 * spread + (lean ** 2 * sd ** 2) / n;
    expect(share.mean).toBeCloseTo((own[i]?.mean ?? 0) + lean * surplus, 6);
    expect(share.high - share.low).toBeCloseTo(2 * normalQuantile(0.95) * Math.sqrt(variance), 5);
    expect(variance).toBeGreaterThan(1e-4);
  }
});

test("what a removal gained is named by what was removed", () => {
  const landed = { ...knowledge, baseline: [0, 1, 0, 0] };
  const credit = creditOf(landed, [believe(landed)], [1, 0, 0, 0], { n: 4, mean: 4, sd: 1 });
  expect(credit.map(({ level }) => level)).toEqual(["f0", "−f1"]);
});

test("conditioning on the sum is the normal's, against its formula for two parts", () => {
  const covariance = [Float64Array.of(2, 0.5), Float64Array.of(0.5, 1)];
  const { mean, variance } = conditionOnSum(Float64Array.of(1, 2), covariance, 5, 0);
  // var(sum) = 4, cov with the sum = (2.5, 1.5).
  expect([...mean]).toEqual([1 + 1.25, 2 + 0.75].map((m) => expect.closeTo(m, 12)));
  expect([...variance]).toEqual([2 - 2.5 ** 2 / 4, 1 - 1.5 ** 2 / 4].map((v) => expect.closeTo(v, 12)));
  // Measured with an error, the sum keeps that much doubt.
  const doubtful = conditionOnSum(Float64Array.of(1, 2), covariance, 5, 0.4);
  expect([...doubtful.variance]).toEqual(
    [2 - 2.5 ** 2 / 4 + 0.4 * (2.5 / 4) ** 2, 1 - 1.5 ** 2 / 4 + 0.4 * (1.5 / 4) ** 2].map((v) =>
      expect.closeTo(v, 12),
    ),
  );
  const certain = conditionOnSum(Float64Array.of(1, 2), [new Float64Array(2), new Float64Array(2)], 5, 1);
  expect([...certain.mean]).toEqual([2, 3]);
});
