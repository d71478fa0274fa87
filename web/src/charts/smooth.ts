/**
 * Exponential smoothing along x.
 *
 *   x_i, y_i   the points, x ascending; y_i null is a gap
 *   L          the length along x that `weight` is about
 *   w          weight, 0 ≤ w < 1: what is left of a point after L
 *
 *   s_i = Σ_j≤i w^((x_i − x_j)/L) y_j / Σ_j≤i w^((x_i − x_j)/L)
 *
 * Dividing by the weights that there are takes out the pull towards the first value that a plain moving average has. As
 * the decay is by distance and not by point, a curve looks the same however it was down-sampled.
 *
 * @param length L, above 0
 * @returns s, null where y is; y itself for a weight of 0. O(n).
 */
export function smooth(
  x: readonly number[],
  y: readonly (number | null)[],
  weight: number,
  length: number,
): (number | null)[] {
  if (weight <= 0) return [...y];
  let sum = 0;
  let weights = 0;
  let last = x[0] ?? 0;
  return y.map((value, i) => {
    if (value === null) return null;
    const here = x[i] ?? last;
    const left = weight ** ((here - last) / length);
    last = here;
    sum = sum * left + value;
    weights = weights * left + 1;
    return sum / weights;
  });
}
