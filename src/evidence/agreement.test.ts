import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { rankAgreement, ranksOf } from "./agreement.ts";

test("ties are ranked at the mean of their places", () => {
  expect(ranksOf([5, 1, 5, 0, 5])).toEqual([4, 2, 4, 1, 4]);
  expect(ranksOf([])).toEqual([]);
});

describe("rank agreement", () => {
  const pairs = (x: readonly number[], y: readonly number[]) => x.map((a, i): [number, number] => [a, y[i] ?? 0]);

  test("is 1 − 6 Σd²/(n(n² − 1)) where nothing is tied", () => {
    const found = rankAgreement(pairs([1, 2, 3, 4, 5], [20, 10, 30, 50, 40]), 0.9);
    expect(found?.mean).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
    expect(found?.low).toBeLessThan(0.3);
    expect(found?.high).toBeGreaterThan(0.9);
  });

  test("of a perfect order is whole, and sure only of many", () => {
    const perfect = (n: number) => {
      const x = Array.from({ length: n }, (_, i) => i);
      return rankAgreement(
        pairs(
          x,
          x.map((value) => value ** 3),
        ),
        0.9,
      );
    };
    expect(perfect(4)).toMatchObject({ mean: 1, high: 1 });
    expect(perfect(4)?.low).toBeLessThan(0);
    expect(perfect(20)?.low).toBeGreaterThan(0.98);
    expect(rankAgreement(pairs([1, 2, 3, 4], [4, 3, 2, 1]), 0.9)).toMatchObject({ mean: -1, low: -1 });
  });

  test("is unknown of few pairs and of results that do not vary", () => {
    expect(rankAgreement(pairs([1, 2, 3], [1, 2, 3]), 0.9)).toBeNull();
    expect(rankAgreement(pairs([1, 2, 3, 4], [7, 7, 7, 7]), 0.9)).toBeNull();
  });

  test("knows nothing of units, and does not mind which side is which", () => {
    const values = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(values, (given) => {
        const found = rankAgreement(given, 0.9);
        expect(
          rankAgreement(
            given.map(([x, y]) => [Math.exp(x), 3 * y - 100]),
            0.9,
          ),
        ).toEqual(found);
        const swapped = rankAgreement(
          given.map(([x, y]) => [y, x]),
          0.9,
        );
        if (found === null) return expect(swapped).toBeNull();
        expect(swapped?.mean).toBeCloseTo(found.mean, 12);
        const turned = rankAgreement(
          given.map(([x, y]) => [x, -y]),
          0.9,
        );
        expect(turned?.mean).toBeCloseTo(-found.mean, 12);
      }),
    );
  });

  test("has intervals that cover: normal pairs of correlation 0.7, whose ranks correlate by 6/π asin(0.35)", () => {
    const truth = (6 / Math.PI) * Math.asin(0.35);
    const rng = createRng("ranks");
    const repeats = 600;
    let covered = 0;
    for (let r = 0; r < repeats; r++) {
      const given = Array.from({ length: 12 }, (): [number, number] => {
        const x = rng.normal();
        return [x, 0.7 * x + Math.sqrt(1 - 0.49) * rng.normal()];
      });
      const found = rankAgreement(given, 0.9);
      if (found !== null && found.low <= truth && truth <= found.high) covered++;
    }
    expect(covered / repeats).toBeGreaterThan(0.86);
    expect(covered / repeats).toBeLessThan(0.94);
  });
});
