import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extentOfX, extentOfY, firstAtOrAfter, type Line, nearestPoint, padded, readAt } from "./line.ts";
import { slots, slotsOf } from "./palette.ts";
import { smooth } from "./smooth.ts";
import { linearTicks, logTicks } from "./ticks.ts";

const ascending = fc
  .uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 })
  .map((values) => values.toSorted((a, b) => a - b));
const curve = ascending.chain((x) =>
  fc.record({
    x: fc.constant(x),
    y: fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null }), {
      minLength: x.length,
      maxLength: x.length,
    }),
  }),
);
const weight = fc.double({ min: 0, max: 0.999, noNaN: true });
const length = fc.double({ min: 1e-3, max: 1e4, noNaN: true });

function line(id: string, x: readonly number[], y: readonly (number | null)[]): Line {
  return { id, label: id, slot: 0, x, y, low: y, high: y, marks: [], count: x.length, sampled: false };
}

describe("smooth", () => {
  test("is the definition, term by term", () => {
    fc.assert(
      fc.property(
        curve,
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        ({ x, y }, w, l) => {
          const s = smooth(x, y, w, l);
          y.forEach((value, i) => {
            if (value === null) {
              expect(s[i]).toBeNull();
              return;
            }
            let sum = 0;
            let weights = 0;
            for (let j = 0; j <= i; j += 1) {
              const past = y[j];
              if (past === null || past === undefined) continue;
              const left = w ** (((x[i] ?? 0) - (x[j] ?? 0)) / l);
              sum += left * past;
              weights += left;
            }
            expect(Math.abs((s[i] ?? Number.NaN) - sum / weights)).toBeLessThan(1e-3);
          });
        },
      ),
    );
  });

  test("leaves a constant alone, from its first point on", () => {
    fc.assert(
      fc.property(ascending, weight, length, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x, w, l, value) => {
        for (const s of smooth(
          x,
          x.map(() => value),
          w,
          l,
        ))
          expect(s).toBeCloseTo(value, 6);
      }),
    );
  });

  test("stays between the least and the largest before it", () => {
    fc.assert(
      fc.property(curve, weight, length, ({ x, y }, w, l) => {
        const finite = y.filter((value) => value !== null);
        for (const s of smooth(x, y, w, l)) {
          if (s === null) continue;
          expect(s).toBeGreaterThanOrEqual(Math.min(...finite) - 1e-6);
          expect(s).toBeLessThanOrEqual(Math.max(...finite) + 1e-6);
        }
      }),
    );
  });

  test("is nothing at weight 0", () => {
    expect(smooth([1, 2, 3], [5, null, 1], 0, 10)).toEqual([5, null, 1]);
  });
});

describe("points", () => {
  test("the nearest is the nearest of those with a value", () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: -1200, max: 1200 }), (points, at) => {
        const index = nearestPoint(points, at);
        const distances = points.x.flatMap((x, i) => (points.y[i] === null ? [] : [Math.abs(x - at)]));
        if (index === null) {
          expect(distances).toEqual([]);
          return;
        }
        expect(points.y[index]).not.toBeNull();
        expect(Math.abs((points.x[index] ?? Number.NaN) - at)).toBe(Math.min(...distances));
      }),
    );
  });

  test("the first at or after splits the values", () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -1200, max: 1200 }), (values, at) => {
        const index = firstAtOrAfter(values, at);
        expect(values.slice(0, index).every((value) => value < at)).toBe(true);
        expect(values.slice(index).every((value) => value >= at)).toBe(true);
      }),
    );
  });

  test("readings are sorted by value, and a line says nothing beyond its end", () => {
    const lines = [line("a", [0, 10], [1, 2]), line("b", [0, 10], [3, 4]), line("short", [0, 1], [9, 9])];
    expect(readAt(lines, 9, 2).map(({ line: { id }, y }) => [id, y])).toEqual([
      ["b", 4],
      ["a", 2],
    ]);
    expect(readAt(lines, 0, 2).map(({ line: { id } }) => id)).toEqual(["short", "b", "a"]);
  });

  test("extents hold every point in view, and one outside at each end so that lines reach the frame", () => {
    const lines = [line("a", [0, 1, 2, 3, 4], [9, 1, -2, 3, 100])];
    expect(extentOfX(lines)).toEqual([0, 4]);
    expect(extentOfX([])).toBeNull();
    expect(extentOfY(lines, [1.5, 2.5], false, false)).toEqual([-2, 3]);
    expect(extentOfY(lines, [0, 4], false, true)).toEqual([1, 100]);
    expect(extentOfY([line("a", [0], [null])], [0, 1], false, false)).toBeNull();
  });

  test("padding contains the range, and never reaches 0 on a logarithmic axis", () => {
    expect(padded([0, 10], 0.1, false)).toEqual([-1, 11]);
    expect(padded([5, 5], 0.1, false)).toEqual([4.75, 5.25]);
    const [low, high] = padded([1e-6, 1], 0.05, true);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(1e-6);
    expect(high).toBeGreaterThan(1);
  });
});

describe("colours", () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 });

  test("twenty runs have twenty colours", () => {
    fc.assert(
      fc.property(ids, (found) => {
        const first = found.slice(0, slots);
        expect(new Set(slotsOf(first).values()).size).toBe(first.length);
      }),
    );
  });

  test("a run that is added changes no other's", () => {
    fc.assert(
      fc.property(ids, fc.string({ minLength: 1 }), (found, added) => {
        const before = slotsOf(found);
        const after = slotsOf([...found, added]);
        for (const id of found) expect(after.get(id)).toBe(before.get(id));
      }),
    );
  });
});

describe("ticks", () => {
  const spans = fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
    .map(([low, length]): [number, number] => [low, low + length]);

  test("lie within the range, ascend, and are few", () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 2, max: 12 }), (range, count) => {
        const ticks = linearTicks(range, count);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(range[0] - 1e-9 * (range[1] - range[0]));
          expect(tick).toBeLessThanOrEqual(range[1] + 1e-9 * (range[1] - range[0]));
        }
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
      }),
    );
  });

  test("are round", () => {
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([2.83, 3.61], 4)).toEqual([3, 3.2, 3.4, 3.6]);
    expect(linearTicks([0, 1200], 4)).toEqual([0, 500, 1000]);
    expect(linearTicks([3, 3], 4)).toEqual([3]);
    expect(logTicks([0.9, 1100], 12)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
    expect(logTicks([1e-6, 1], 3)).toEqual([1e-6, 1e-4, 1e-2, 1]);
    expect(logTicks([2.5, 4.1], 4)).toEqual([2.5, 3, 3.5, 4]);
  });
});
