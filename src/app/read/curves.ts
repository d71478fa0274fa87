import { setImmediate } from "node:timers/promises";
import type { z } from "zod";
import type { Curves, curveQuery } from "../../api/runs.ts";
import type { Curve, CurveBlock, Extent, Store } from "../../store/store.ts";
import type { Live } from "../live/live.ts";
import {
  type Block,
  drawBlocks,
  drawPoints,
  firstMarks,
  interpolate,
  isIn,
  type Points,
  type Series,
  type Span,
  type View,
} from "./downsample.ts";
import { runIndexOf } from "./run-index.ts";

type CurveQuery = z.output<typeof curveQuery>;
type Axis = CurveQuery["axis"];

/** Points of a view that are drawn one by one, a few tenths of a second's work; of more, what is known of their blocks. */
const mostPoints = 2_000_000;

/** The curve that says how many tokens an attempt has seen at a step. */
const tokensCurve = "tokens";

/** A curve of a run, before it is drawn: its blocks along the axis, and where on it its points are. */
interface Source {
  readonly run: string;
  readonly attempt: string;
  readonly blocks: readonly NumberedBlock[];
  readonly along: (curve: Curve) => Float64Array;
}

interface NumberedBlock extends Block {
  readonly number: number;
  /** How many points of the curve are before it. */
  readonly before: number;
}

/** Where on an axis points and blocks are; null: a block is not on it. */
interface Placing {
  readonly along: (curve: Curve) => Float64Array;
  readonly over: (block: CurveBlock) => Span | null;
}

/**
 * One metric of several runs, each in the stage's attempt that the run has the result of. Of a long curve only what is in
 * the view is read.
 * @param signal nobody waits for the answer any more: then it is not finished
 */
export async function readCurves(live: Live, query: CurveQuery, signal: AbortSignal): Promise<Curves> {
  const { store } = live.session;
  const { runs } = await runIndexOf(store);
  const asked = { from: query.from ?? Number.NEGATIVE_INFINITY, to: query.to ?? Number.POSITIVE_INFINITY };
  const sources: Source[] = [];
  const missing: string[] = [];
  for (const run of new Set(query.run)) {
    const attempt = runs.get(run)?.row.stages.find(({ stage }) => stage === query.stage)?.attempt ?? null;
    const source = attempt === null ? null : await sourceOf(store, run, attempt, query);
    if (source === null) missing.push(run);
    else sources.push(source);
    if (signal.aborted) break;
  }
  // Buckets lie alike in every series.
  const all = spanOf(sources.flatMap(({ blocks }) => blocks));
  const view = { of: asked, frame: { from: query.from ?? all.from, to: query.to ?? all.to } };
  const inView = sources.map((source) => ({ ...source, blocks: source.blocks.filter((block) => isIn(asked, block)) }));
  const total = inView.reduce((sum, { blocks }) => sum + countOf(blocks), 0);
  const draw = total > mostPoints ? drawFromAfar : drawClosely;
  const series: Curves["series"] = [];
  for (const source of inView) {
    series.push({ run: source.run, ...(await draw(store, source, view, query)) });
    // The store answers at once, and each curve may be long: others are let in between.
    await setImmediate();
    if (signal.aborted) break;
  }
  return { series, missing };
}

function countOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { count }) => sum + count, 0);
}

/** null: there is no such curve, or none of the axis. */
async function sourceOf(
  store: Store,
  run: string,
  attempt: string,
  { name, axis }: Pick<CurveQuery, "name" | "axis">,
): Promise<Source | null> {
  const summaries = await store.summariseMetrics(attempt, name);
  const placing = await placingOf(store, attempt, name, axis, summaries);
  if (placing === null) return null;
  const blocks: NumberedBlock[] = [];
  let before = 0;
  for (const summary of summaries) {
    const span = placing.over(summary);
    if (span !== null) blocks.push({ ...summary, ...span, before });
    before += summary.count;
  }
  return { run, attempt, blocks, along: placing.along };
}

/** null: the attempt did not log the curve, or not its places on the axis. */
async function placingOf(
  store: Store,
  attempt: string,
  name: string,
  axis: Axis,
  summaries: readonly CurveBlock[],
): Promise<Placing | null> {
  const [first] = summaries;
  if (first === undefined) return null;
  switch (axis) {
    case "step":
      return { along: ({ steps }) => steps, over: ({ steps }) => spanFrom(steps) };
    case "time": {
      const begun = await store.readMetrics(attempt, name, { first: first.number, last: first.number });
      const start = begun.times?.[0];
      if (start === undefined || summaries.some(({ times }) => times === null)) return null;
      const seconds = (time: number) => (time - start) / 1000;
      return {
        along: ({ times }) => (times ?? new Float64Array()).map(seconds),
        over: ({ times }) => (times === null ? null : { from: seconds(times.least), to: seconds(times.most) }),
      };
    }
    case "tokens": {
      const knots = knotsOf(await store.readMetrics(attempt, tokensCurve));
      if (knots.x.length === 0) return null;
      const line = interpolate(knots);
      return {
        along: ({ steps }) => steps.map(line.at),
        over: ({ steps }) => (steps === null ? null : line.over({ from: steps.least, to: steps.most })),
      };
    }
  }
}

function spanFrom(extent: Extent | null): Span | null {
  return extent === null ? null : { from: extent.least, to: extent.most };
}

/** Of what is finite, in the order of steps; of a step that was logged twice, the later. */
function knotsOf({ steps, values }: Curve): Points {
  if (steps.every((step, i) => step > (steps[i - 1] ?? Number.NEGATIVE_INFINITY)) && values.every(Number.isFinite)) {
    return { x: steps, y: values };
  }
  const byStep = new Map<number, number>();
  for (const [i, step] of steps.entries()) {
    const value = values[i] ?? Number.NaN;
    if (Number.isFinite(value)) byStep.set(step, value);
  }
  const knots = [...byStep].sort(([a], [b]) => a - b);
  return { x: Float64Array.from(knots, ([x]) => x), y: Float64Array.from(knots, ([, y]) => y) };
}

function spanOf(spans: readonly Span[]): Span {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  return { from, to };
}

/** By its points. */
async function drawClosely(store: Store, source: Source, view: View, query: CurveQuery): Promise<Series> {
  return drawPoints(await pointsOf(store, source, source.blocks, query.name), view, query.points);
}

/** By its blocks; what is not finite is looked up point by point, once: most of a long curve may have diverged. */
async function drawFromAfar(store: Store, source: Source, view: View, query: CurveQuery): Promise<Series> {
  const marked = source.blocks.filter(({ count, finite }) => finite < count);
  const points = await pointsOf(store, source, marked, query.name);
  const first = marked[0]?.before ?? 0;
  const marksOf = ({ before, count }: NumberedBlock) => firstMarks(points, before - first, count, view.of);
  return drawBlocks(source.blocks, view, query.points, marksOf);
}

/** From the first of some blocks to the last. */
async function pointsOf(
  store: Store,
  { attempt, along }: Source,
  blocks: readonly NumberedBlock[],
  name: string,
): Promise<Points> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return { x: new Float64Array(), y: new Float64Array() };
  const curve = await store.readMetrics(attempt, name, { first: first.number, last: last.number });
  return { x: along(curve), y: curve.values };
}
