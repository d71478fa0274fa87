import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { plainSpace } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { dot } from "../math/vector.ts";
import { contrast, difference, type Functional, point, type Shape, shapley } from "./functional.ts";
import { createGrouping } from "./grouping.ts";
import {
  believeRun,
  condition,
  createPotential,
  type Data,
  drawHyper,
  fitMap,
  type Hyper,
  hyperOf,
  hyperSize,
  levelVariance,
  priorCovariance,
  project,
  projectAll,
  projectShared,
} from "./model.ts";
import { encode, encodeCombination } from "./scale.ts";

// Three factors with 2, 3 and 2 levels, and a context with two.
const shape: Shape = { offsets: [0, 2, 5, 7, 9], factors: 3, width: 9 };
// The first factor reaches a seeded stage that the others do not.
const grouping = createGrouping({
  space: plainSpace([1, 2, 1]),
  seededStages: [{ stage: "early", reach: [0] }],
  contexts: [{ kind: "scale", levels: ["full", "proxy"] }],
});
const all: Combination[] = [0, 1].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1].map((c) => [a, b, c])));

function dataOf(n: number, label: string, combinations = all): Data {
  const rng = createRng(label);
  const runs: Observation[] = Array.from({ length: n }, (_, i) => ({
    run: `${i}`,
    combination: combinations[rng.int(combinations.length)] ?? [],
    seed: 1 + rng.int(3),
    purpose: "search",
    context: [rng.int(2)],
    outcomes: new Map(),
  }));
  return encode(
    shape,
    grouping,
    runs,
    runs.map(() => rng.normal()),
    runs.map(() => 0.1 * rng.uniform()),
  );
}

const hyper: Hyper = {
  theta: Float64Array.of(0.3, 1.1, 0.05, 0.6),
  signal: 1.7,
  shared: Float64Array.of(0.4, 0.15, 0.8, 0.25, 0.35),
  noise: 0.2,
};

/** The covariance of the notation, written out; the context behind the factors. */
function kernel(x: readonly number[], y: readonly number[]): number {
  let exponent = 0;
  for (let j = 0; j < 4; j++) if (x[j] !== y[j]) exponent += hyper.theta[j] ?? 0;
  return hyper.signal * Math.exp(-exponent) + levelVariance;
}

/** Gauss–Jordan: slow and plain. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i]?.[i] ?? 0;
    rows[i] = (rows[i] ?? []).map((v) => v / pivot);
    for (let k = 0; k < n; k++) {
      const factor = rows[k]?.[i] ?? 0;
      if (k !== i) rows[k] = (rows[k] ?? []).map((v, j) => v - factor * (rows[i]?.[j] ?? 0));
    }
  }
  return rows.map((row) => row.slice(n));
}

/** A functional as explicit weights over all twelve combinations. */
function weightsOf(functional: Functional): number[] {
  return all.map((x) =>
    functional.reduce((total, { coefficient, weights }) => {
      const factors = x.map((level, j) => weights[(shape.offsets[j] ?? 0) + level] ?? 0);
      return total + coefficient * factors.reduce((product, w) => product * w, 1);
    }, 0),
  );
}

/** Mean and covariance of f + μ at all twelve combinations given the data, by the textbook formulas. */
function brutePosterior(data: Data): { readonly mean: number[]; readonly covariance: number[][] } {
  const xs = Array.from({ length: data.n }, (_, i) =>
    [0, 1, 2, 3].map((j) => (data.codes[i * 4 + j] ?? 0) - (shape.offsets[j] ?? 0)),
  );
  const deciding = all.map((x) => [...x, 0]);
  const k = xs.map((x, i) =>
    xs.map(
      (y, l) =>
        kernel(x, y) +
        data.effects.reduce((sum, { groups }, e) => sum + (groups[i] === groups[l] ? (hyper.shared[e] ?? 0) : 0), 0) +
        (i === l ? hyper.noise + (data.known[i] ?? 0) + 1e-8 * (1 + hyper.signal) : 0),
    ),
  );
  const precision = inverse(k);
  const cross = deciding.map((x) => xs.map((y) => kernel(x, y)));
  const gain = cross.map((row) => precision.map((p) => p.reduce((sum, v, i) => sum + v * (row[i] ?? 0), 0)));
  return {
    mean: gain.map((row) => row.reduce((sum, v, i) => sum + v * (data.y[i] ?? 0), 0)),
    covariance: deciding.map((x, a) =>
      deciding.map((y, b) => kernel(x, y) - (gain[a] ?? []).reduce((sum, v, i) => sum + v * (cross[b]?.[i] ?? 0), 0)),
    ),
  };
}

