import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Block,
  drawBlocks,
  drawPoints,
  firstMarks,
  interpolate,
  type Points,
  type Series,
  type Span,
} from "./downsample.ts";

const everything: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const value = fc.oneof(
  { weight: 5, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);
const curve = fc
  .array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), value), { minLength: 1, maxLength: 200 })
  .map((points): Points => ({ x: Float64Array.from(points, ([x]) => x), y: Float64Array.from(points, ([, y]) => y) }));

function frameOf({ x }: Points): Span {
  return { from: Math.min(...x), to: Math.max(...x) };
}

const finite = (ys: Iterable<number>) => [...ys].filter(Number.isFinite);
const known = (values: readonly (number | null)[]) => values.filter((each) => each !== null);

function wellFormed(series: Series): void {
  const { x, mean, min, max } = series;
  expect([mean.length, min.length, max.length]).toEqual([x.length, x.length, x.length]);
  for (const [i, middle] of mean.entries()) {
    const [low, high] = [min[i] ?? null, max[i] ?? null];
    expect([low === null, high === null]).toEqual([middle === null, middle === null]);
    if (middle === null || low === null || high === null) continue;
    expect(low).toBeLessThanOrEqual(middle);
    expect(middle).toBeLessThanOrEqual(high);
  }
  expect(x.every((at, i) => i === 0 || at >= (x[i - 1] ?? at))).toBe(true);
  // What is not finite would silently be null on the wire.
  for (const column of [x, mean, min, max]) for (const each of known(column)) expect(each).toSatisfy(Number.isFinite);
}

describe("a curve in buckets", () => {
  test("keeps its least and largest value, its count, and every kind of mark", () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 1, max: 20 }), (points, most) => {
        const series = drawPoints(points, { of: everything, frame: frameOf(points) }, most);
        wellFormed(series);
        expect(series.count).toBe(points.x.length);
        expect(series.sampled).toBe(points.x.length > most);
        expect(series.x.length).toBeLessThanOrEqual(Math.max(most, 1));
        const ys = finite(points.y);
        expect(known(series.min).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)).toBe(
          ys.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
        );
        expect(known(series.max).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)).toBe(
          ys.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
        );
        const { from, to } = frameOf(points);
        const bucketOf = (x: number) =>
          to > from ? Math.min(most - 1, Math.floor(((x / 2 - from / 2) / (to / 2 - from / 2)) * most)) : 0;
        for (const [i, y] of points.y.entries()) {
          if (Number.isFinite(y)) continue;
          const x = points.x[i] ?? 0;
          const marked = series.marks.some(
            (mark) =>
              Object.is(Number(mark.value), y) && (series.sampled ? bucketOf(mark.x) === bucketOf(x) : mark.x === x),
          );
          expect(marked).toBe(true);
        }
      }),
    );
  });

  test("of few points is the points", () => {
    const points = { x: Float64Array.of(3, 1, 2), y: Float64Array.of(30, 10, Number.NaN) };
    expect(drawPoints(points, { of: everything, frame: { from: 1, to: 3 } }, 10)).toEqual({
      x: [1, 2, 3],
      mean: [10, null, 30],
      min: [10, null, 30],
      max: [10, null, 30],
      marks: [{ x: 2, value: "NaN" }],
      count: 3,
      sampled: false,
    });
  });

  test("has null where no point is, and the mean of those that are there", () => {
    const points = { x: Float64Array.of(0, 1, 9, 10), y: Float64Array.of(1, 3, 5, 9) };
    const series = drawPoints(points, { of: everything, frame: { from: 0, to: 10 } }, 3);
    expect(series).toMatchObject({ mean: [2, null, 7], min: [1, null, 5], max: [3, null, 9], sampled: true });
    expect(series.x).toEqual([10 / 6, 5, 50 / 6].map((x) => expect.closeTo(x, 12)));
  });

  test("zoomed in shows what is in the view alone", () => {
    const points = {
      x: Float64Array.from({ length: 100 }, (_, i) => i),
      y: Float64Array.from({ length: 100 }, (_, i) => i),
    };
    const span = { from: 20, to: 29 };
    expect(drawPoints(points, { of: span, frame: span }, 50)).toMatchObject({ count: 10, sampled: false });
    expect(drawPoints(points, { of: span, frame: span }, 5)).toMatchObject({
      min: [20, 22, 24, 26, 28],
      sampled: true,
    });
  });
});

