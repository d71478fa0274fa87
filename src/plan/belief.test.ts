import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "../decision/simulate.test-util.ts";
import {
  believe,
  divergenceProbability,
  drawEnsemble,
  estimate,
  estimateDifference,
  heldRuns,
  inOwnSign,
  intervalOf,
  mixtureMean,
  mixtureQuantile,
  mixtureSd,
  noiseSds,
  probabilityAbove,
} from "./belief.ts";
import { point, shapeOf } from "./functional.ts";
import { scaleObjective } from "./scale.ts";

const truth: Truth = {
  space: plainSpace([1, 1, 1]),
  objectives: [objective("loss", { sign: -1, matters: 0.5, weight: 2 }), objective("speed", { matters: 10 })],
  value: (x) => [5 - 2 * (x[0] ?? 0), 100 + 30 * (x[1] ?? 0)],
  noise: (_, rng) => [0.05 * rng.normal(), rng.normal()],
};
const combinations = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c])));
const observations = [1, 2].flatMap((seed) =>
  combinations.map((combination) => observe(truth, "belief", { combination, seed, purpose: "search" })),
);
const knowledge = knowledgeOf(truth, observations);

test("utility is the weighted sum of oriented differences in units of what matters", () => {
  const ensemble = [believe(knowledge)];
  const found = estimateDifference(ensemble, [1, 1, 0], [0, 0, 0]);
  const [loss, speed] = found.objectives.map(mixtureMean);
  expect(loss).toBeCloseTo(2, 0);
  expect(speed).toBeGreaterThan(25);
  expect(mixtureMean(found.utility)).toBeCloseTo((2 * (loss ?? 0)) / 0.5 + (speed ?? 0) / 10, 9);
  const [a, b] = found.objectives.map(mixtureSd);
  expect(mixtureSd(found.utility)).toBeCloseTo(Math.hypot((2 * (a ?? 0)) / 0.5, (b ?? 0) / 10), 9);
});

test("points are in the objective's own place, noise in its unit", () => {
  const ensemble = drawEnsemble(believe(knowledge), 20, createRng("d"));
  const found = estimate(ensemble, point(shapeOf(truth.space), [0, 0, 0]));
  const [loss] = truth.objectives;
  const [mixture] = found.objectives;
  if (loss === undefined || mixture === undefined) throw new Error("no objective");
  const interval = inOwnSign(loss, intervalOf(mixture, 0.9));
  expect(interval.low).toBeLessThan(interval.mean);
  expect(Math.abs(interval.mean - 5)).toBeLessThan(0.2);
  const [lossNoise, speedNoise] = noiseSds(ensemble);
  expect(lossNoise).toBeLessThan(0.3);
  expect(speedNoise).toBeLessThan(4);
});

test("quantiles of a mixture are where its distribution function says", () => {
  const component = fc.record({
    mean: fc.double({ min: -5, max: 5, noNaN: true }),
    sd: fc.double({ min: 0.01, max: 3, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.array(component, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0.02, max: 0.98, noNaN: true }),
      (parts, p) => {
        const mixture = {
          means: Float64Array.from(parts, ({ mean }) => mean),
          sds: Float64Array.from(parts, ({ sd }) => sd),
        };
        expect(1 - probabilityAbove(mixture, mixtureQuantile(mixture, p))).toBeCloseTo(p, 6);
      },
    ),
  );
});

test("a mixture of certainties", () => {
  const certain = { means: Float64Array.of(2, 2), sds: new Float64Array(2) };
  expect(intervalOf(certain, 0.9)).toEqual({ mean: 2, low: 2, high: 2 });
  expect([1, 2, 3].map((threshold) => probabilityAbove(certain, threshold))).toEqual([1, 0.5, 0]);
});

test("a diverged run counts as worse than the worst, and moves the probability of diverging", () => {
  const bad: Truth = { ...truth, value: (x) => (x[2] === 1 ? [Number.NaN, 100] : truth.value(x)) };
  const runs = combinations.map((combination) => observe(bad, "div", { combination, seed: 1, purpose: "search" }));
  const [loss] = truth.objectives;
  if (loss === undefined) throw new Error("no objective");
  const belief = believe(knowledgeOf(bad, runs));
  const { data } = scaleObjective(belief.shape, belief.grouping, loss, runs);
  const finite = runs.flatMap((run, i) => (run.combination[2] === 0 ? [data.y[i] ?? 0] : []));
  for (const [i, run] of runs.entries())
    if (run.combination[2] === 1) expect(data.y[i]).toBeLessThanOrEqual(Math.min(...finite));
  expect(divergenceProbability(belief, [1, 1, 1])).toBeGreaterThan(0.7);
  expect(divergenceProbability(belief, [1, 1, 0])).toBeLessThan(0.3);
  expect(divergenceProbability(believe(knowledge), [1, 1, 1])).toBe(0);
});

test("of too many runs the model holds those of the baseline, the confirmations and the latest, in order", () => {
  const base = observe(truth, "held", { combination: [0, 0, 0], seed: 1, purpose: "search" });
  const other = observe(truth, "held", { combination: [1, 0, 0], seed: 1, purpose: "search" });
  const observations = Array.from({ length: 5000 }, (_, i) => ({
    ...(i === 7 ? base : other),
    purpose: i === 11 ? ("confirm" as const) : ("search" as const),
    run: `${i}`,
  }));
  const held = heldRuns({ observations, baseline: [0, 0, 0] });
  expect(held).toHaveLength(600);
  expect(held.slice(0, 2).map(({ run }) => run)).toEqual(["7", "11"]);
  expect(held.slice(2)).toEqual(observations.slice(-598));
  const few = observations.slice(0, 600);
  expect(heldRuns({ observations: few, baseline: [0, 0, 0] })).toBe(few);
});
