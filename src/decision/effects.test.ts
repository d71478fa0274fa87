import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { normalCdf } from "../math/normal.ts";
import { believe, estimateDifference, knowledgeShape } from "../plan/belief.ts";
import type { Knowledge } from "../plan/plan.ts";
import { allCombinations, isLegal, levelId, levelsOf } from "../plan/space.ts";
import { effectsOf, interactionsOf, noiseOf, pointsOf } from "./effects.ts";
import { gainsOf, intervalsOf } from "./gains.ts";
import { knowledgeOf, objective, observe, plainSpace, type Truth } from "./simulate.test-util.ts";

/**
 * A space that was measured as a whole and nearly without noise, so that every belief is the truth. Factor 0 has two
 * levels; f1 needs nothing, f2 excludes f3.
 */
const space = plainSpace([2, 1, 1, 1], {
  excludes: [
    [
      { factor: 2, level: 1 },
      { factor: 3, level: 1 },
    ],
  ],
});
const rng = createRng("all known");
const table = new Map(
  allCombinations(plainSpace([2, 1, 1, 1])).map((x) => [x.join(), [3 * rng.normal(), 2 * rng.normal()]]),
);
const truth: Truth = {
  space,
  objectives: [
    objective("score", { matters: 0.5, weight: 2 }),
    objective("loss", { sign: -1, matters: 0.25, weight: 1, guardrail: 1 }),
  ],
  value: (x) => table.get(x.join()) ?? [],
  noise: (_, own) => [1e-3 * own.normal(), 1e-3 * own.normal()],
};
const legal = allCombinations(space).filter((x) => isLegal(space, x));
const runs = legal.flatMap((combination) =>
  [1, 2].map((seed) => observe(truth, "known", { combination, seed, purpose: "search" })),
);
const baseline: Combination = [0, 1, 0, 0];
const set: Combination = [2, 1, 0, 1];
const knowledge: Knowledge = { ...knowledgeOf(truth, runs), baseline };
const ensemble = [believe(knowledge)];
const shape = knowledgeShape(knowledge);

const value = (x: Combination, name: string | null): number => {
  const [score, loss] = [table.get(x.join())?.[0] ?? Number.NaN, table.get(x.join())?.[1] ?? Number.NaN];
  return name === "score" ? score : name === "loss" ? loss : (2 * score) / 0.5 - loss / 0.25;
};
const put = (x: Combination, ...changes: readonly (readonly [number, number])[]): Combination =>
  x.map((level, j) => changes.find(([factor]) => factor === j)?.[1] ?? level);
const names = [null, "score", "loss"] as const;
const tolerance = { score: 0.05, loss: 0.05, utility: 0.3 } as const;
const close = (actual: number | undefined, expected: number, name: string | null) =>
  expect(Math.abs((actual ?? Number.NaN) - expected), `${name}: ${actual} beside ${expected}`).toBeLessThan(
    tolerance[name === "score" || name === "loss" ? name : "utility"],
  );

describe("effects of what is known for sure are the truth's", () => {
  const effects = effectsOf(knowledge, ensemble, shape, set);
  const found = (level: string, sense: string, name: string | null) =>
    effects.find((effect) => effect.level === level && effect.sense === sense && effect.objective === name)?.estimate
      .mean;

  test("alone: added to the baseline, or left out of it", () => {
    for (const name of names) {
      close(found("f0=l1", "alone", name), value([1, 1, 0, 0], name) - value(baseline, name), name);
      close(found("f0=l2", "alone", name), value([2, 1, 0, 0], name) - value(baseline, name), name);
      close(found("f1", "alone", name), value(baseline, name) - value([0, 0, 0, 0], name), name);
    }
  });

  test("in the set: left out of it, or added to it, mended where it must be", () => {
    for (const name of names) {
      close(found("f0=l2", "in-set", name), value(set, name) - value([0, 1, 0, 1], name), name);
      close(found("f0=l1", "in-set", name), value([1, 1, 0, 1], name) - value(set, name), name);
      close(found("f3", "in-set", name), value(set, name) - value([2, 1, 0, 0], name), name);
      // f2 excludes f3, which therefore goes.
      close(found("f2", "in-set", name), value([2, 1, 1, 0], name) - value(set, name), name);
    }
  });

  test("every level has a row for each sense and each of utility and objectives", () => {
    expect(effects).toHaveLength(levelsOf(space).length * 3 * names.length);
    for (const { estimate } of effects)
      expect(estimate.low <= estimate.mean && estimate.mean <= estimate.high).toBe(true);
  });
});

