import { setImmediate } from "node:timers/promises";
import type { z } from "zod";
import type { Curves, curveQuery } from "../../api/runs.ts";
import type { Curve, CurveBlock, Store } from "../../store/store.ts";
import type { Live } from "../live/live.ts";
import {
  type Block,
  drawBlocks,
  drawPoints,
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

/** A curve of a run, before it is drawn. */
interface Source {
  readonly run: string;
  readonly attempt: string;
  readonly blocks: readonly CurveBlock[];
  /** From a step to the axis. null: by the time of each point. */
  readonly toAxis: ((step: number) => number) | null;
}

/**
 * One metric of several runs, each in the stage's attempt that the run has the result of.
 * @param signal nobody waits for the answer any more: then it is not finished
 */
export async function readCurves(live: Live, query: CurveQuery, signal: AbortSignal): Promise<Curves> {
  const { store } = live.session;
  const { runs } = await runIndexOf(store);
  const sources: Source[] = [];
  const missing: string[] = [];
  for (const run of new Set(query.run)) {
    const attempt = runs.get(run)?.row.stages.find(({ stage }) => stage === query.stage)?.attempt ?? null;
    const source = attempt === null ? null : await sourceOf(store, run, attempt, query);
    if (source === null) missing.push(run);
    else sources.push(source);
  }
  const asked = { from: query.from ?? Number.NEGATIVE_INFINITY, to: query.to ?? Number.POSITIVE_INFINITY };
  const total = sources.reduce((sum, source) => sum + pointsIn(source, asked), 0);
  const shared = sharedSpan(sources);
  const series: Curves["series"] = [];
  for (const source of sources) {
    const view = (span: Span): View => ({
      of: asked,
      frame: { from: query.from ?? span.from, to: query.to ?? span.to },
    });
    const drawn = await draw(store, source, query, { shared, view, far: total > mostPoints });
    if (drawn === null) missing.push(source.run);
    else series.push({ run: source.run, ...drawn });
    // The store answers at once, and each curve may be long: others are let in between.
    await setImmediate();
    if (signal.aborted) break;
  }
  return { series, missing };
}

function pointsIn({ blocks, toAxis }: Source, span: Span): number {
  const inView = toAxis === null ? blocks : blocks.filter((block) => isIn(span, blockOf(block, toAxis)));
  return inView.reduce((sum, { count }) => sum + count, 0);
}

/** null: there is no such curve, or none of the axis. */
async function sourceOf(
  store: Store,
  run: string,
  attempt: string,
  { name, axis }: Pick<CurveQuery, "name" | "axis">,
): Promise<Source | null> {
  const blocks = await store.summariseMetrics(attempt, name);
  if (blocks.length === 0) return null;
  const toAxis = await axisOf(store, attempt, axis);
  return toAxis === undefined ? null : { run, attempt, blocks, toAxis };
}

/** undefined: the attempt did not log it. */
async function axisOf(store: Store, attempt: string, axis: Axis): Promise<Source["toAxis"] | undefined> {
  switch (axis) {
    case "step":
      return sameStep;
    case "time":
      return null;
    case "tokens": {
      const knots = knotsOf(await store.readMetrics(attempt, tokensCurve));
      return knots.x.length === 0 ? undefined : interpolate(knots);
    }
  }
}

function sameStep(step: number): number {
  return step;
}

/** Of what is finite, in the order of steps; of a step that was logged twice, the later. */
function knotsOf({ steps, values }: Curve): Points {
  const byStep = new Map<number, number>();
  for (const [i, step] of steps.entries()) {
    const value = values[i] ?? Number.NaN;
    if (Number.isFinite(value)) byStep.set(step, value);
  }
  const knots = [...byStep].sort(([a], [b]) => a - b);
  return { x: Float64Array.from(knots, ([x]) => x), y: Float64Array.from(knots, ([, y]) => y) };
}

/** From the first to the last point of all: buckets lie alike in every series. null: by time, it is not known before reading. */
function sharedSpan(sources: readonly Source[]): Span | null {
  const ends: number[] = [];
  for (const { blocks, toAxis } of sources) {
    if (toAxis === null) return null;
    for (const { firstStep, lastStep } of blocks) ends.push(toAxis(firstStep), toAxis(lastStep));
  }
  return spanOf(ends);
}

function spanOf(xs: Iterable<number>): Span {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const x of xs) {
    from = Math.min(from, x);
    to = Math.max(to, x);
  }
  return { from, to };
}

interface Drawing {
  /** Of all curves, where it is known. */
  readonly shared: Span | null;
  readonly view: (span: Span) => View;
  /** Of blocks, not of points. */
  readonly far: boolean;
}

async function draw(
  store: Store,
  { attempt, blocks, toAxis }: Source,
  { name, points: most }: CurveQuery,
  { shared, view, far }: Drawing,
): Promise<Series | null> {
  if (far && shared !== null && toAxis !== null) {
    // What is not finite is looked up point by point; few curves have any.
    const marked = blocks.some(({ count, finite }) => finite < count) ? await store.readMetrics(attempt, name) : null;
    const marksOf = marked === null ? () => [] : marksIn({ x: alongAxis(marked.steps, toAxis), y: marked.values });
    return drawBlocks(
      blocks.map((block) => blockOf(block, toAxis)),
      view(shared),
      most,
      marksOf,
    );
  }
  const curve = await store.readMetrics(attempt, name);
  const x = toAxis === null ? secondsOf(curve) : alongAxis(curve.steps, toAxis);
  return x === null ? null : drawPoints({ x, y: curve.values }, view(shared ?? spanOf(x)), most);
}

function alongAxis(steps: Float64Array, toAxis: (step: number) => number): Float64Array {
  return toAxis === sameStep ? steps : steps.map(toAxis);
}

/** Since the first point; null where they were not kept. */
function secondsOf({ times }: Curve): Float64Array | null {
  const start = times?.[0];
  return times === null || start === undefined ? null : times.map((time) => (time - start) / 1000);
}

function blockOf({ firstStep, lastStep, ...rest }: CurveBlock, toAxis: (step: number) => number): Block {
  return { ...rest, first: toAxis(firstStep), last: toAxis(lastStep) };
}

function marksIn(points: Points): (block: Block) => Series["marks"] {
  const span = spanOf(points.x);
  const all = drawPoints(points, { of: span, frame: span }, points.x.length).marks;
  return ({ first, last }) => {
    const [from, to] = [Math.min(first, last), Math.max(first, last)];
    return all.filter(({ x }) => x >= from && x <= to);
  };
}
