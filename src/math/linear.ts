/**
 * Dense linear algebra on symmetric positive definite matrices.
 *
 * Notation: `A` symmetric n×n, row-major in a Float64Array of n² (or, with a stride `s ≥ n`, of at least n·s);
 * `A = L Lᵀ`, `L` lower triangular, kept in the lower triangle (the upper one is never read); `T = L⁻ᵀ`, upper
 * triangular. Cost in multiply-adds: `cholesky` n³/6, a triangular solve n²/2, `invertSpdLower` n³/3, `appendRow` n²/2.
 *
 * Everything of order n³ is the same step on rows: from a tile of 4 rows of X take away what 4 rows of L found already,
 * X[i, j] −= Σ_{k<j} X[i, k] L[j, k], then solve for 4 unknowns. Where 4 does not divide n, the n mod 4 unknowns of the
 * `head`, which have nothing before them, go first, so that no tile is ragged.
 */

const side = 4;
/** How many rows of X are carried along while L passes once: with n = 1000 they stay in a second-level cache of 1 MB. */
const groupRows = 96;
/** Where `products` leaves its tile, row-major. */
const tile = new Float64Array(side * side);

/**
 * As `at` of vector.ts, with type feedback of its own: after one read out of range, V8 keeps a test for undefined in
 * every loop that shares the reader, and these loops are then 8 times slower. So nothing here reads out of range.
 */
function entry(v: Float64Array, i: number): number {
  return v[i] ?? Number.NaN;
}

/** Replaces the lower triangle of `a` by L. False when a pivot is not positive: `a` is then spoilt. */
export function cholesky(a: Float64Array, n: number, stride = n): boolean {
  const head = n % side;
  if (!factorBlock(a, stride, 0, head)) return false;
  for (let i = head; i < n; i++) solveHead(a, stride, head, a, i * stride);
  for (let begin = head; begin < n; begin += groupRows) {
    const end = Math.min(begin + groupRows, n);
    for (let j = head; j < begin; j += side) solvePanel(a, stride, j, a, stride, begin, end);
    for (let j = begin; j < end; j += side) {
      subtractOwn(a, stride, j);
      if (!factorBlock(a, stride, j, side)) return false;
      solvePanel(a, stride, j, a, stride, j + side, end);
    }
  }
  return true;
}

/** The lower triangle of the block [j, j + side)² loses Σ_{k<j} A[·, k] A[·, k]ᵀ. */
function subtractOwn(a: Float64Array, stride: number, j: number): void {
  products(a, j * stride, stride, a, j * stride, stride, 0, j);
  for (let r = 0; r < side; r++) {
    const row = (j + r) * stride + j;
    for (let c = 0; c <= r; c++) a[row + c] = entry(a, row + c) - entry(tile, r * side + c);
  }
}

/** The factor of the block [j, j + size)² in its place. False when a pivot is not positive. */
function factorBlock(a: Float64Array, stride: number, j: number, size: number): boolean {
  const corner = j * stride + j;
  for (let r = 0; r < size; r++) {
    const row = corner + r * stride;
    for (let c = 0; c <= r; c++) {
      const other = corner + c * stride;
      let value = entry(a, row + c);
      for (let k = 0; k < c; k++) value -= entry(a, row + k) * entry(a, other + k);
      if (c < r) {
        a[row + c] = value / entry(a, other + c);
      } else {
        if (!(value > 0)) return false;
        a[row + c] = Math.sqrt(value);
      }
    }
  }
  return true;
}

/** Solves for the first `head` < 4 unknowns of the row of X that begins at `row`. */
function solveHead(l: Float64Array, stride: number, head: number, x: Float64Array, row: number): void {
  for (let j = 0; j < head; j++) {
    let value = entry(x, row + j);
    for (let k = 0; k < j; k++) value -= entry(l, j * stride + k) * entry(x, row + k);
    x[row + j] = value / entry(l, j * stride + j);
  }
}

/**
 * Solves for the unknowns [j, j + 4) of the rows [begin, end) of X, whose unknowns before j are known. Rows up to the
 * next multiple of 4 after `begin` are read, so they must be there. With `triangular`, X[i, k] = 0 for k < i.
 */