describe("averages are over all combinations alike", () => {
  // Without the exclusion the whole space has been measured.
  const free = { ...truth, space: plainSpace([2, 1, 1, 1]) };
  const all = allCombinations(free.space).flatMap((combination) =>
    [1, 2].map((seed) => observe(free, "known", { combination, seed, purpose: "search" })),
  );
  const known = { ...knowledgeOf(free, all), baseline };
  const belief = [believe(known)];

  test("effects and interactions", () => {
    const everywhere = allCombinations(free.space);
    const mean = (of: (x: Combination) => number) => everywhere.reduce((sum, x) => sum + of(x) / everywhere.length, 0);
    const effects = effectsOf(known, belief, shape, set);
    const pairs = interactionsOf(known, belief, shape, set, effectsOf(known, belief, shape, set));
    for (const name of names) {
      const effect = effects.find((e) => e.level === "f0=l2" && e.sense === "on-average" && e.objective === name);
      close(
        effect?.estimate.mean,
        mean((x) => value(put(x, [0, 2]), name) - value(put(x, [0, 0]), name)),
        name,
      );
      const pair = pairs.find(
        (p) => p.a === "f0=l1" && p.b === "f3" && p.sense === "on-average" && p.objective === name,
      );
      close(
        pair?.estimate.mean,
        mean((x) => crossed(x, [0, 1], [3, 1], name)),
        name,
      );
    }
  });
});

function crossed(
  x: Combination,
  a: readonly [number, number],
  b: readonly [number, number],
  name: string | null,
): number {
  const f = (...changes: readonly (readonly [number, number])[]) => value(put(x, ...changes), name);
  return f(a, b) - f(a, [b[0], 0]) - f([a[0], 0], b) + f([a[0], 0], [b[0], 0]);
}

describe("interactions", () => {
  const pairs = interactionsOf(knowledge, ensemble, shape, set, effectsOf(knowledge, ensemble, shape, set));
  const found = (a: string, b: string, sense: string, name: string | null) =>
    pairs.find((pair) => pair.a === a && pair.b === b && pair.sense === sense && pair.objective === name)?.estimate
      .mean;

  test("alone and in the set: f(11) − f(10) − f(01) + f(00), the rest as in the baseline or the set", () => {
    for (const name of names) {
      close(found("f0=l2", "f1", "alone", name), crossed(baseline, [0, 2], [1, 1], name), name);
      close(found("f0=l2", "f1", "in-set", name), crossed(set, [0, 2], [1, 1], name), name);
      close(found("f1", "f3", "in-set", name), crossed(set, [1, 1], [3, 1], name), name);
    }
  });

  test("not between levels that cannot meet", () => {
    const named = new Set(pairs.map(({ a, b }) => `${a} ${b}`));
    expect(named).toEqual(
      new Set(["f0=l1 f1", "f0=l1 f2", "f0=l1 f3", "f0=l2 f1", "f0=l2 f2", "f0=l2 f3", "f1 f2", "f1 f3"]),
    );
  });
});

describe("gains of a set", () => {
  test("in the objective's own sign and unit, and the probability that its guardrail holds", () => {
    const { utility, objectives } = gainsOf(knowledge, ensemble, set);
    close(utility.mean, value(set, null) - value(baseline, null), null);
    expect(objectives.map(({ objective: name }) => name)).toEqual(["score", "loss"]);
    for (const { objective: name, difference } of objectives)
      close(difference.mean, value(set, name) - value(baseline, name), name);
    expect(objectives.map(({ guardrail }) => guardrail?.margin ?? null)).toEqual([null, 1]);
  });

  test("the probability is the normal's beyond the margin", () => {
    // Two runs: the belief about the loss is wide.
    const few: Knowledge = { ...knowledge, observations: runs.filter((_, i) => i % 5 === 0) };
    const belief = [believe(few)];
    const change = estimateDifference(belief, set, baseline).objectives[1];
    const [mean, sd] = [change?.means[0] ?? Number.NaN, change?.sds[0] ?? Number.NaN];
    const { objectives } = gainsOf(few, belief, set);
    expect(objectives[1]?.guardrail?.probability).toBeCloseTo(normalCdf((mean + 1) / sd), 10);
    expect(sd).toBeGreaterThan(0.1);
  });

  test("rows of an estimate: the utility first, then every objective", () => {
    const rows = intervalsOf(knowledge, estimateDifference(ensemble, set, baseline));
    expect(rows.map(({ objective: name }) => name)).toEqual([null, "score", "loss"]);
    for (const { objective: name, estimate } of rows)
      close(estimate.mean, value(set, name) - value(baseline, name), name);
  });
});

