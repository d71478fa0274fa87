import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Combination } from "../../src/contribution/contribution.ts";
import { additiveShare, isDense, rmsMainEffect, utilityOf } from "./analysis.ts";
import { runNoise } from "./noise.ts";
import { createStageCache, dealPipeline } from "./pipeline.ts";
import { summedWorld, sumsOf } from "./summed.ts";
import { guardedWorld, middlingWorld, nullWorld, strongWorld } from "./table-worlds.ts";
import { parseTable, type Table } from "./tables.ts";
import { rowsBetween, viewFrom } from "./view.ts";
import type { World } from "./world.ts";

const options = { seed: "t", repeat: 0, diverge: false };

/** Every combination of the levels, with `value` as the only objective, larger is better. */
function tableOf(levels: readonly number[], value: (x: Combination) => number, name = "made"): Table {
  return severalOf(levels, { y: value }, name);
}

function severalOf(
  levels: readonly number[],
  objectives: Readonly<Record<string, (x: Combination) => number>>,
  name = "made",
): Table {
  const factors = Object.fromEntries(
    levels.map((count, j) => [`f${j}`, Array.from({ length: count }, (_, level) => `l${level}`)]),
  );
  const lines = combinationsOf(levels).map((x) =>
    [...x.map((level) => `l${level}`), ...Object.values(objectives).map((of) => of(x))].join(),
  );
  const header = [...Object.keys(factors), ...Object.keys(objectives).map((o) => `obj:${o}`)].join();
  const directions = Object.fromEntries(Object.keys(objectives).map((o) => [o, "max" as const]));
  return parseTable(name, { factors, objectives: directions }, [header, ...lines].join("\n"));
}

function combinationsOf(levels: readonly number[]): number[][] {
  return levels.reduce<number[][]>(
    (all, count) => all.flatMap((x) => Array.from({ length: count }, (_, level) => [...x, level])),
    [[]],
  );
}

const at = (x: Combination, j: number) => x[j] ?? 0;
const additive = tableOf(
  [2, 3, 2, 2],
  (x) => 4 * at(x, 0) + ([0, 1, 5][at(x, 1)] ?? 0) + 2 * at(x, 2) + 0.5 * at(x, 3),
);

function best(world: World): { readonly x: Combination; readonly fraction: number } {
  return combinationsOf(world.levels)
    .filter((x) => world.feasible(x))
    .map((x) => ({ x, fraction: world.judge(x).fraction }))
    .reduce((a, b) => (b.fraction > a.fraction ? b : a));
}

