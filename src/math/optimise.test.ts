import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { sampleHmc } from "./hmc.ts";
import { minimise } from "./lbfgs.ts";
import { median, medianAbsoluteDeviation, quantile, standardDeviation } from "./robust.ts";
import { argmax, at } from "./vector.ts";

const wide = { lower: new Float64Array(2).fill(-10), upper: new Float64Array(2).fill(10) };

function rosenbrock(x: Float64Array, g: Float64Array): number {
  const [a, b] = [at(x, 0), at(x, 1)];
  g.set([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]);
  return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
}

test("L-BFGS finds the bottom of a curved valley", () => {
  const found = minimise({ evaluate: rosenbrock, ...wide }, Float64Array.of(-1.2, 1), {
    maxEvaluations: 500,
    tolerance: 1e-8,
  });
  expect(at(found.x, 0)).toBeCloseTo(1, 5);
  expect(at(found.x, 1)).toBeCloseTo(1, 5);
});

test("L-BFGS stops on the bound that the minimum lies behind", () => {
  const problem = {
    evaluate: (x: Float64Array, g: Float64Array) => {
      g.set([2 * (at(x, 0) - 3) + at(x, 1), 2 * at(x, 1) + at(x, 0)]);
      return (at(x, 0) - 3) ** 2 + at(x, 1) ** 2 + at(x, 0) * at(x, 1);
    },
    lower: Float64Array.of(-1, -1),
    upper: Float64Array.of(2, 2),
  };
  const found = minimise(problem, Float64Array.of(0, 0), { maxEvaluations: 200, tolerance: 1e-9 });
  expect(at(found.x, 0)).toBe(2);
  expect(at(found.x, 1)).toBeCloseTo(-1, 6);
});

test("L-BFGS steps back from where the function is not defined", () => {
  const problem = {
    evaluate: (x: Float64Array, g: Float64Array) => {
      g.set([1 - 1 / at(x, 0), 0]);
      return at(x, 0) > 0 ? at(x, 0) - Math.log(at(x, 0)) : Number.NaN;
    },
    ...wide,
  };
  expect(at(minimise(problem, Float64Array.of(9, 0), { maxEvaluations: 200, tolerance: 1e-9 }).x, 0)).toBeCloseTo(1, 5);
});

test("Hamiltonian Monte Carlo has the mean and the covariance of its target", () => {
  // Correlated normal: precision [[2, 1], [1, 2]], so covariance [[2, −1], [−1, 2]]/3, about (1, −1).
  const potential = (q: Float64Array, g: Float64Array): number => {
    const [a, b] = [at(q, 0) - 1, at(q, 1) + 1];
    g.set([2 * a + b, a + 2 * b]);
    return a * a + a * b + b * b;
  };
  const options = { draws: 4000, thin: 1, warmup: 100, steps: 6, firstStep: 0.3 };
  const draws = sampleHmc(potential, Float64Array.of(0, 0), options, createRng("hmc"));
  const moment = (f: (q: Float64Array) => number) => draws.reduce((sum, q) => sum + f(q) / draws.length, 0);
  expect(moment((q) => at(q, 0))).toBeCloseTo(1, 1);
  expect(moment((q) => at(q, 1))).toBeCloseTo(-1, 1);
  expect(moment((q) => (at(q, 0) - 1) ** 2)).toBeCloseTo(2 / 3, 1);
  expect(moment((q) => (at(q, 0) - 1) * (at(q, 1) + 1))).toBeCloseTo(-1 / 3, 1);
});

test("Hamiltonian Monte Carlo never leaves where the density is zero", () => {
  const potential = (q: Float64Array, g: Float64Array): number => {
    g.set([at(q, 0)]);
    return at(q, 0) > 0 ? 0.5 * at(q, 0) ** 2 : Number.POSITIVE_INFINITY;
  };
  const options = { draws: 500, thin: 1, warmup: 50, steps: 5, firstStep: 0.5 };
  for (const q of sampleHmc(potential, Float64Array.of(1), options, createRng("half")))
    expect(at(q, 0)).toBeGreaterThan(0);
});

test("robust summaries pass over what is not finite, and do not overflow", () => {
  expect(median([3, 1, Number.NaN, 2])).toBe(2);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9])).toBe(1);
  expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  expect(standardDeviation([1e300, -1e300])).toBeCloseTo(Math.SQRT2 * 1e300, -290);
  expect(standardDeviation([5])).toBe(0);
});

test("argmax takes the first of the best and never a NaN", () => {
  expect(argmax([1, 3, 2, 3], (x) => (x === 1 ? Number.NaN : x))).toBe(3);
  expect(argmax([], () => 1)).toBeNull();
});
