import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { Combination } from "../contribution/contribution.ts";
import { median } from "../math/robust.ts";
import { type Result, spreadRatio } from "./spread.ts";

const rng = createRng("spread");
const factors = 6;
const effects = Array.from({ length: factors }, () => rng.normal());

/** `factor` times the planted effects, over combinations with each factor in with probability `share`. */
function results(n: number, factor: number, noise: number, share = 0.5): Result[] {
  return Array.from({ length: n }, () => {
    const x: Combination = effects.map(() => (rng.uniform() < share ? 1 : 0));
    const value = x.reduce((sum, level, j) => sum + level * (effects[j] ?? 0), 0);
    return { x, value: 500 + factor * value + noise * rng.normal() };
  });
}

describe("how much larger effects are elsewhere", () => {
  test.each([1, 3, 1 / 3])("a factor of %f is found", (factor) => {
    const ratio = spreadRatio(results(60, factor, 0.1 * factor), results(60, 1, 0.1));
    expect(ratio / factor).toBeGreaterThan(0.8);
    expect(ratio / factor).toBeLessThan(1.25);
  });

  test("noise, where it is seen, is not taken for effects", () => {
    const ratios = Array.from({ length: 5 }, () => spreadRatio(results(150, 1, 2, 0.2), results(150, 1, 0.1, 0.2)));
    expect(median(ratios)).toBeGreaterThan(0.6);
    expect(median(ratios)).toBeLessThan(1.5);
  });

  test("it does not matter which combinations were run how often", () => {
    const [base] = results(1, 1, 0, 0);
    if (base === undefined) throw new Error("none");
    // Mostly the baseline here, all over the space there.
    const here = [
      ...Array.from({ length: 20 }, () => ({ ...base, value: base.value + 0.1 * rng.normal() })),
      ...results(12, 1, 0.1),
    ];
    const ratio = spreadRatio(results(60, 1, 0.1), here);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  test("one result far away on either side changes little", () => {
    const [there, here] = [results(40, 1, 0.1), results(40, 1, 0.1)];
    const far = { x: [1, 1, 1, 1, 1, 1], value: 1e9 };
    expect(spreadRatio([...there, far], here)).toBeLessThan(1.5);
    expect(spreadRatio(there, [...here, far])).toBeGreaterThan(0.65);
  });

  test("few combinations say little, and none nothing", () => {
    const pair = (factor: number): Result[] => [
      { x: [0], value: 0 },
      { x: [1], value: factor },
    ];
    expect(spreadRatio(pair(8), pair(1))).toBeCloseTo(8 ** (1 / 3), 12);
    expect(spreadRatio(pair(8), pair(0))).toBe(1);
    expect(spreadRatio([], pair(1))).toBe(1);
    expect(spreadRatio(pair(8), pair(1).slice(0, 1))).toBe(1);
  });
});