/** As the store summarises: of so many points each. */
function blocksOf({ x, y }: Points, size: number): Block[] {
  return Array.from({ length: Math.ceil(x.length / size) }, (_, b) => {
    const [xs, ys] = [x.subarray(b * size, (b + 1) * size), finite(y.subarray(b * size, (b + 1) * size))];
    const any = ys.length > 0;
    return {
      ...frameOf({ x: xs, y: xs }),
      count: xs.length,
      finite: ys.length,
      min: any ? ys.reduce((a, c) => Math.min(a, c)) : null,
      max: any ? ys.reduce((a, c) => Math.max(a, c)) : null,
      mean: any ? ys.reduce((mean, v, i) => mean + v / (i + 1) - mean / (i + 1), 0) : null,
    };
  });
}

describe("a curve by its blocks", () => {
  test("keeps its least and largest value and its count; its mean is the points' mean", () => {
    const rising = fc
      .array(fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
        minLength: 2,
        maxLength: 300,
      })
      .map((steps): Points => {
        let at = 0;
        return {
          x: Float64Array.from(steps, ([step]) => {
            at += step;
            return at;
          }),
          y: Float64Array.from(steps, ([, y]) => y),
        };
      });
    fc.assert(
      fc.property(rising, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 10, max: 60 }), (points, size, most) => {
        const blocks = blocksOf(points, size);
        const series = drawBlocks(blocks, { of: everything, frame: frameOf(points) }, most, () => []);
        wellFormed(series);
        expect(series.count).toBe(points.x.length);
        expect(Math.min(...known(series.min))).toBe(Math.min(...points.y));
        expect(Math.max(...known(series.max))).toBe(Math.max(...points.y));
      }),
    );
  });

  test("evenly logged has no gaps, and marks where it diverged", () => {
    const points = {
      x: Float64Array.from({ length: 10_000 }, (_, i) => i),
      y: Float64Array.from({ length: 10_000 }, (_, i) => (i === 7_777 ? Number.NaN : Math.sin(i))),
    };
    const series = drawBlocks(blocksOf(points, 1024), { of: everything, frame: frameOf(points) }, 800, ({ from }) =>
      from === 7168 ? [{ x: 7_777, value: "NaN" }] : [],
    );
    expect(series.mean).not.toContain(null);
    expect(series.marks).toEqual([{ x: 7_777, value: "NaN" }]);
  });
});

test("of some consecutive points the first mark of each kind is kept, of those in the span", () => {
  const part = fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 200 }));
  fc.assert(
    fc.property(curve, part, fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })), (points, ends, of) => {
      const [first, end] = ends.map((i) => Math.min(i, points.x.length)).sort((a, b) => a - b);
      const span = { from: Math.min(...of), to: Math.max(...of) };
      const marks = new Map<string, number>();
      for (let i = first ?? 0; i < (end ?? 0); i++) {
        const [x, y] = [points.x[i] ?? 0, points.y[i] ?? 0];
        if (!Number.isFinite(y) && x >= span.from && x <= span.to && !marks.has(`${y}`)) marks.set(`${y}`, x);
      }
      const found = firstMarks(points, first ?? 0, (end ?? 0) - (first ?? 0), span);
      expect(found.map(({ x, value }) => [value, x])).toEqual([...marks]);
    }),
  );
});

test("between knots lies a straight line, outside them nothing changes", () => {
  const line = interpolate({ x: Float64Array.of(0, 10, 20), y: Float64Array.of(0, 100, 400) });
  expect([-5, 0, 5, 10, 15, 20, 25].map(line.at)).toEqual([0, 0, 50, 100, 250, 400, 400]);
});

test("a span goes over all that its points become, also where knots fall", () => {
  const knots = fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 })
    .chain((xs) =>
      fc.tuple(
        fc.constant(xs.sort((a, b) => a - b)),
        fc.array(fc.integer(), { minLength: xs.length, maxLength: xs.length }),
      ),
    );
  const ends = fc.tuple(fc.integer({ min: -60, max: 60 }), fc.nat({ max: 40 }));
  fc.assert(
    fc.property(knots, ends, ([xs, ys], [from, width]) => {
      const line = interpolate({ x: Float64Array.from(xs), y: Float64Array.from(ys) });
      // Extremes of straight lines are at their ends, which are whole numbers here.
      const values = Array.from({ length: width + 1 }, (_, i) => line.at(from + i));
      expect(line.over({ from, to: from + width })).toEqual({ from: Math.min(...values), to: Math.max(...values) });
    }),
  );
});