function sdOf(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

const correlation = (a: readonly number[], b: readonly number[]) =>
  (sdOf(a.map((v, i) => v + (b[i] ?? 0))) ** 2 - sdOf(a) ** 2 - sdOf(b) ** 2) / (2 * sdOf(a) * sdOf(b));

describe("what a table is like", () => {
  test("main effects: the difference of two means, twice the sd of several", () => {
    const { values } = utilityOf(additive);
    const three = 2 * sdOf([0, 1, 5]);
    expect(rmsMainEffect(additive, values)).toBeCloseTo(Math.sqrt((16 + three ** 2 + 4 + 0.25) / 4), 12);
  });

  test("the share of the best factors, by sums of squares where the table is balanced", () => {
    const { values } = utilityOf(additive);
    const squares = [4, sdOf([0, 1, 5]) ** 2, 1, 1 / 16];
    const total = squares.reduce((sum, v) => sum + v, 0);
    const ranked = squares.toSorted((a, b) => b - a);
    expect(additiveShare(additive, values, 1)).toBeCloseTo((ranked[0] ?? 0) / total, 6);
    expect(additiveShare(additive, values, 2)).toBeCloseTo(((ranked[0] ?? 0) + (ranked[1] ?? 0)) / total, 6);
    expect(additiveShare(additive, values, 9)).toBeCloseTo(1, 6);
  });

  test("a share on an unbalanced table is the regression's, not the sum of shares", () => {
    // Two factors that mostly go together: either alone explains nearly what both do.
    const lines = ["a,b,obj:y", "0,0,0", "0,0,1", "1,1,4", "1,1,5", "1,0,2"];
    const factors = { a: ["0", "1"], b: ["0", "1"] };
    const table = parseTable("odd", { factors, objectives: { y: "max" } }, lines.join("\n"));
    const values = Float64Array.from([0.5, 4.5, 2]);
    // y = 0.5 + 1.5 a + 2.5 b is exact; b alone: means 1.25 and 4.5.
    expect(additiveShare(table, values, 2)).toBeCloseTo(1, 6);
    const total = 3 * sdOf([...values]) ** 2;
    expect(additiveShare(table, values, 1)).toBeCloseTo(1 - (2 * 0.75 ** 2) / total, 6);
  });

  test("dense: four factors of six are not most of it", () => {
    const even = tableOf([2, 2, 2, 2, 2, 2], (x) => x.reduce((sum, level) => sum + level, 0));
    expect(additiveShare(even, utilityOf(even).values, 4)).toBeCloseTo(4 / 6, 6);
    expect(isDense(even, utilityOf(even).values)).toBe(true);
    const steep = tableOf([2, 2, 2, 2, 2, 2], (x) => x.reduce((sum, level, j) => sum + level * 2 ** -j, 0));
    expect(isDense(steep, utilityOf(steep).values)).toBe(false);
  });

  test("several objectives are averaged in units of their sd, signs turned", () => {
    const both = severalOf([2, 2], { y: (x) => 10 * at(x, 0), z: (x) => 3 * at(x, 1) });
    const { values, objective } = utilityOf(both);
    expect([...values]).toEqual([0, 1, 1, 2]);
    expect(objective).toEqual({ name: "utility", sign: 1 });
  });
});

describe("a table from its baseline", () => {
  test("the baseline is all zeros, and combinations and rows are one to one", () => {
    fc.assert(
      fc.property(fc.nat(additive.rows.length - 1), (row) => {
        const view = viewFrom(additive, row, "", false);
        expect(view.find(view.levels.map(() => 0))).toBe(row);
        const rows = combinationsOf(view.levels).map(view.find);
        expect(rows.toSorted((a, b) => a - b)).toEqual([...additive.rows.keys()]);
      }),
    );
  });

  test("the other levels keep their order", () => {
    const middle = additive.find([0, 1, 0, 0]);
    const { find } = viewFrom(additive, middle, "", false);
    expect([find([0, 1, 0, 0]), find([0, 2, 0, 0])]).toEqual([
      additive.find([0, 0, 0, 0]),
      additive.find([0, 2, 0, 0]),
    ]);
  });

  test("baselines come from between the quantiles, all of them, whatever diverged", () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => (i === 100 ? Number.NaN : 99 - i));
    const rows = rowsBetween(values, 0.25, 0.75, "label");
    expect(rows.map((row) => values[row] ?? 0).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => 25 + i),
    );
    expect(rowsBetween(values, 0.25, 0.75, "other")).not.toEqual(rows);
  });
});

