import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { levelAfter } from "./budget.ts";
import { largestE } from "./eprocess.ts";

test("the first set needs 33, the t-th 33 t when all before it landed and 33 t² when none did", () => {
  const asked = (tested: number, landed: number) => 1 / levelAfter({ tested, landed }, 0.05);
  expect(asked(0, 0)).toBeCloseTo(Math.PI ** 2 / (6 * 0.05), 10);
  for (const t of [2, 5, 30]) {
    expect(asked(t - 1, t - 1)).toBeCloseTo(t * asked(0, 0), 8);
    expect(asked(t - 1, 0)).toBeCloseTo(t * t * asked(0, 0), 8);
  }
});

test("levels of sets that never land add up to alpha", () => {
  let spent = 0;
  for (let tested = 0; tested < 20_000; tested++) spent += levelAfter({ tested, landed: 0 }, 0.05);
  expect(spent).toBeLessThan(0.05);
  expect(spent).toBeGreaterThan(0.05 * 0.9999);
});

test("more tested is stricter, more landed is not", () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), fc.nat({ max: 200 }), (a, b) => {
      const [landed, tested] = [Math.min(a, b), Math.max(a, b)];
      const level = levelAfter({ tested, landed }, 0.05);
      expect(levelAfter({ tested: tested + 1, landed }, 0.05)).toBeLessThan(level);
      expect(levelAfter({ tested, landed: landed + 1 }, 0.05)).toBeGreaterThan(level);
      expect(level).toBeLessThan(0.05);
    }),
  );
});

test("over labs in which most sets are no gain, the share of false landings stays below alpha", () => {
  const [labs, sets, alpha] = [400, 12, 0.2];
  let share = 0;
  for (let lab = 0; lab < labs; lab++) {
    const rng = createRng(`life ${lab}`);
    let [landed, wrong] = [0, 0];
    for (let tested = 0; tested < sets; tested++) {
      const effect = tested % 4 === 3 ? 3 : 0;
      const differences = Array.from({ length: 16 }, () => effect + rng.normal());
      if (largestE(differences, 1e-6) < 1 / levelAfter({ tested, landed }, alpha)) continue;
      landed++;
      if (effect === 0) wrong++;
    }
    share += wrong / Math.max(1, landed) / labs;
  }
  expect(share).toBeLessThan(alpha);
  // It is a budget that gets used, not one so large that nothing could break it.
  expect(share).toBeGreaterThan(0.005);
});
