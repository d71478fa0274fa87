import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import {
  appendRow,
  cholesky,
  invertSpd,
  invertSpdLower,
  logDet,
  solveLower,
  solveLowerMany,
  solveLowerTransposed,
} from "./linear.ts";
import { at } from "./vector.ts";

/** G Gᵀ/n + I, lower triangle; NaN wherever nothing may look: above the diagonal and past the n-th column. */
function randomSpd(n: number, stride: number, label: string): Float64Array {
  const rng = createRng(label);
  const g = Float64Array.from({ length: n * n }, () => rng.normal());
  const a = new Float64Array(n * stride).fill(Number.NaN);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) value += (at(g, i * n + k) * at(g, j * n + k)) / n;
      a[i * stride + j] = value;
    }
  return a;
}

/** L by the textbook, a column at a time. */
function naiveCholesky(a: Float64Array, n: number, stride: number): Float64Array {
  const l = a.slice();
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let value = at(a, i * stride + j);
      for (let k = 0; k < j; k++) value -= at(l, i * stride + k) * at(l, j * stride + k);
      l[i * stride + j] = i === j ? Math.sqrt(value) : value / at(l, j * stride + j);
    }
  return l;
}

/** L⁻¹ b by the textbook. */
function naiveSolve(l: Float64Array, b: Float64Array, n: number, stride: number): Float64Array {
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = at(x, i) - at(l, i * stride + k) * at(x, k);
    x[i] = at(x, i) / at(l, i * stride + i);
  }
  return x;
}

/** The largest |aᵢⱼ − b(i, j)| on and below the diagonal. */
function largestGap(a: Float64Array, b: (i: number, j: number) => number, n: number, stride = n): number {
  let gap = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const here = Math.abs(at(a, i * stride + j) - b(i, j));
      if (!(here <= gap)) gap = here;
    }
  return gap;
}

function normals(length: number, label: string): Float64Array {
  const rng = createRng(label);
  return Float64Array.from({ length }, () => rng.normal());
}

// Sizes on both sides of tiles and of groups of rows, with every remainder.
const sizes = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 47, 48, 49, 50, 51, 52, 53, 95, 96, 97, 98, 99, 101);
const padding = fc.constantFrom(0, 1, 5);

test("the factor is the textbook's, and only the lower triangle is read or written", () => {
  fc.assert(
    fc.property(sizes, padding, fc.integer(), (n, pad, seed) => {
      const stride = n + pad;
      const a = randomSpd(n, stride, `${seed}`);
      const l = a.slice();
      expect(cholesky(l, n, stride)).toBe(true);
      const known = naiveCholesky(a, n, stride);
      expect(largestGap(l, (i, j) => at(known, i * stride + j), n, stride)).toBeLessThan(1e-12);
      const marked = a.map((value) => (Number.isNaN(value) ? 7 : value));
      cholesky(marked, n, stride);
      expect(marked).toEqual(l.map((value) => (Number.isNaN(value) ? 7 : value)));
    }),
    { numRuns: 60 },
  );
});

test("solves are the textbook's, for one right-hand side and for many", () => {
  const counts = fc.constantFrom(0, 1, 2, 3, 4, 5, 47, 48, 49, 53, 97);
  fc.assert(
    fc.property(sizes, padding, counts, fc.integer(), (n, pad, m, seed) => {
      const stride = n + pad;
      const l = naiveCholesky(randomSpd(n, stride, `${seed}`), n, stride);
      const rows = normals(m * n, `rows ${seed}`);
      const solved = rows.slice();
      solveLowerMany(l, solved, n, m, stride);
      for (let r = 0; r < m; r++) {
        const row = rows.slice(r * n, (r + 1) * n);
        const known = naiveSolve(l, row, n, stride);
        solveLower(l, row, n, stride);
        for (let i = 0; i < n; i++) {
          expect(Math.abs(at(row, i) - at(known, i))).toBeLessThan(1e-11);
          expect(Math.abs(at(solved, r * n + i) - at(known, i))).toBeLessThan(1e-11);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("L⁻ᵀ is the transpose of L⁻¹", () => {
  fc.assert(
    fc.property(sizes, padding, fc.integer(), (n, pad, seed) => {
      const stride = n + pad;
      const l = naiveCholesky(randomSpd(n, stride, `${seed}`), n, stride);
      const [x, y] = [normals(n, `x ${seed}`), normals(n, `y ${seed}`)];
      const right = y.slice();
      solveLowerTransposed(l, right, n, stride);
      const left = naiveSolve(l, x, n, stride);
      const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * at(b, i), 0);
      expect(inner(x, right)).toBeCloseTo(inner(left, y), 10);
    }),
    { numRuns: 40 },
  );
});

test("the inverse undoes A, whatever stood in its place before", () => {
  fc.assert(
    fc.property(sizes, padding, fc.integer(), (n, pad, seed) => {
      const stride = n + pad;
      const a = randomSpd(n, stride, `${seed}`);
      const l = naiveCholesky(a, n, stride);
      const whole = invertSpd(l, n, stride);
      const symmetric = (i: number, j: number) => at(a, Math.max(i, j) * stride + Math.min(i, j));
      const identity = (i: number, j: number) => {
        let value = 0;
        for (let k = 0; k < n; k++) value += at(whole, i * n + k) * symmetric(k, j);
        return value;
      };
      const unit = new Float64Array(n * n);
      for (let i = 0; i < n; i++) unit[i * n + i] = 1;
      expect(largestGap(unit, identity, n)).toBeLessThan(1e-11);
      expect(largestGap(whole, (i, j) => at(whole, j * n + i), n)).toBe(0);
      const lower = invertSpdLower(l, n, stride, new Float64Array(n * n).fill(Number.NaN));
      expect(largestGap(lower, (i, j) => at(whole, i * n + j), n)).toBe(0);
    }),
    { numRuns: 40 },
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

test("a matrix that is barely not positive definite is refused, wherever it fails; barely positive definite it is not", () => {
  fc.assert(
    fc.property(sizes, padding, fc.nat(), fc.integer(), (n, pad, at0, seed) => {
      const stride = n + pad;
      const bad = at0 % n;
      const l = naiveCholesky(randomSpd(n, stride, `${seed}`), n, stride);
      // A[bad, bad] such that the pivot there is the square given.
      const withPivot = (square: number) => {
        const a = randomSpd(n, stride, `${seed}`);
        a[bad * stride + bad] = at(a, bad * stride + bad) - at(l, bad * stride + bad) ** 2 + square;
        // What comes after it must not be what fails.
        for (let i = bad + 1; i < n; i++) a[i * stride + bad] = 0;
        for (let i = bad + 1; i < n; i++) a[i * stride + i] = 1e12;
        return a;
      };
      expect(cholesky(withPivot(-1e-9), n, stride)).toBe(false);
      expect(cholesky(withPivot(1e-9), n, stride)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("what is not a number is refused", () => {
  for (const bad of [0, 1, 30, 59]) {
    const a = randomSpd(60, 60, "bad");
    a[59 * 60 + bad] = Number.NaN;
    expect(cholesky(a, 60)).toBe(false);
  }
});

test("a bordered factor is the factor of the bordered matrix", () => {
  const n = 61;
  const a = randomSpd(n, n, "border");
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
