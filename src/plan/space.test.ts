import fc from "fast-check";
import { expect, test } from "vitest";
import type { Combination, LevelRef, Space } from "../contribution/contribution.ts";
import { plainSpace } from "../decision/simulate.test-util.ts";
import {
  allCombinations,
  differences,
  hamming,
  hasLevel,
  isLegal,
  levelsOf,
  neighbours,
  sizeOf,
  stepOf,
  withLevel,
  withoutLevel,
} from "./space.ts";

const ref = (factor: number, level = 1): LevelRef => ({ factor, level });
const constrained: Space = plainSpace([1, 2, 1, 1, 1], {
  excludes: [[ref(0), ref(2)]],
  requires: [
    { level: ref(3), anyOf: [ref(1, 2), ref(2)] },
    { level: ref(4), anyOf: [ref(3)] },
  ],
});

test("what a level requires comes with it, what it excludes goes", () => {
  expect(withLevel(constrained, [0, 0, 0, 0, 0], ref(4))).toEqual([0, 2, 0, 1, 1]);
  expect(withLevel(constrained, [1, 0, 0, 0, 0], ref(2))).toEqual([0, 0, 1, 0, 0]);
  expect(withoutLevel(constrained, [0, 2, 0, 1, 1], 1)).toEqual([0, 0, 0, 0, 0]);
  expect(withLevel(plainSpace([1, 1], { requires: [{ level: ref(0), anyOf: [] }] }), [0, 0], ref(0))).toBeNull();
});

test("mended combinations are legal and have what was asked for", () => {
  const legal = fc.constantFrom(...allCombinations(constrained));
  const level = fc.constantFrom(...levelsOf(constrained));
  fc.assert(
    fc.property(legal, level, (x, asked) => {
      const within = withLevel(constrained, x, asked);
      const without = withoutLevel(constrained, x, asked.factor);
      if (within !== null) expect(isLegal(constrained, within) && hasLevel(within, asked)).toBe(true);
      if (without !== null) expect(isLegal(constrained, without) && without[asked.factor] === 0).toBe(true);
      for (const y of neighbours(constrained, x)) expect(isLegal(constrained, y) && hamming(x, y) > 0).toBe(true);
    }),
  );
});

test("every legal combination can be reached from the baseline by steps", () => {
  const reached = new Map<string, Combination>([["0,0,0,0,0", [0, 0, 0, 0, 0]]]);
  for (const x of reached.values()) for (const y of neighbours(constrained, x)) reached.set(y.join(), y);
  expect([...reached.keys()].sort()).toEqual(
    allCombinations(constrained)
      .map((x) => x.join())
      .sort(),
  );
  expect(sizeOf(constrained)).toBe(48);
});

test("a step adds a level, or shows what leaving it out would lose", () => {
  const where = { space: constrained, baseline: [0, 1, 0, 0, 0] };
  expect(stepOf(where, [1, 0, 0, 0, 0], ref(1, 2))).toEqual({ within: [1, 2, 0, 0, 0], without: [1, 0, 0, 0, 0] });
  // A factor falls back to the baseline's level, and to "without" when the level itself is the baseline's.
  expect(stepOf(where, [0, 2, 0, 0, 0], ref(1, 2))?.without).toEqual([0, 1, 0, 0, 0]);
  expect(stepOf(where, [0, 1, 0, 0, 0], ref(1, 1))?.without).toEqual([0, 0, 0, 0, 0]);
});

test("differences are named by levels", () => {
  expect(differences(constrained, [1, 2, 0, 0, 0], [0, 1, 1, 0, 0])).toEqual(["f0", "f1=l2", "−f2"]);
});
