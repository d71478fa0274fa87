/**
 * Dense linear algebra on symmetric positive definite matrices.
 *
 * Notation: `A` symmetric n×n, row-major in a Float64Array of n² (or, with a stride `s ≥ n`, of at least n·s);
 * `A = L Lᵀ`, `L` lower triangular, kept in the lower triangle (the upper one is never read). Cost in multiply-adds:
 * `cholesky` n³/6, a triangular solve n²/2, `invertSpd` n³/3, `appendRow` n²/2.
 */
import { at } from "./vector.ts";

const blockSize = 48;

/** Replaces the lower triangle of `a` by L. False when a pivot is not positive: `a` is then spoilt. */
export function cholesky(a: Float64Array, n: number, stride = n): boolean {
  for (let begin = 0; begin < n; begin += blockSize) {
    const end = Math.min(begin + blockSize, n);
    // Left-looking: what the finished columns take away from this panel, then the panel by itself.
    if (begin > 0) subtractFinished(a, n, stride, begin, end);
    for (let i = begin; i < n; i++) {
      const row = i * stride;
      const last = Math.min(i, end - 1);
      for (let j = begin; j <= last; j++) {
        const other = j * stride;
        let value = at(a, row + j);
        for (let k = begin; k < j; k++) value -= at(a, row + k) * at(a, other + k);
        if (i === j) {
          if (!(value > 0)) return false;
          a[row + j] = Math.sqrt(value);
        } else {
          a[row + j] = value / at(a, other + j);
        }
      }
    }
  }
  return true;
}

/** A[i, j] −= Σ_{k<begin} L[i, k] L[j, k] for j in [begin, end), i ≥ j, in 2×2 tiles so that each load is used twice. */
function subtractFinished(a: Float64Array, n: number, stride: number, begin: number, end: number): void {
  for (let j = begin; j < end; j += 2) {
    const c0 = j * stride;
    const c1 = j + 1 < end ? c0 + stride : c0;
    for (let i = j; i < n; i += 2) {
      const r0 = i * stride;
      const r1 = i + 1 < n ? r0 + stride : r0;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let k = 0; k < begin; k++) {
        const x0 = at(a, r0 + k);
        const x1 = at(a, r1 + k);
        const y0 = at(a, c0 + k);
        const y1 = at(a, c1 + k);
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
      }
      a[r0 + j] = at(a, r0 + j) - s00;
      if (c1 !== c0) a[r0 + j + 1] = at(a, r0 + j + 1) - s01;
      if (r1 !== r0) {
        a[r1 + j] = at(a, r1 + j) - s10;
        if (c1 !== c0) a[r1 + j + 1] = at(a, r1 + j + 1) - s11;
      }
    }
  }
}

/** x ← L⁻¹ x, in place. */
export function solveLower(l: Float64Array, x: Float64Array, n: number, stride = n): void {
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    let value = at(x, i);
    for (let k = 0; k < i; k++) value -= at(l, row + k) * at(x, k);
    x[i] = value / at(l, row + i);
  }
}

/** x ← L⁻ᵀ x, in place. Column-oriented, so that rows of L are read in order. */
export function solveLowerTransposed(l: Float64Array, x: Float64Array, n: number, stride = n): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * stride;
    const value = at(x, i) / at(l, row + i);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = at(x, k) - at(l, row + k) * value;
  }
}

/** log det A = 2 Σ log Lᵢᵢ. */
export function logDet(l: Float64Array, n: number, stride = n): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += Math.log(at(l, i * stride + i));
  return 2 * total;
}

/** A⁻¹ (both triangles) from L, n×n without stride. */
export function invertSpd(l: Float64Array, n: number, stride = n): Float64Array {
  const inverse = lowerInverse(l, n, stride);
  const out = new Float64Array(n * n);
  // A⁻¹ = L⁻ᵀ L⁻¹: row k of L⁻¹ adds its outer product to the leading (k+1)×(k+1) block.
  for (let k = 0; k < n; k++) {
    const row = k * n;
    for (let i = 0; i <= k; i++) {
      const value = at(inverse, row + i);
      const target = i * n;
      for (let j = 0; j <= i; j++) out[target + j] = at(out, target + j) + value * at(inverse, row + j);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = at(out, i * n + j);
  return out;
}

/** L⁻¹, lower triangular. */
function lowerInverse(l: Float64Array, n: number, stride: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    const target = i * n;
    const pivot = 1 / at(l, row + i);
    for (let k = 0; k < i; k++) {
      const factor = -at(l, row + k) * pivot;
      const source = k * n;
      for (let j = 0; j <= k; j++) out[target + j] = at(out, target + j) + factor * at(out, source + j);
    }
    out[target + i] = pivot;
  }
  return out;
}

/**
 * Row n of the factor of A bordered by a row: `l` (stride ≥ n + 1) holds L; `cross` = A[n, 0..n), `diagonal` = A[n, n].
 * False when the bordered matrix is not positive definite.
 */
export function appendRow(l: Float64Array, n: number, stride: number, cross: Float64Array, diagonal: number): boolean {
  const row = cross.slice(0, n);
  solveLower(l, row, n, stride);
  let pivot = diagonal;
  for (let k = 0; k < n; k++) pivot -= at(row, k) ** 2;
  if (!(pivot > 0)) return false;
  l.set(row, n * stride);
  l[n * stride + n] = Math.sqrt(pivot);
  return true;
}
