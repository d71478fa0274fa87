import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logExpectedImprovement, normalCdf, normalLogCdf, normalPdf, normalQuantile } from "./normal.ts";
import { gaussLegendre } from "./quadrature.ts";
import { incompleteBeta, logGamma, studentCdf, studentPdf, studentQuantile } from "./student.ts";
import { at } from "./vector.ts";

function relative(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

/** Simpson's rule. */
function integrate(f: (x: number) => number, from: number, to: number, steps = 4000): number {
  const h = (to - from) / steps;
  let total = f(from) + f(to);
  for (let i = 1; i < steps; i++) total += (i % 2 === 1 ? 4 : 2) * f(from + i * h);
  return (total * h) / 3;
}

describe("normal", () => {
  test.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.959963984540054, 0.975],
    [-3.1, 0.0009676032132183561],
    [-10, 7.61985302416047e-24],
    [-30, 4.906713927148187e-198],
  ])("Φ(%d)", (x, p) => {
    expect(relative(normalCdf(x), p)).toBeLessThan(1e-12);
  });

  test("the series and the continued fraction meet", () => {
    for (const x of [-3, 3]) {
      expect(relative(normalCdf(x - 1e-9), normalCdf(x + 1e-9))).toBeLessThan(1e-7);
      expect(Math.abs(normalLogCdf(x - 1e-9) - normalLogCdf(x + 1e-9))).toBeLessThan(1e-7);
    }
  });

  test("quantile and distribution function are inverse", () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        const p = normalCdf(x);
        // Above, p is too close to 1 to know x.
        if (x < 5) expect(normalQuantile(p)).toBeCloseTo(x, 9);
      }),
    );
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.1)).toBeNaN();
  });

  test("log Φ far out, by its asymptotic value", () => {
    // Mpmath: log(ncdf(-40)), log(ncdf(-1000)).
    expect(normalLogCdf(-40)).toBeCloseTo(-804.608442013754, 9);
    expect(normalLogCdf(-1000)).toBeCloseTo(-500007.826694812, 6);
    expect(normalLogCdf(10)).toBeCloseTo(-7.61985302416047e-24, 30);
  });

  test("log h(z) is the logarithm of the expected improvement", () => {
    for (const z of [-6, -3.01, -2.99, -1, 0, 2, 8]) {
      const direct = integrate((e) => Math.max(0, z + e) * normalPdf(e), -z, Math.max(12, 12 - z));
      expect(logExpectedImprovement(z)).toBeCloseTo(Math.log(direct), 6);
    }
    for (const z of [-49.999, -50.001, -1e4])
      expect(logExpectedImprovement(z)).toBeCloseTo(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(-z), 2);
    expect(logExpectedImprovement(-1e8)).toBeGreaterThan(Number.NEGATIVE_INFINITY);
  });
});

describe("Student's t", () => {
  test.each([
    [1, 1, 0.75],
    [2, 3, 0.9303370157205784],
    [-1.5, 7, 0.08864924349879],
    [2.228138851964939, 10, 0.975],
  ])("P(T ≤ %d), ν = %d", (t, nu, p) => {
    expect(studentCdf(t, nu)).toBeCloseTo(p, 10);
  });

  test("the density integrates to the distribution function", () => {
    for (const nu of [1, 2, 5.5, 30, 200])
      expect(0.5 + integrate((t) => studentPdf(t, nu), 0, 1.7)).toBeCloseTo(studentCdf(1.7, nu), 10);
  });

  test("quantile and distribution function are inverse", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 300 }), (p, nu) => {
        expect(studentCdf(studentQuantile(p, nu), nu)).toBeCloseTo(p, 10);
      }),
    );
  });

  test("many degrees of freedom: the normal; infinities and nonsense", () => {
    expect(studentCdf(1.3, 1e7)).toBeCloseTo(normalCdf(1.3), 6);
    expect(studentCdf(Number.POSITIVE_INFINITY, 3)).toBe(1);
    expect(studentCdf(Number.NEGATIVE_INFINITY, 3)).toBe(0);
    expect(studentCdf(1, 0)).toBeNaN();
  });

  test("Γ and the incomplete beta function at known points", () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
    expect(incompleteBeta(2, 3, 0.4)).toBeCloseTo(0.5248, 13);
    expect(incompleteBeta(5, 1, 0.9)).toBeCloseTo(0.9 ** 5, 13);
  });
});

test("Gauss–Legendre is exact up to degree 2n − 1, and not beyond", () => {
  for (const n of [1, 2, 5, 9]) {
    const { nodes, weights } = gaussLegendre(n);
    const power = (k: number) => nodes.reduce((sum, p, q) => sum + at(weights, q) * p ** k, 0);
    for (let k = 0; k <= 2 * n - 1; k++) expect(power(k)).toBeCloseTo(1 / (k + 1), 13);
    expect(Math.abs(power(2 * n) - 1 / (2 * n + 1))).toBeGreaterThan(1e-12);
  }
});
