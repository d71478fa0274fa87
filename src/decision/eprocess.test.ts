import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../base/rng.ts";
import { normalPdf } from "../math/normal.ts";
import { logGamma, studentPdf } from "../math/student.ts";
import { criticalT, eValueAt, largestE, pairsNeeded, spreadOf, tStatistic } from "./eprocess.ts";

/** Density of √n d̄/s at t for effect size δ: ∫ φ(t √(w/ν) − √n δ) √(w/ν) χ²_ν(w) dw, by the trapezoid rule in log w. */
function noncentral(t: number, nu: number, shift: number): number {
  let total = 0;
  const h = 0.01;
  for (let u = -25; u < 8; u += h) {
    const w = Math.exp(u) * nu;
    const logChi = (nu / 2 - 1) * Math.log(w) - w / 2 - (nu / 2) * Math.log(2) - logGamma(nu / 2);
    total += normalPdf(t * Math.sqrt(w / nu) - shift) * Math.sqrt(w / nu) * Math.exp(logChi) * w * h;
  }
  return total;
}

/** The Bayes factor by integrating the non-central t density over δ ~ N(0, 4), δ > 0: the right-Haar prior leaves only t. */
function integrated(n: number, t: number): number {
  const nu = n - 1;
  let total = 0;
  const h = 0.02;
  for (let delta = h / 2; delta < 12; delta += h)
    total += noncentral(t, nu, Math.sqrt(n) * delta) * 2 * (normalPdf(delta / 2) / 2) * h;
  return total / studentPdf(t, nu);
}

test.each([
  [2, 0.5],
  [2, 8],
  [3, -1],
  [5, 2],
  [5, 6],
  [12, 3.5],
  [12, -2],
])("E_%d at t = %d equals the integral that defines it", (n, t) => {
  expect(Math.abs(eValueAt(n, t) / integrated(n, t) - 1)).toBeLessThan(2e-3);
});

test("E increases with t, is bounded at infinity, and is 1 before there is a spread", () => {
  for (const n of [2, 3, 7, 20]) {
    let before = 0;
    for (const t of [-1e200, -10, -1, 0, 1, 10, 1e5, 1e200]) {
      const e = eValueAt(n, t);
      expect(e).toBeGreaterThanOrEqual(before);
      before = e;
    }
    expect(eValueAt(n, Number.POSITIVE_INFINITY) / eValueAt(n, 1e9)).toBeCloseTo(1, 6);
    expect(eValueAt(n, Number.NEGATIVE_INFINITY)).toBeCloseTo(eValueAt(n, -1e9), 6);
  }
  expect(eValueAt(1, 5)).toBe(1);
});

test("equal differences: certainty only where they are not zero", () => {
  expect(largestE([0, 0, 0, 0], 1e-6)).toBe(1);
  expect(largestE([1e-16, 2e-16, 1e-16], 1e-6)).toBe(1);
  expect(largestE([1, 1, 1], 1e-6)).toBeGreaterThan(20);
});

test("about 4 pairs for an effect of 5 sd, 5 for 3, 7 for 2", () => {
  const needed = [5, 3, 2].map((effect) => pairsNeeded(effect, 20, 2, 50));
  expect(needed).toEqual([4, 4, 6].map((n) => expect.toSatisfy((got: number) => Math.abs(got - n) <= 1)));
  expect(pairsNeeded(-1, 20, 2, 50)).toBeNull();
});

test("the critical t is where E reaches the threshold", () => {
  expect(eValueAt(7, criticalT(7, 25))).toBeCloseTo(25, 6);
  expect(criticalT(2, 25)).toBe(Number.POSITIVE_INFINITY);
});

describe("on null differences, looked at after every pair, few cross 1/α", () => {
  const t3 = (rng: Rng) => rng.normal() / Math.sqrt((rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2) / 3);
  const cases: readonly (readonly [string, (rng: Rng, i: number) => number])[] = [
    ["normal", (rng) => rng.normal()],
    ["t with 3 degrees of freedom", t3],
    // A candidate twice as noisy as the baseline, differently on every seed.
    ["heteroscedastic", (rng) => (0.5 + 3 * rng.uniform()) * rng.normal() - rng.normal()],
    ["a real loss", (rng) => rng.normal() - 0.3],
  ];
  test.each(cases)("%s", (_, draw) => {
    const rng = createRng("null differences");
    const repeats = 1500;
    let landed = 0;
    for (let r = 0; r < repeats; r++) {
      const differences = Array.from({ length: 24 }, (_unused, i) => draw(rng, i));
      if (largestE(differences, 1e-6) >= 20) landed++;
    }
    // α = 0.05; three standard errors of 1,500 repeats are 0.017.
    expect(landed / repeats).toBeLessThan(0.05 + 0.017);
  });
});

test("t of a spread", () => {
  expect(tStatistic(spreadOf([1, 2, 3, 4], 0))).toBeCloseTo((2 * 2.5) / Math.sqrt(5 / 3), 12);
});
