import type { Curves } from "../../api/runs.ts";
import { wireNumber } from "../report.ts";

/**
 * Curves thinned out to what a screen can show, without losing a spike. Notation: a curve has points (xᵢ, yᵢ), where yᵢ may
 * be NaN or infinite; the view [a, b] is cut into n buckets of width w = (b − a)/n, and a point is in bucket
 * ⌊(x − a)/w⌋, or in the nearest one.
 */

/** In the order of logging. Both have one length. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Consecutive points of a curve, of which only this is known: from their least x to their largest. min, max and mean are
 * of the finite ones, null for none.
 */
export interface Block extends Span {
  readonly count: number;
  readonly finite: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

/** What is asked for: points of the span `of` (which may have no ends), in buckets that cut up the span `frame`. */
export interface View {
  readonly of: Span;
  readonly frame: Span;
}

export type Series = Omit<Curves["series"][number], "run">;
type Mark = Series["marks"][number];

/** The points in the view as they are when they are at most `most`, else in as many buckets. */
export function drawPoints(points: Points, view: View, most: number): Series {
  const inView: number[] = [];
  const { x: xs } = points;
  for (let i = 0; i < xs.length; i++) {
    const x = at(xs, i);
    if (x >= view.of.from && x <= view.of.to) inView.push(i);
  }
  return inView.length <= most ? exact(points, inView) : inBuckets(points, inView, view.frame, most);
}

function exact({ x, y }: Points, inView: readonly number[]): Series {
  const order = inView.toSorted((a, b) => at(x, a) - at(x, b));
  const values = order.map((i) => finiteOrNull(at(y, i)));
  return {
    x: order.map((i) => at(x, i)),
    mean: values,
    min: [...values],
    max: [...values],
    marks: order.flatMap((i) => markOf(at(x, i), at(y, i)) ?? []),
    count: order.length,
    sampled: false,
  };
}

function inBuckets({ x, y }: Points, inView: readonly number[], frame: Span, n: number): Series {
  const buckets = createBuckets(frame, n);
  for (const i of inView) {
    const value = at(y, i);
    const bucket = buckets.at(at(x, i));
    if (Number.isFinite(value)) bucket.add(value, value, value, 1);
    else bucket.mark(at(x, i), value);
  }
  return buckets.series(inView.length);
}

/**
 * Of blocks alone. A block is put where its middle is; buckets are at least as wide as the widest block, so that a curve
 * without gaps has none here. Where in a block it diverged is not known: what did is marked by `marksOf`.
 * @param marksOf the points of a block that are not finite, of each kind at least one
 */
export function drawBlocks<B extends Block>(
  blocks: readonly B[],
  view: View,
  most: number,
  marksOf: (block: B) => readonly Mark[],
): Series {
  const { frame } = view;
  const inView = blocks.filter((block) => isIn(view.of, block));
  const widest = inView.reduce((width, { from, to }) => Math.max(width, to - from), 0);
  const fitting = widest > 0 ? Math.floor((frame.to - frame.from) / widest) : most;
  const buckets = createBuckets(frame, Math.max(1, Math.min(most, fitting)));
  for (const block of inView) {
    const { from, to, finite, min, max, mean, count } = block;
    if (min !== null && max !== null && mean !== null) buckets.at(from / 2 + to / 2).add(min, max, mean, finite);
    if (finite < count) for (const { x, value } of marksOf(block)) buckets.at(x).mark(x, Number(value));
  }
  return buckets.series(inView.reduce((sum, { count }) => sum + count, 0));
}

/** Of `count` points from the `first` on, those in a span that are not finite: the first of each kind, as in a bucket. */
export function firstMarks({ x: xs, y }: Points, first: number, count: number, of: Span): readonly Mark[] {
  const bucket = new Bucket();
  for (let i = first; i < first + count; i++) {
    const x = at(xs, i);
    if (x >= of.from && x <= of.to) bucket.mark(x, at(y, i));
  }
  return bucket.marks;
}

/** Whether some of a block may be in a span. */
export function isIn(span: Span, block: Span): boolean {
  return block.to >= span.from && block.from <= span.to;
}

class Bucket {
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #mean = 0;
  #finite = 0;
  /** The first of each kind: a curve that stays NaN is marked once a bucket. */
  readonly #marks = new Map<string, Mark>();