describe("worlds", () => {
  test("the best is 1, the baseline 0, no worse than −1", () => {
    for (const world of [middlingWorld(additive, 0.3, options), strongWorld(additive, options)]) {
      expect(best(world).fraction).toBe(1);
      expect(world.judge(world.levels.map(() => 0))).toEqual({
        fraction: 0,
        violates: false,
        lands: false,
        falsely: false,
      });
      const fractions = combinationsOf(world.levels).map((x) => world.judge(x).fraction);
      expect(Math.min(...fractions)).toBeGreaterThanOrEqual(-1);
    }
    const steep = tableOf([2, 2, 2], (x) => -100 * at(x, 0) + at(x, 1) + at(x, 2));
    const falls = middlingWorld(steep, 0.3, options);
    expect(combinationsOf(falls.levels).some((x) => falls.judge(x).fraction === -1)).toBe(true);
  });

  test("a world is the same every time, and another for another repeat or seed", () => {
    const results = (world: World) => combinationsOf(world.levels).map((x) => world.measure(x, 2));
    const here = results(middlingWorld(additive, 0.3, options));
    expect(results(middlingWorld(additive, 0.3, options))).toEqual(here);
    expect(results(middlingWorld(additive, 0.3, { ...options, repeat: 1 }))).not.toEqual(here);
    expect(results(middlingWorld(additive, 0.3, { ...options, seed: "u" }))).not.toEqual(here);
  });

  test("noise has the sd it should, a quarter of its square shared by a seed", () => {
    const seeds = Array.from({ length: 4000 }, (_, i) => i + 1);
    for (const kind of ["student-6", "normal", "student-3"] as const) {
      const [a, b] = [[0], [1]].map((x) => seeds.map((seed) => runNoise("n", x, seed, 0, kind)));
      if (kind !== "student-3") expect(sdOf(a ?? [])).toBeCloseTo(1, 1);
      if (kind !== "student-3") expect(correlation(a ?? [], b ?? [])).toBeCloseTo(0.25, 1);
      expect(
        correlation(
          a ?? [],
          seeds.map((seed) => runNoise("n", [0], seed, 1, kind)),
        ),
      ).toBeCloseTo(0, 1);
    }
    const sds = Array.from({ length: 60 }, (_, i) =>
      sdOf(seeds.slice(0, 100).map((seed) => runNoise("n", [i], seed, 0, "heteroscedastic"))),
    );
    expect(Math.max(...sds) / Math.min(...sds)).toBeGreaterThan(5);
  });

  test("A's noise is κ main effects, B's a tenth of the gain", () => {
    const { values } = utilityOf(additive);
    const seeds = Array.from({ length: 4000 }, (_, i) => i + 1);
    const sd = (world: World) => sdOf(seeds.map((seed) => world.measure([0, 0, 0, 0], seed)[0] ?? 0));
    const rms = rmsMainEffect(additive, values);
    expect(sd(middlingWorld(additive, 0.3, options)) / (0.3 * rms)).toBeCloseTo(1, 1);
    const strong = strongWorld(additive, options);
    const top = best(strong).x;
    const gain = (strong.measure(top, 1)[0] ?? 0) - (strong.measure([0, 0, 0, 0], 1)[0] ?? 0);
    expect((10 * sd(strong)) / gain).toBeGreaterThan(0.5);
    expect(strong.objectives[0]?.matters).toBeCloseTo(rms / 20, 12);
  });

  test("native noise is the row's own replicates", () => {
    const rows = [0, 1].flatMap((a) => [0, 1].flatMap((b) => [-1, 0, 4].map((e) => `${a},${b},${10 * a + b + e}`)));
    const factors = { a: ["0", "1"], b: ["0", "1"] };
    const table = parseTable("r", { factors, objectives: { y: "max" } }, ["a,b,obj:y", ...rows].join("\n"));
    const world = middlingWorld(table, "native", options);
    const seen = new Set(
      Array.from({ length: 60 }, (_, s) => Math.round(100 * (world.measure([0, 0], s + 1)[0] ?? 0))),
    );
    expect(seen.size).toBe(3);
    const ordered = [...seen].toSorted((a, b) => a - b);
    expect([100, 400]).toEqual([(ordered[1] ?? 0) - (ordered[0] ?? 0), (ordered[2] ?? 0) - (ordered[1] ?? 0)]);
  });

  test("a diverging corner keeps the baseline and is not the oracle's", () => {
    for (let repeat = 0; repeat < 5; repeat++) {
      const world = middlingWorld(additive, 0.3, { ...options, repeat, diverge: true });
      const all = combinationsOf(world.levels);
      const diverged = all.filter((x) => Number.isNaN(world.measure(x, 1)[0]));
      expect(diverged.length).toBeGreaterThan(0);
      expect(diverged.every((x) => x.filter((level) => level > 0).length >= 2)).toBe(true);
      expect(diverged.every((x) => world.judge(x).fraction === -1 && world.judge(x).falsely)).toBe(true);
      expect(best(world).fraction).toBe(1);
    }
  });

  test("guarded: the oracle's best holds every guardrail, a breach scores 0 however good", () => {
    const table = severalOf([2, 2, 2, 2], {
      quality: (x) => 5 * at(x, 0) + 2 * at(x, 1) + 2 * at(x, 2) + 1.5 * at(x, 3),
      speed: (x) => -4 * at(x, 0) + at(x, 1),
    });
    let violators = 0;
    for (let repeat = 0; repeat < 8; repeat++) {
      const world = guardedWorld(table, 0.3, { ...options, repeat });
      expect(world.objectives.map(({ weight }) => weight)).toEqual([1, 0]);
      expect(best(world).fraction).toBe(1);
      for (const x of combinationsOf(world.levels)) {
        const { violates, fraction } = world.judge(x);
        const loss =
          (world.measure(x, 1)[1] ?? 0) -
          (world.measure(
            world.levels.map(() => 0),
            1,
          )[1] ?? 0);
        if (violates) {
          violators++;
          expect(fraction).toBe(0);
          expect(loss).toBeLessThan(4);
        }
      }
    }
    expect(violators).toBeGreaterThan(0);
  });

  test("null: whatever lands, lands for nothing", () => {
    const world = nullWorld(additive, 0.3, options);
    expect(world.judge([1, 0, 0, 0])).toEqual({ fraction: 0, violates: false, lands: true, falsely: true });
    expect(world.judge([0, 0, 0, 0])).toEqual({ fraction: 0, violates: false, lands: false, falsely: false });
    expect(world.objectives[0]?.matters).toBeCloseTo(1 / 6, 12);
  });
});

