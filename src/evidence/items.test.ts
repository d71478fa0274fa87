import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { clusteredStandardError, ownStandardError, pairedDifference, type ScoredItem } from "./items.ts";

test("one item a cluster: the plain standard error of the mean", () => {
  const items = [1, 2, 4, 9].map((score, i) => ({ score, cluster: `${i}` }));
  const mean = 4;
  const squares = items.reduce((sum, { score }) => sum + (score - mean) ** 2, 0);
  expect(clusteredStandardError(items)).toBeCloseTo(Math.sqrt(squares) / 4, 14);
});

test("a cluster of copies counts as one item", () => {
  const single = [1, 2, 4, 9].map((score, i) => ({ score, cluster: `${i}` }));
  const copied = single.flatMap((item) => [item, item, item]);
  expect(clusteredStandardError(copied)).toBeCloseTo(clusteredStandardError(single), 14);
});

test("the standard error of the paired difference is the spread that repeated sampling shows", () => {
  const rng = createRng("items");
  const clusters = 40;
  const estimates: number[] = [];
  let variance = 0;
  const repeats = 400;
  for (let r = 0; r < repeats; r++) {
    const a: ScoredItem[] = [];
    const b: ScoredItem[] = [];
    for (let c = 0; c < clusters; c++) {
      const shared = 0.5 * rng.normal();
      for (let i = 0; i < 4; i++) {
        // Difficulty is common to both runs and much larger than what tells them apart.
        const difficulty = 5 * rng.normal();
        const id = `${c}/${i}`;
        a.push({ id, score: difficulty + shared + 0.3 * rng.normal() + 0.1, cluster: `${c}` });
        b.push({ id, score: difficulty, cluster: `${c}` });
      }
    }
    const found = pairedDifference(a, b);
    if (found === null) throw new Error("no items shared");
    estimates.push(found.difference);
    variance += found.standardError ** 2 / repeats;
  }
  const mean = estimates.reduce((sum, e) => sum + e, 0) / repeats;
  const spread = Math.sqrt(estimates.reduce((sum, e) => sum + (e - mean) ** 2, 0) / (repeats - 1));
  expect(mean).toBeCloseTo(0.1, 1);
  expect(Math.sqrt(variance) / spread).toBeGreaterThan(0.88);
  expect(Math.sqrt(variance) / spread).toBeLessThan(1.12);
});

test("only shared items with finite scores are compared, each once", () => {
  const item = (id: string, score: number): ScoredItem => ({ id, score, cluster: id });
  const found = pairedDifference(
    [item("x", 0), item("x", 3), item("y", 5), item("z", Number.NaN), item("w", 1)],
    [item("x", 1), item("y", 1), item("z", 0)],
  );
  expect(found).toEqual({ difference: 3, standardError: expect.closeTo(Math.SQRT2 / 2, 12), items: 2 });
  expect(pairedDifference([item("x", 1)], [item("x", 2)])).toBeNull();
});

test("a run's own standard error is the spread of its mean where the items stay and their difficulty is known", () => {
  const rng = createRng("own");
  const items = 60;
  const difficulties = Array.from({ length: items }, () => 5 * rng.normal());
  const scored = (): ScoredItem[] =>
    difficulties.map((difficulty, i) => ({ id: `${i}`, score: difficulty + 0.4 * rng.normal(), cluster: `${i}` }));
  const squares = Array.from({ length: 300 }, () => (ownStandardError(scored(), scored()) ?? 0) ** 2);
  const variance = squares.reduce((sum, v) => sum + v, 0) / squares.length;
  expect(variance / (0.4 ** 2 / items)).toBeGreaterThan(0.95);
  expect(variance / (0.4 ** 2 / items)).toBeLessThan(1.05);
  expect(ownStandardError(scored(), [])).toBeNull();
});