const functionals: readonly (readonly [string, Functional])[] = [
  ["a point", point(shape, [1, 2, 0])],
  ["a difference", difference(shape, [1, 2, 0], [0, 0, 1])],
  ["an effect alone", contrast(shape, [{ factor: 1, from: 0, to: 2 }], [0, 0, 1])],
  ["an effect alone of a level", contrast(shape, [{ factor: 1, from: 0, to: 1 }], [1, 0, 0])],
  ["an effect on average", contrast(shape, [{ factor: 1, from: 0, to: 2 }], null)],
  [
    "an interaction on average",
    contrast(
      shape,
      [
        { factor: 0, from: 0, to: 1 },
        { factor: 1, from: 0, to: 1 },
      ],
      null,
    ),
  ],
  ["a Shapley value", shapley(shape, [0, 0, 0], [1, 2, 1], 1)],
];

/** Where most runs have a level that a functional leaves out, its factor of the usual run is 0. */
const lastLevel = all.filter((x) => x[1] === 2 || (x[0] === 0 && x[2] === 1));

describe.each([
  ["all combinations", all],
  ["mostly one level", lastLevel],
])("the posterior is the textbook's, of %s", (label, combinations) => {
  const data = dataOf(17, `posterior of ${label}`, combinations);
  const brute = brutePosterior(data);
  const posterior = condition(data, hyper);

  test.each(functionals)("%s", (_, functional) => {
    const weights = weightsOf(functional);
    const { mean, v } = project(posterior, functional);
    expect(mean).toBeCloseTo(
      weights.reduce((sum, w, a) => sum + w * (brute.mean[a] ?? 0), 0),
      9,
    );
    const variance = weights.reduce(
      (sum, w, a) => sum + weights.reduce((inner, u, b) => inner + w * u * (brute.covariance[a]?.[b] ?? 0), 0),
      0,
    );
    expect(priorCovariance(shape, hyper, functional, functional) - dot(v, v)).toBeCloseTo(variance, 9);
  });

  test("covariances between functionals", () => {
    const [, a] = functionals[1] ?? ["", []];
    const [, b] = functionals[6] ?? ["", []];
    const [wa, wb] = [weightsOf(a), weightsOf(b)];
    const expected = wa.reduce(
      (sum, w, i) => sum + wb.reduce((inner, u, k) => inner + w * u * (brute.covariance[i]?.[k] ?? 0), 0),
      0,
    );
    const found = priorCovariance(shape, hyper, a, b) - dot(project(posterior, a).v, project(posterior, b).v);
    expect(found).toBeCloseTo(expected, 9);
  });
});

test("many functionals at once are each one's own", () => {
  const posterior = condition(dataOf(23, "many"), hyper);
  const many = Array.from({ length: 40 }, () => functionals.map(([, functional]) => functional)).flat();
  for (const [i, { mean, v }] of projectAll(posterior, many).entries()) {
    const one = project(posterior, many[i] ?? []);
    expect(mean).toBeCloseTo(one.mean, 10);
    for (const [k, value] of v.entries()) expect(value).toBeCloseTo(one.v[k] ?? Number.NaN, 10);
  }
});

test("an effect alone is the difference of its two points, an interaction that of four", () => {
  const at = [1, 0, 1];
  const effect = contrast(shape, [{ factor: 1, from: 0, to: 2 }], at);
  const pair = [
    { factor: 0, from: 0, to: 1 },
    { factor: 1, from: 0, to: 2 },
  ];
  expect(weightsOf(effect)).toEqual(weightsOf(difference(shape, [1, 2, 1], at)));
  expect(weightsOf(contrast(shape, pair, at))).toEqual(
    weightsOf([...difference(shape, [1, 2, 1], [1, 0, 1]), ...difference(shape, [0, 0, 1], [0, 2, 1])]),
  );
});

