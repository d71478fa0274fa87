import type { Estimate } from "./format.ts";

/**
 * Scales and ticks for the charts. Written here rather than taken from d3-scale because the page's script redraws with
 * the same code and must hold no other; the tests hold the ticks equal to d3-scale's. Pure.
 */

export interface Scale {
  readonly domain: readonly [number, number];
  /** Value → place; not clamped. */
  at(value: number): number;
  /** About `count` round values (1, 2 or 5 times a power of ten) inside the domain. */
  ticks(count: number): readonly number[];
}

/** A domain of no width is widened, so that its one value stands in the middle. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = widened(domain);
  const slope = (range[1] - range[0]) / (high - low);
  return {
    domain: [low, high],
    at: (value) => range[0] + (value - low) * slope,
    ticks: (count) => roundTicks(low, high, count),
  };
}

function widened([low, high]: readonly [number, number]): readonly [number, number] {
  if (high > low) return [low, high];
  const half = Math.abs(low) * 0.05 || 1;
  return [low - half, low + half];
}

function roundTicks(low: number, high: number, count: number): readonly number[] {
  const power = Math.floor(Math.log10((high - low) / Math.max(1, count)));
  const error = (high - low) / Math.max(1, count) / 10 ** power;
  const factor = error >= Math.sqrt(50) ? 10 : error >= Math.sqrt(10) ? 5 : error >= Math.sqrt(2) ? 2 : 1;
  // Below one the step is kept as its inverse: 3 / 10 is exact where 3 × 0.1 is not.
  const inverse = power < 0 ? 10 ** -power / factor : 0;
  const step = factor * 10 ** power;
  const index = (value: number) => (inverse > 0 ? value * inverse : value / step);
  // A bound that is a tick but for rounding is one.
  const slack = (place: number) => 1e-9 + Math.abs(place) * 1e-15;
  const first = Math.ceil(index(low) - slack(index(low)));
  const last = Math.floor(index(high) + slack(index(high)));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    inverse > 0 ? (first + i) / inverse : (first + i) * step,
  );
}

/**
 * What a forest plot spans: zero, ± what matters, every centre, and the intervals as far as they do not squeeze the
 * rest (one unsure effect may not flatten all others: its interval is cut and marked).
 */
export function forestDomain(estimates: readonly Estimate[], matters: number): readonly [number, number] {
  const means = [0, -matters, matters, ...estimates.map(({ mean }) => mean)];
  const low = Math.min(...means);
  const high = Math.max(...means);
  const most = high - low;
  return padded(
    Math.max(low - 0.6 * most, Math.min(low, ...estimates.map((it) => it.low))),
    Math.min(high + 0.6 * most, Math.max(high, ...estimates.map((it) => it.high))),
    0.05,
  );
}

export function padded(low: number, high: number, share: number): readonly [number, number] {
  return [low - (high - low) * share, high + (high - low) * share];
}

/** The value below which a share `q` of the values lies; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))] ?? 0;
}