test("noise is a single run's; sampling is the mean of what items say", () => {
  const noisy: Truth = { ...truth, noise: (_, own) => [0.4 * own.normal(), 0.2 * own.normal()], seedSd: 2 };
  const observations = legal.flatMap((combination) =>
    [1, 2, 3, 4].map((seed) => observe(noisy, "noise", { combination, seed, purpose: "search" })),
  );
  const withItems = observations.map((run, i) => ({
    ...run,
    outcomes: new Map(
      [...run.outcomes].map(([name, outcome]) => [
        name,
        outcome.kind === "measured" && name === "score" && i < 2
          ? { ...outcome, samplingError: i === 0 ? 0.1 : 0.3 }
          : outcome,
      ]),
    ),
  }));
  const known = { ...knowledgeOf(noisy, withItems), baseline };
  const [score, loss] = noiseOf(known, [believe(known)]);
  expect(score?.sampling).toBeCloseTo(0.2, 10);
  expect(loss?.sampling).toBeNull();
  expect(Math.abs((loss?.sd ?? 0) - 0.2)).toBeLessThan(0.05);
});

test("points: how often each was run, what it is worth beside the baseline, and whether any is better on everything", () => {
  const again = observe(truth, "known", { combination: set, seed: 3, purpose: "audit" });
  const points = pointsOf({ ...knowledge, observations: [...runs, again] }, ensemble, shape);
  expect(points).toHaveLength(legal.length);
  for (const { combination, runs: count, values, utility, onFront } of points) {
    expect(count).toBe(combination.join() === set.join() ? 3 : 2);
    for (const { objective: name, estimate } of values) close(estimate.mean, value(combination, name), name);
    close(utility.mean, value(combination, null) - value(baseline, null), null);
    const better = legal.some(
      (x) => value(x, "score") > value(combination, "score") && value(x, "loss") < value(combination, "loss"),
    );
    expect(onFront).toBe(!better);
  }
  // What has no weight makes nobody better.
  const oneSided = {
    ...knowledge,
    objectives: truth.objectives.map((one, m) => ({ ...one, weight: m === 0 ? 1 : 0 })),
  };
  expect(pointsOf(oneSided, [believe(oneSided)], shape).filter(({ onFront }) => onFront)).toHaveLength(1);
});

test("of more than 40 levels, interactions are told among those of the set and those that do most", () => {
  const wide: Truth = {
    space: plainSpace(Array.from({ length: 44 }, () => 1)),
    objectives: [objective("score", { matters: 1 })],
    value: (x) => [20 * (x[5] ?? 0) - 20 * (x[43] ?? 0)],
    noise: () => [0],
  };
  const runs = wide.space.factors.flatMap((_, j) => [
    observe(wide, "wide", {
      combination: wide.space.factors.map((_, k) => (k === j ? 1 : 0)),
      seed: 1,
      purpose: "search",
    }),
  ]);
  const many = knowledgeOf(wide, runs);
  const belief = [believe(many)];
  const shape = knowledgeShape(many);
  const set = wide.space.factors.map((_, j) => (j === 42 ? 1 : 0));
  const effects = effectsOf(many, belief, shape, set);
  const told = new Set(interactionsOf(many, belief, shape, set, effects).flatMap(({ a, b }) => [a, b]));
  expect(told.size).toBe(40);
  for (const factor of [5, 42, 43]) expect(told).toContain(levelId(wide.space, { factor, level: 1 }));
});