test("gradients equal finite differences", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 25 }), fc.integer(), (n, seed) => {
      const data = dataOf(n, `gradient ${seed}`);
      const rng = createRng(`${seed}`);
      const potential = createPotential(data);
      const size = hyperSize(data);
      const q = Float64Array.from({ length: size }, () => rng.normal());
      const gradient = new Float64Array(size);
      potential(q, gradient);
      const scratch = new Float64Array(size);
      for (let i = 0; i < size; i++) {
        const step = 1e-5;
        const up = potential(
          q.map((v, k) => (k === i ? v + step : v)),
          scratch,
        );
        const down = potential(
          q.map((v, k) => (k === i ? v - step : v)),
          scratch,
        );
        const difference = (up - down) / (2 * step);
        expect(Math.abs((gradient[i] ?? 0) - difference)).toBeLessThan(1e-4 * Math.max(1, Math.abs(difference)));
      }
    }),
    { numRuns: 30 },
  );
});

test("the mode is a stationary point, and no draw's neighbourhood is far better", () => {
  const data = dataOf(20, "mode");
  const mode = fitMap(data);
  const potential = createPotential(data);
  const gradient = new Float64Array(hyperSize(data));
  const best = potential(mode, gradient);
  for (const g of gradient) expect(Math.abs(g)).toBeLessThan(1e-2);
  for (const q of drawHyper(data, mode, 20, createRng("draws")))
    expect(potential(q, gradient)).toBeGreaterThan(best - 1e-3);
});

test("a believed run leaves every mean and shrinks what it touches, as conditioning on it would", () => {
  const data = dataOf(12, "believe");
  const posterior = condition(data, hyper);
  const believed = believeRun(posterior, encodeCombination(shape, [1, 2, 1]), grouping.groupsOf([1, 2, 1], 7));
  const again = condition(believed.data, hyper);
  for (const [, functional] of functionals) {
    const [before, after, direct] = [posterior, believed, again].map((p) => project(p, functional));
    expect(after?.mean).toBeCloseTo(before?.mean ?? 0, 10);
    expect(after?.mean).toBeCloseTo(direct?.mean ?? 0, 8);
    expect(dot(after?.v ?? data.y, after?.v ?? data.y)).toBeCloseTo(dot(direct?.v ?? data.y, direct?.v ?? data.y), 8);
    expect(dot(after?.v ?? data.y, after?.v ?? data.y)).toBeGreaterThanOrEqual(
      dot(before?.v ?? data.y, before?.v ?? data.y) - 1e-12,
    );
  }
});

test("what runs of one seed share cancels from their differences", () => {
  const pair = (shift: number): Data => ({
    shape,
    n: 2,
    codes: Uint16Array.from([...encodeCombination(shape, [0, 0, 0]), ...encodeCombination(shape, [1, 0, 0])]),
    effects: [{ groups: Int32Array.of(1, 1), prior: [0, 1] }],
    y: Float64Array.of(shift, 1 + shift),
    known: new Float64Array(2),
  });
  const strong = { ...hyper, shared: Float64Array.of(1e6) };
  const effect = difference(shape, [1, 0, 0], [0, 0, 0]);
  const mean = project(condition(pair(0), strong), effect).mean;
  expect(mean).toBeGreaterThan(0.3);
  expect(project(condition(pair(50), strong), effect).mean).toBeCloseTo(mean, 3);
});

test("what a seed's runs say about its shared part", () => {
  const data = dataOf(15, "seed");
  const posterior = condition(data, hyper);
  const [seed] = grouping.groupsOf([0, 0, 0], 2);
  if (seed === undefined) throw new Error("no seed effect");
  const u = projectShared(posterior, [seed]);
  expect(data.effects[0]?.groups.includes(seed)).toBe(true);
  expect(dot(u, u)).toBeGreaterThan(0);
  expect(dot(u, u)).toBeLessThan(hyper.shared[0] ?? 0);
  expect(dot(projectShared(posterior, [99]), u)).toBe(0);
});

test("runs share a stage's draw when they agree on the seed and on what reaches the stage", () => {
  const early = (x: Combination, seed: number) => grouping.groupsOf(x, seed)[1];
  expect(early([0, 1, 0], 1)).toBe(early([0, 2, 1], 1));
  expect(early([0, 1, 0], 1)).not.toBe(early([1, 1, 0], 1));
  expect(early([0, 1, 0], 1)).not.toBe(early([0, 1, 0], 2));
});

test("without runs the posterior is the prior", () => {
  const empty = encode(shape, grouping, [], []);
  const posterior = condition(empty, hyperOf(empty, fitMap(empty)));
  expect(project(posterior, point(shape, [0, 0, 0])).mean).toBe(0);
  expect(drawHyper(empty, fitMap(empty), 3, createRng("none"))).toHaveLength(3);
});
