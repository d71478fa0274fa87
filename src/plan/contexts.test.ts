import { expect, test } from "vitest";
import { type Elsewhere, measureTold, type Told } from "./contexts.test-util.ts";
import type { Context } from "./plan.ts";

const scale: Context = { kind: "scale", levels: ["full", "proxy"] };
const epoch: Context = { kind: "epoch", levels: ["now", "before"] };

const repeats = 10;

/** Two runs a factor here and five there. Of 180 intervals, many of one truth, the share that covers is known to some ± 0.05. */
function told(elsewhere: Elsewhere) {
  const all = Array.from({ length: repeats }, (_, r) => measureTold(elsewhere, 12, 30, `elsewhere ${r}`));
  const sum = (of: keyof Told) => all.reduce((total, one) => total + one[of], 0);
  return {
    coverage: sum("covered") / sum("intervals"),
    width: sum("width") / sum("ownWidth"),
    error: Math.sqrt(sum("error") / sum("ownError")),
    agreement: sum("agreement") / repeats,
  };
}

test("a cheap scale that agrees sharpens what is known here, and what is said stays true", () => {
  const { coverage, width, error, agreement } = told({ context: scale, agreement: 0.95, spread: 1, noise: 1 });
  expect(width).toBeLessThan(0.82);
  expect(error).toBeLessThan(0.8);
  expect(coverage).toBeGreaterThan(0.85);
  expect(agreement).toBeGreaterThan(0.6);
});

test("a cheap scale that has nothing to do with this one is found out, and misleads little", () => {
  const { coverage, width, error, agreement } = told({ context: scale, agreement: 0, spread: 1, noise: 1 });
  expect(agreement).toBeLessThan(0.4);
  // Thirty runs about something else against twelve: which factors matter is learnt from all.
  expect(coverage).toBeGreaterThan(0.78);
  expect(width).toBeGreaterThan(0.95);
  expect(error).toBeLessThan(1.25);
});

test.each([
  ["three times as large", 3, 1],
  ["a third", 1 / 3, 1],
  ["as large, in a quarter of the noise", 1, 0.25],
  ["as large, in three times the noise", 1, 3],
] as const)("effects elsewhere that are %s do not deceive", (_, spread, noise) => {
  const { coverage, width } = told({ context: scale, agreement: 0.95, spread, noise });
  expect(coverage).toBeGreaterThan(0.81);
  expect(coverage).toBeLessThan(0.97);
  expect(width).toBeLessThan(1);
});

test("runs of before an edit that changed nothing but the level keep what they told", () => {
  const { coverage, width } = told({ context: epoch, agreement: 1, spread: 1, noise: 1 });
  expect(coverage).toBeGreaterThan(0.85);
  expect(width).toBeLessThan(0.82);
});
