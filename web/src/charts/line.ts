import type { Curves } from "../../../src/api/runs.ts";

/** One run's curve as it is drawn. `x` ascends; a null of `y` is a gap. */
export interface Line {
  readonly id: string;
  readonly label: string;
  /** Slot of the palette. */
  readonly slot: number;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Least and largest of what each point stands for. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Where it was not finite. */
  readonly marks: Curves["series"][number]["marks"];
  /** Points that were logged, of which those here may be a summary. */
  readonly count: number;
  readonly sampled: boolean;
}

export type Range = readonly [low: number, high: number];

/** The point of `line` nearest to `at` that has a value; null where it has none. */
export function nearestPoint(line: Pick<Line, "x" | "y">, at: number): number | null {
  const right = firstAtOrAfter(line.x, at);
  let before = right - 1;
  let after = right;
  while (before >= 0 && line.y[before] === null) before -= 1;
  while (after < line.x.length && line.y[after] === null) after += 1;
  const left = line.x[before];
  const next = line.x[after];
  if (left === undefined) return next === undefined ? null : after;
  if (next === undefined) return before;
  return at - left <= next - at ? before : after;
}

/** Index of the first of the ascending `values` that is not below `at`; their count where all are. */
export function firstAtOrAfter(values: readonly number[], at: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Reading {
  readonly line: Line;
  readonly x: number;
  readonly y: number;
  /** What the point summarises; null when it is one point alone. */
  readonly spread: Range | null;
}

/**
 * The values of all lines at `at`, largest first. A line that ends before `at`, or begins after it, by more than `reach`
 * says nothing there.
 */
export function readAt(lines: readonly Line[], at: number, reach: number): Reading[] {
  return lines
    .flatMap((line): Reading[] => {
      const index = nearestPoint(line, at);
      const x = index === null ? undefined : line.x[index];
      const y = index === null ? undefined : line.y[index];
      if (index === null || x === undefined || y === undefined || y === null || Math.abs(x - at) > reach) return [];
      const low = line.low[index] ?? y;
      const high = line.high[index] ?? y;
      return [{ line, x, y, spread: low < high ? [low, high] : null }];
    })
    .sort((a, b) => b.y - a.y);
}

/** Where all lines lie along x; null when no line has a point. */
export function extentOfX(lines: readonly Pick<Line, "x">[]): Range | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { x } of lines) {
    low = Math.min(low, x[0] ?? low);
    high = Math.max(high, x.at(-1) ?? high);
  }
  return low <= high ? [low, high] : null;
}

/**
 * Where all lines lie along y within `x`, with what their points stand for where `spread` is on. On a logarithmic axis
 * only what is above 0 counts.
 */
export function extentOfY(lines: readonly Line[], x: Range, spread: boolean, positive: boolean): Range | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const take = (value: number | null | undefined) => {
    if (value === null || value === undefined || (positive && value <= 0)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const line of lines) {
    const end = firstAtOrAfter(line.x, x[1]);
    for (let i = Math.max(0, firstAtOrAfter(line.x, x[0]) - 1); i <= end && i < line.x.length; i += 1) {
      take(line.y[i]);
      if (spread) take(line.low[i]);
      if (spread) take(line.high[i]);
    }
  }
  return low <= high ? [low, high] : null;
}

/** `range` with `share` of its length more on both ends, so that no line lies on the frame; a single value gets room. */
export function padded([low, high]: Range, share: number, logarithmic: boolean): Range {
  if (logarithmic) {
    const factor = low < high ? (high / low) ** share : 2;
    return [low / factor, high * factor];
  }
  const room = low < high ? (high - low) * share : Math.max(Math.abs(low) * 0.05, 1e-9);
  return [low - room, high + room];
}
