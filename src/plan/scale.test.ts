import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { objective, plainSpace } from "../decision/simulate.test-util.ts";
import type { Observation } from "../evidence/evidence.ts";
import { shapeOf } from "./functional.ts";
import { createGrouping } from "./grouping.ts";
import { scaleObjective } from "./scale.ts";

const space = plainSpace([1, 1]);
const contexts = [{ kind: "scale" as const, levels: ["full", "proxy"] }];
const shape = shapeOf(space, [2]);
const grouping = createGrouping({ space, seededStages: [], contexts });
const y = objective("y", { matters: 0.01 });

function run(value: number, context: number, samplingError: number | null = null): Observation {
  const outcomes = new Map([["y", { kind: "measured" as const, value, samplingError }]]);
  return { run: "", combination: [0, 0], seed: 1, purpose: "search", context: [context], outcomes };
}
const scaled = (runs: readonly Observation[]) => scaleObjective(shape, grouping, y, runs);
const here = [1, 2, 3, 4, 9].map((value) => run(value, 0));

describe("results of several contexts", () => {
  test("are each seen from their own centre, in the unit of the deciding one", () => {
    const alone = scaled(here);
    const both = scaled([...here, ...[501, 502, 503, 504, 509].map((value) => run(value, 1))]);
    expect(both.centre).toBe(3);
    expect(both.unit).toBe(alone.unit);
    expect([...both.data.y.slice(0, 5)]).toEqual([...alone.data.y]);
    expect([...both.data.y.slice(5)]).toEqual([...alone.data.y]);
  });

  test("come in their context's own spread where the same changes do more or less there", () => {
    const corners = [0, 1].flatMap((a) => [0, 1].map((b) => [a, b]));
    const of = (factor: number, context: number) =>
      corners.map(([a = 0, b = 0]) => ({ ...run(factor * (3 * a + 2 * b), context), combination: [a, b] }));
    const tenfold = scaled([...of(1, 0), ...of(10, 1)]).data.y;
    // Four combinations on either side: the ratio of ten is drawn to 10^(3/5).
    for (let i = 0; i < 4; i++) expect(tenfold[4 + i]).toBeCloseTo((tenfold[i] ?? 0) * 10 ** (2 / 5), 12);
  });

  test("lend their spread while the deciding context has next to none", () => {
    const there = [10, 20, 30, 40, 90].map((value) => run(value, 1));
    const lent = scaled([run(0, 0), ...there]);
    expect(lent.unit).toBeGreaterThan(10);
    expect(lent.centre).toBe(0);
    expect(scaled(there).centre).toBe(30);
  });

  test("diverge below the worst of their own context", () => {
    const broken: Observation = { ...run(0, 1), outcomes: new Map([["y", { kind: "diverged" }]]) };
    const there = [500, 510, 520].map((value) => run(value, 1));
    const values = scaled([...here, ...there, broken]).data.y;
    expect(values.at(-1)).toBeLessThanOrEqual(Math.min(...values));
    expect(values.at(-1)).toBeGreaterThan(10 * Math.min(...values.slice(0, -1)));
  });

  test("no constant added to all results of one context changes what the model sees", () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, values, fc.integer({ min: -1e6, max: 1e6 }), (a, b, shift) => {
        const of = (added: number) =>
          scaled([...a.map((value) => run(value, 0)), ...b.map((value) => run(value + added, 1))]);
        const [plain, shifted] = [of(0), of(shift)];
        expect(shifted.unit).toBeCloseTo(plain.unit, 9);
        for (let i = 0; i < plain.data.n; i++) expect(shifted.data.y[i]).toBeCloseTo(plain.data.y[i] ?? 0, 9);
      }),
    );
  });
});

test("what the items leave to chance is known variance, in the unit of the results", () => {
  const runs = [...here, run(5, 0, 0.5)];
  const { data, unit } = scaled(runs);
  expect([...data.known.slice(0, 5)]).toEqual([0, 0, 0, 0, 0]);
  expect(data.known[5]).toBeCloseTo((0.5 / unit) ** 2, 12);
});
