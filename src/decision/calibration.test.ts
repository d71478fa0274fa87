import { expect, test } from "vitest";
import { at } from "../math/vector.ts";
import { measureCoverage, priorRanks, rankedFunctionals } from "./calibrate.test-util.ts";

test("90% intervals of effects cover planted truths in 85% to 95% of cases", () => {
  let covered = 0;
  let effects = 0;
  let interactionsCovered = 0;
  let interactions = 0;
  for (const [multiple, noise] of [
    [2, 0.3],
    [2, 1],
    [4, 0.6],
  ] as const) {
    const found = measureCoverage({ factors: 6, multiple, noise, repeats: 14, label: "coverage test" });
    covered += found.covered;
    effects += found.effects;
    interactionsCovered += found.interactionsCovered;
    interactions += found.interactions;
  }
  expect(covered / effects).toBeGreaterThan(0.85);
  expect(covered / effects).toBeLessThan(0.95);
  // Most planted interactions are small, which the model's prior foresees: its intervals err on the wide side.
  expect(interactionsCovered / interactions).toBeGreaterThan(0.88);
});

test("where the truth is drawn from the prior, posterior ranks are uniform", () => {
  const bins = new Float64Array(5);
  const repeats = 200;
  for (let r = 0; r < repeats; r++) {
    for (const rank of priorRanks(`prior ${r}`, 30)) {
      const bin = Math.min(4, Math.floor(5 * rank));
      bins[bin] = at(bins, bin) + 1;
    }
  }
  const expected = (repeats * rankedFunctionals.length) / 5;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 4 degrees of freedom: 18.5 has probability 0.001. Three functionals a truth are not quite independent.
  expect(chiSquare).toBeLessThan(18.5);
});
