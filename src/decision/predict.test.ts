import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { combinationIds } from "../contribution/combination.ts";
import type { Combination } from "../contribution/contribution.ts";
import type { Knowledge } from "../plan/plan.ts";
import { allCombinations } from "../plan/space.ts";
import { decide } from "./decide.ts";
import { createPredictor } from "./predict.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

const space = plainSpace([1, 1, 2]);
const truth: Truth = {
  space,
  objectives: [
    objective("score", { matters: 0.5 }),
    objective("loss", { sign: -1, matters: 0.25, weight: 1, guardrail: 1 }),
  ],
  value: (x) => [10 + 2 * (x[0] ?? 0) - (x[1] ?? 0), 3 + 0.5 * (x[0] ?? 0) - 0.2 * (x[2] ?? 0)],
  noise: (_, own) => [0.1 * own.normal(), 0.05 * own.normal()],
};
const all = allCombinations(space);
const some = all.filter((_, i) => i % 3 !== 1);
const runs = some.flatMap((combination) =>
  [1, 2].map((seed) => observe(truth, "predict", { combination, seed, purpose: "search" })),
);
const knowledge: Knowledge = knowledgeOf(truth, runs);
const predict = createPredictor(knowledge);
const anySet: fc.Arbitrary<Combination> = fc.constantFrom(...all);

describe("a prediction", () => {
  /** What is rounded another way is the same number. */
  const rounded = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, item) => (typeof item === "number" ? Number(item.toPrecision(12)) : item));

  test("of the recommended set is what the decision says of it", () => {
    const { recommended, set, points } = decide(knowledge, { detail: "full", runsLeft: null });
    expect(combinationIds(space, recommended)).not.toEqual([]);
    const { utility, objectives } = predict(recommended);
    expect(rounded(utility)).toEqual(rounded(set.utility));
    expect(rounded(objectives.map(({ value, ...gain }) => gain))).toEqual(rounded(set.objectives));
    const point = points.find(({ combination }) => combination.join() === recommended.join());
    expect(rounded(objectives.map(({ objective: name, value }) => ({ objective: name, estimate: value })))).toEqual(
      rounded(point?.values),
    );
  });

  test("of the baseline differs from it by nothing, without doubt", () => {
    const nothing = { mean: 0, low: 0, high: 0 };
    const { utility, objectives } = predict(knowledge.baseline);
    expect(utility).toEqual(nothing);
    expect(objectives.map(({ difference }) => difference)).toEqual([nothing, nothing]);
    expect(objectives.map(({ guardrail }) => guardrail)).toEqual([null, { margin: 1, probability: 1 }]);
  });

  test("lies within its interval, and is the baseline's value and the difference together", () => {
    const base = predict(knowledge.baseline);
    fc.assert(
      fc.property(anySet, (x) => {
        for (const [m, { value, difference }] of predict(x).objectives.entries()) {
          expect(value.low).toBeLessThanOrEqual(value.mean);
          expect(value.high).toBeGreaterThanOrEqual(value.mean);
          expect(value.mean - (base.objectives[m]?.value.mean ?? Number.NaN)).toBeCloseTo(difference.mean, 9);
        }
      }),
    );
  });

  test("holds the truth of sets that were never run", () => {
    const misses = all.filter((x) =>
      predict(x).objectives.some(({ value }, m) => {
        const width = value.high - value.low;
        return Math.abs(value.mean - (truth.value(x)[m] ?? Number.NaN)) > 2 * width;
      }),
    );
    expect(misses).toEqual([]);
  });

  test("before any run is finite, and says that nothing is known", () => {
    const { utility, objectives } = createPredictor(knowledgeOf(truth))([1, 0, 1]);
    for (const number of [utility, ...objectives.map(({ value }) => value)].flatMap((i) => [i.low, i.mean, i.high]))
      expect(Number.isFinite(number)).toBe(true);
    expect(utility.low).toBeLessThan(0);
    expect(utility.high).toBeGreaterThan(0);
  });
});