  add(min: number, max: number, mean: number, count: number): void {
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#finite += count;
    // A running mean, in parts: a sum of large values may overflow where their mean does not.
    this.#mean += (mean / this.#finite - this.#mean / this.#finite) * count;
  }

  mark(x: number, value: number): void {
    const mark = markOf(x, value);
    if (mark !== null && !this.#marks.has(mark.value)) this.#marks.set(mark.value, mark);
  }

  get empty(): boolean {
    return this.#finite === 0 && this.#marks.size === 0;
  }

  get marks(): readonly Mark[] {
    return [...this.#marks.values()];
  }

  /** null: it has no finite point. The mean is of rounded parts, and stays between what it is the mean of. */
  get summary(): { readonly min: number; readonly max: number; readonly mean: number } | null {
    if (this.#finite === 0) return null;
    const mean = Math.min(this.#max, Math.max(this.#min, this.#mean));
    return { min: this.#min, max: this.#max, mean };
  }
}

function createBuckets({ from, to }: Span, n: number) {
  const buckets = Array.from({ length: n }, () => new Bucket());
  const half = to / 2 - from / 2;
  return {
    at(x: number): Bucket {
      // In halves: the width of a view may overflow.
      const share = half > 0 ? (x / 2 - from / 2) / half : 0;
      const bucket = buckets[Math.max(0, Math.min(n - 1, Math.floor(share * n)))];
      if (bucket === undefined) throw new RangeError("there is no bucket");
      return bucket;
    },
    /** From the first bucket that has something to the last. */
    series(count: number): Series {
      const first = buckets.findIndex((bucket) => !bucket.empty);
      const last = buckets.findLastIndex((bucket) => !bucket.empty);
      const shown = first === -1 ? [] : buckets.slice(first, last + 1);
      const summaries = shown.map((bucket) => bucket.summary);
      return {
        x: shown.map((_, i) => 2 * (from / 2 + ((first + i + 0.5) / n) * half)),
        mean: summaries.map((summary) => summary?.mean ?? null),
        min: summaries.map((summary) => summary?.min ?? null),
        max: summaries.map((summary) => summary?.max ?? null),
        marks: shown.flatMap((bucket) => bucket.marks),
        count,
        sampled: true,
      };
    },
  };
}

function markOf(x: number, value: number): Mark | null {
  const wire = wireNumber(value);
  return typeof wire === "number" ? null : { x, value: wire };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function at(column: Float64Array, i: number): number {
  return column[i] ?? Number.NaN;
}

/** Straight lines between knots, which are in the order of their x; flat outside them. */
export interface Line {
  at(x: number): number;
  /** From the least to the largest of what x from one to another become. */
  over(span: Span): Span;
}

/** @param knots at least one */
export function interpolate({ x: xs, y: ys }: Points): Line {
  /** How many knots are at x or before it. */
  const upTo = (x: number): number => {
    let [low, high] = [0, xs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(xs, middle) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const valueAt = (x: number): number => {
    const next = upTo(x);
    if (next === 0) return at(ys, 0);
    if (next === xs.length) return at(ys, next - 1);
    const share = (x - at(xs, next - 1)) / (at(xs, next) - at(xs, next - 1));
    return at(ys, next - 1) + share * (at(ys, next) - at(ys, next - 1));
  };
  return {
    at: valueAt,
    over: ({ from, to }) => {
      const ends = [valueAt(from), valueAt(to)] as const;
      let [least, most] = [Math.min(...ends), Math.max(...ends)];
      for (let i = upTo(from); i < xs.length && at(xs, i) < to; i++) {
        least = Math.min(least, at(ys, i));
        most = Math.max(most, at(ys, i));
      }
      return { from: least, to: most };
    },
  };
}
