import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { appendRow, cholesky, invertSpd, logDet, solveLower, solveLowerTransposed } from "./linear.ts";
import { at } from "./vector.ts";

/** G Gᵀ/n + I */
function randomSpd(n: number, label: string): Float64Array {
  const rng = createRng(label);
  const g = Float64Array.from({ length: n * n }, () => rng.normal());
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let value = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) value += (at(g, i * n + k) * at(g, j * n + k)) / n;
      a[i * n + j] = value;
    }
  return a;
}

function largestGap(a: Float64Array, b: (i: number, j: number) => number, n: number): number {
  let gap = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) gap = Math.max(gap, Math.abs(at(a, i * n + j) - b(i, j)));
  return gap;
}

// Sizes on both sides of the block boundaries, odd ones for the ragged tiles.
const sizes = fc.constantFrom(1, 2, 3, 7, 47, 48, 49, 50, 96, 97, 101);

test("L Lᵀ = A", () => {
  fc.assert(
    fc.property(sizes, fc.integer(), (n, seed) => {
      const a = randomSpd(n, `${seed}`);
      const l = a.slice();
      expect(cholesky(l, n)).toBe(true);
      const product = (i: number, j: number) => {
        let value = 0;
        for (let k = 0; k <= j; k++) value += at(l, i * n + k) * at(l, j * n + k);
        return value;
      };
      expect(largestGap(a, product, n)).toBeLessThan(1e-12);
    }),
    { numRuns: 30 },
  );
});

test("solves and the inverse undo A", () => {
  fc.assert(
    fc.property(sizes, fc.integer(), (n, seed) => {
      const a = randomSpd(n, `${seed}`);
      const l = a.slice();
      cholesky(l, n);
      const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
      const b = x.map((_, i) => x.reduce((sum, v, k) => sum + at(a, i * n + k) * v, 0));
      const solved = b.slice();
      solveLower(l, solved, n);
      solveLowerTransposed(l, solved, n);
      const inverse = invertSpd(l, n);
      for (let i = 0; i < n; i++) {
        expect(at(solved, i)).toBeCloseTo(at(x, i), 10);
        expect(b.reduce((sum, v, k) => sum + at(inverse, i * n + k) * v, 0)).toBeCloseTo(at(x, i), 10);
      }
    }),
    { numRuns: 20 },
  );
});

test("the determinant of a matrix whose determinant is known", () => {
  // The second-difference matrix has determinant n + 1.
  const n = 60;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 2;
    if (i > 0) a[i * n + i - 1] = -1;
  }
  cholesky(a, n);
  expect(logDet(a, n)).toBeCloseTo(Math.log(n + 1), 10);
});

test("a matrix that is not positive definite is refused, wherever it fails", () => {
  for (const bad of [0, 30, 55]) {
    const n = 60;
    const a = randomSpd(n, "bad");
    a[bad * n + bad] = -1;
    expect(cholesky(a, n)).toBe(false);
  }
  expect(cholesky(Float64Array.of(Number.NaN), 1)).toBe(false);
});

test("a bordered factor is the factor of the bordered matrix", () => {
  const n = 61;
  const a = randomSpd(n, "border");
  const whole = a.slice();
  cholesky(whole, n);
  const grown = new Float64Array(n * n);
  const lead = a.slice();
  cholesky(lead, n - 1, n);
  for (let i = 0; i < n - 1; i++) grown.set(lead.subarray(i * n, i * n + i + 1), i * n);
  expect(appendRow(grown, n - 1, n, a.subarray((n - 1) * n, n * n - 1), at(a, n * n - 1))).toBe(true);
  expect(largestGap(grown, (i, j) => at(whole, i * n + j), n)).toBeLessThan(1e-12);
  expect(appendRow(grown, n - 1, n, a.subarray((n - 1) * n, n * n - 1), -1)).toBe(false);
});