function solvePanel(
  l: Float64Array,
  stride: number,
  j: number,
  x: Float64Array,
  xStride: number,
  begin: number,
  end: number,
  triangular = false,
): void {
  const row0 = j * stride + j;
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  const pivot0 = 1 / entry(l, row0);
  const l10 = entry(l, row1);
  const pivot1 = 1 / entry(l, row1 + 1);
  const l20 = entry(l, row2);
  const l21 = entry(l, row2 + 1);
  const pivot2 = 1 / entry(l, row2 + 2);
  const l30 = entry(l, row3);
  const l31 = entry(l, row3 + 1);
  const l32 = entry(l, row3 + 2);
  const pivot3 = 1 / entry(l, row3 + 3);
  for (let i = begin; i < end; i += side) {
    products(x, i * xStride, xStride, l, j * stride, stride, triangular ? i : 0, j);
    const height = Math.min(side, end - i);
    for (let r = 0; r < height; r++) {
      const to = (i + r) * xStride + j;
      const from = r * side;
      const x0 = (entry(x, to) - entry(tile, from)) * pivot0;
      const x1 = (entry(x, to + 1) - entry(tile, from + 1) - l10 * x0) * pivot1;
      const x2 = (entry(x, to + 2) - entry(tile, from + 2) - l20 * x0 - l21 * x1) * pivot2;
      x[to] = x0;
      x[to + 1] = x1;
      x[to + 2] = x2;
      x[to + 3] = (entry(x, to + 3) - entry(tile, from + 3) - l30 * x0 - l31 * x1 - l32 * x2) * pivot3;
    }
  }
}

/**
 * tile[r, c] = Σ_{begin≤k<end} P[r, k] Q[c, k] for four rows of P, the first of which begins at `p0`, and four of Q: each
 * number that is read is used four times. `| 0` spares V8 the check that an index is still a small integer.
 */
function products(
  p: Float64Array,
  p0: number,
  pStride: number,
  q: Float64Array,
  q0: number,
  qStride: number,
  begin: number,
  end: number,
): void {
  const p1 = p0 + pStride;
  const p2 = p1 + pStride;
  const p3 = p2 + pStride;
  const q1 = q0 + qStride;
  const q2 = q1 + qStride;
  const q3 = q2 + qStride;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let k = begin; k < end; k++) {
    const y0 = entry(q, (q0 + k) | 0);
    const y1 = entry(q, (q1 + k) | 0);
    const y2 = entry(q, (q2 + k) | 0);
    const y3 = entry(q, (q3 + k) | 0);
    const x0 = entry(p, (p0 + k) | 0);
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = entry(p, (p1 + k) | 0);
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = entry(p, (p2 + k) | 0);
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = entry(p, (p3 + k) | 0);
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}

/** x ← L⁻¹ x, in place. */
export function solveLower(l: Float64Array, x: Float64Array, n: number, stride = n): void {
  const odd = n % 2;
  if (odd === 1) x[0] = entry(x, 0) / entry(l, 0);
  // Two rows at a time: two sums that do not wait for each other.
  for (let i = odd; i < n; i += 2) {
    const row0 = i * stride;
    const row1 = row0 + stride;
    let s0 = 0;
    let s1 = 0;
    for (let k = 0; k < i; k++) {
      const value = entry(x, k);
      s0 += entry(l, (row0 + k) | 0) * value;
      s1 += entry(l, (row1 + k) | 0) * value;
    }
    const first = (entry(x, i) - s0) / entry(l, row0 + i);
    x[i] = first;
    x[i + 1] = (entry(x, i + 1) - s1 - entry(l, row1 + i) * first) / entry(l, row1 + i + 1);
  }
}

/** X ← X L⁻ᵀ, in place: each of the m rows of X (m×n, no stride) becomes L⁻¹ times itself. */
export function solveLowerMany(l: Float64Array, x: Float64Array, n: number, m: number, stride = n): void {
  const head = n % side;
  const whole = m - (m % side);
  for (let begin = 0; begin < whole; begin += groupRows) {
    const end = Math.min(begin + groupRows, whole);
    for (let i = begin; i < end; i++) solveHead(l, stride, head, x, i * n);
    for (let j = head; j < n; j += side) solvePanel(l, stride, j, x, n, begin, end);
  }
  // A ragged tile would read past the end of X.
  for (let i = whole; i < m; i++) solveLower(l, x.subarray(i * n, (i + 1) * n), n, stride);
}

