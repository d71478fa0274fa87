import { scaleLinear } from "d3-scale";
import fc from "fast-check";
import { expect, test } from "vitest";
import { forestDomain, linearScale } from "./scale.ts";

// Thousandths: where a bound is a rounding error away from a tick, either answer is right.
const domain = fc
  .tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: 1, max: 1e7 }))
  .map(([low, width]): [number, number] => [low / 1000, (low + width) / 1000]);

test("ticks and places are those of d3-scale", () => {
  fc.assert(
    fc.property(
      domain,
      fc.integer({ min: 2, max: 10 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (interval, count, share) => {
        const ours = linearScale(interval, [0, 100]);
        const theirs = scaleLinear().domain(interval).range([0, 100]);
        expect(ours.ticks(count)).toEqual(theirs.ticks(count).map((tick) => expect.closeTo(tick, 9)));
        const value = interval[0] + share * (interval[1] - interval[0]);
        expect(ours.at(value)).toBeCloseTo(theirs(value), 6);
      },
    ),
  );
});

test("a domain of no width still places its value", () => {
  expect(linearScale([3, 3], [0, 100]).at(3)).toBeCloseTo(50);
  expect(linearScale([0, 0], [0, 100]).at(0)).toBeCloseTo(50);
});

test("a forest spans zero, what matters and every centre, and one wide interval does not flatten the rest", () => {
  const sharp = { mean: 2, low: 1.5, high: 2.5 };
  const wide = { mean: 0, low: -1000, high: 1000 };
  const [low, high] = forestDomain([sharp, wide], 1);
  expect(low).toBeLessThan(-1);
  expect(high).toBeGreaterThan(2.5);
  expect(high - low).toBeLessThan(12);
});
