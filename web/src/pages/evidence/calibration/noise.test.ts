import { describe, expect, it } from "vitest";
import { isTold, pairsToTell } from "./noise.ts";

describe("pairsToTell", () => {
  it("makes what matters twice the standard error of the mean of so many paired differences", () => {
    for (const ratio of [0.4, 1, 2.5]) {
      const pairs = pairsToTell(ratio);
      const standardError = (n: number) => ratio * Math.sqrt(2 / n);
      expect(2 * standardError(pairs)).toBeLessThanOrEqual(1 + 1e-12);
      if (pairs > 1) expect(2 * standardError(pairs - 1)).toBeGreaterThan(1);
    }
  });

  it("is one at least", () => {
    expect(pairsToTell(0)).toBe(1);
  });
});

describe("isTold", () => {
  const sd = { mean: 1, low: 0.5, high: 2 };
  it("asks for a second draw of what runs share", () => {
    expect(isTold({ source: { kind: "own" }, sd, draws: 1 })).toBe(true);
    expect(isTold({ source: { kind: "seed" }, sd, draws: 1 })).toBe(false);
    expect(isTold({ source: { kind: "seed" }, sd, draws: 2 })).toBe(true);
  });
});
