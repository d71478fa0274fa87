/**
 * Robust summaries. Notation: `med` the median; `MAD = med |yᵢ − med y|`; 1.4826 MAD estimates a normal's sd.
 */

/** Median of the finite entries; NaN when there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between order statistics (type 7). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

export function medianAbsoluteDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/** Sample standard deviation (n − 1); 0 for fewer than two values. Scaled first, so that squares do not overflow. */
export function standardDeviation(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const largest = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  if (largest === 0) return 0;
  const centre = values.reduce((total, value) => total + value / largest / n, 0);
  const squares = values.reduce((total, value) => total + (value / largest - centre) ** 2, 0);
  return largest * Math.sqrt(squares / (n - 1));
}