/** x ← L⁻ᵀ x, in place. Column-oriented, so that rows of L are read in order, two at a time. */
export function solveLowerTransposed(l: Float64Array, x: Float64Array, n: number, stride = n): void {
  for (let i = n - 2; i >= 0; i -= 2) {
    const row0 = i * stride;
    const row1 = row0 + stride;
    const second = entry(x, i + 1) / entry(l, row1 + i + 1);
    const first = (entry(x, i) - entry(l, row1 + i) * second) / entry(l, row0 + i);
    x[i] = first;
    x[i + 1] = second;
    for (let k = 0; k < i; k++)
      x[k] = entry(x, k) - entry(l, (row0 + k) | 0) * first - entry(l, (row1 + k) | 0) * second;
  }
  if (n % 2 === 1) x[0] = entry(x, 0) / entry(l, 0);
}

/** log det A = 2 Σ log Lᵢᵢ. */
export function logDet(l: Float64Array, n: number, stride = n): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += Math.log(entry(l, i * stride + i));
  return 2 * total;
}

/** A⁻¹ (both triangles) from L, n×n without stride. */
export function invertSpd(l: Float64Array, n: number, stride = n): Float64Array {
  const out = invertSpdLower(l, n, stride);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = entry(out, i * n + j);
  return out;
}

/**
 * The lower triangle of A⁻¹ from L, in `out`, n×n without stride; above the diagonal `out` holds what was on the way
 * there. A caller that inverts often passes an `out` of its own: to allocate one takes a tenth of the time at n = 50.
 */
export function invertSpdLower(
  l: Float64Array,
  n: number,
  stride = n,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  transposedInverse(l, n, stride, out);
  rowProducts(out, n);
  return out;
}

/** T, n×n without stride: row i solves L x = eᵢ. */
function transposedInverse(l: Float64Array, n: number, stride: number, out: Float64Array): void {
  const head = n % side;
  out.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let i = 0; i < head; i++) solveHead(l, stride, head, out, i * n);
  for (let j = head; j < n; j += side) solvePanel(l, stride, j, out, n, 0, head, true);
  for (let j = head; j < n; j += side) solvePanel(l, stride, j, out, n, head, j + side, true);
}

/**
 * A⁻¹ = T Tᵀ in the lower triangle of `t`, which holds T: A⁻¹[i, j] = Σ_{k≥i} T[i, k] T[j, k] for j ≤ i. In place, as a
 * tile reads nothing below the diagonal but zeros of its own rows, and is written whole.
 */
function rowProducts(t: Float64Array, n: number): void {
  const head = n % side;
  for (let i = 0; i < head; i++) for (let j = 0; j <= i; j++) t[i * n + j] = rowProduct(t, n, i, j);
  for (let i = head; i < n; i += side) tileProducts(t, n, i, 0, head);
  for (let i = head; i < n; i += side) for (let j = head; j <= i; j += side) tileProducts(t, n, i, j, side);
}

function rowProduct(t: Float64Array, n: number, i: number, j: number): number {
  let value = 0;
  for (let k = i; k < n; k++) value += entry(t, i * n + k) * entry(t, j * n + k);
  return value;
}

/** A⁻¹ for four rows from i and `width` columns from j; what this puts above the diagonal nobody reads again. */
function tileProducts(t: Float64Array, n: number, i: number, j: number, width: number): void {
  products(t, i * n, n, t, j * n, n, i, n);
  for (let r = 0; r < side; r++) {
    const row = (i + r) * n + j;
    for (let c = 0; c < width; c++) t[row + c] = entry(tile, r * side + c);
  }
}

/**
 * Row n of the factor of A bordered by a row: `l` (stride ≥ n + 1) holds L; `cross` = A[n, 0..n), `diagonal` = A[n, n].
 * False when the bordered matrix is not positive definite.
 */
export function appendRow(l: Float64Array, n: number, stride: number, cross: Float64Array, diagonal: number): boolean {
  const row = cross.slice(0, n);
  solveLower(l, row, n, stride);
  let pivot = diagonal;
  for (let k = 0; k < n; k++) pivot -= entry(row, k) ** 2;
  if (!(pivot > 0)) return false;
  l.set(row, n * stride);
  l[n * stride + n] = Math.sqrt(pivot);
  return true;
}