describe("sums", () => {
  const one = tableOf([2, 2, 2], (x) => 3 * at(x, 0) + at(x, 1) - at(x, 2) + at(x, 0) * at(x, 1), "one");
  const two = tableOf([3, 2], (x) => at(x, 0) ** 2 - 2 * at(x, 0) * at(x, 1), "two");

  test("the best of the sum is what the parts' bests make, found by looking at all", () => {
    for (let repeat = 0; repeat < 5; repeat++) {
      const world = summedWorld({ name: "s", parts: [one, two] }, 1, { ...options, repeat });
      expect(world.levels).toEqual([2, 2, 2, 3, 2]);
      expect(best(world).fraction).toBeCloseTo(1, 12);
    }
  });

  test("every table is in one; they repeat up to 68 factors", () => {
    const sums = sumsOf([one, two]);
    expect(sums.map(({ name }) => name)).toEqual(["sum-of-5", "sum-of-68"]);
    expect(sums[0]?.parts).toEqual([one, two]);
    const wide = tableOf([2, 2, 2, 2, 2, 2, 2, 2], (x) => at(x, 0), "wide");
    const many = Array.from({ length: 20 }, () => wide);
    expect(sumsOf(many).map(({ parts }) => parts.length)).toEqual([8, 8, 4]);
  });
});

describe("a pipeline", () => {
  const pipeline = { costs: [0.1, 0.2, 0.7], prefixes: [[0], [0, 2], [0, 1, 2]] };

  test("costs are of the stages after the first change, and of none twice", () => {
    const cache = createStageCache(pipeline);
    expect(cache.cost([0, 0, 0], 1)).toBeCloseTo(1, 12);
    cache.add([0, 0, 0], 1);
    expect(cache.cost([0, 0, 0], 1)).toBe(0);
    expect(cache.cost([0, 1, 0], 1)).toBeCloseTo(0.7, 12);
    expect(cache.cost([0, 0, 1], 1)).toBeCloseTo(0.9, 12);
    expect(cache.cost([1, 0, 0], 1)).toBeCloseTo(1, 12);
    expect(cache.cost([0, 0, 0], 2)).toBeCloseTo(1, 12);
    cache.add([0, 1, 1], 1);
    expect(cache.cost([0, 0, 1], 1)).toBeCloseTo(0.7, 12);
  });

  test("is dealt every factor once, and whole costs 1", () => {
    const { costs, prefixes } = dealPipeline(11, "p");
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(1, 12);
    expect(prefixes.at(-1)).toEqual(Array.from({ length: 11 }, (_, j) => j));
    const sizes = prefixes.map((of) => of.length);
    expect(sizes).toEqual([3, 6, 9, 11]);
    expect(dealPipeline(11, "q")).not.toEqual(dealPipeline(11, "p"));
  });
});
