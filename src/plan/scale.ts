/**
 * From one objective's outcomes to the numbers its process is fitted to.
 *
 * Notation: oriented results `o = sign · value`; each context (scale, epoch) has its own centre, the median of its results,
 * since another scale's results may be far away; residuals `r = o − centre`; unit `h`, the robust scale:
 * `h² = max(1.4826 MAD, sd/4)² + (2δ)² N · N/(N + n²)`, of the n residuals of the context that decisions are about, or of all
 * while it has fewer than three. The first part follows the bulk of the results and yields when a few are a million times
 * larger; the second stands in while there are few results or none: N factors whose effects are a few times what matters
 * (2δ√N over the whole space is about 3δ an effect under the model's prior). `y = r/h`; known variance `v = (sampling error/h)²`.
 * Effects may all be larger or smaller in another context: there `y = r/(hρ)`, ρ how much larger (spread.ts).
 * A diverged run counts as worse than the worst of its context: min(worst, median − 2 · 1.4826 MAD).
 */
import type { Observation, ResolvedObjective } from "../evidence/evidence.ts";
import { median, medianAbsoluteDeviation, standardDeviation } from "../math/robust.ts";
import { columnsOf, type Shape } from "./functional.ts";
import type { Grouping } from "./grouping.ts";
import type { Data } from "./model.ts";
import { type Result, spreadRatio } from "./spread.ts";

export interface Scaled {
  readonly data: Data;
  /** Of the context that decisions are about. Oriented; in the objective's unit. */
  readonly centre: number;
  /** h > 0, in the objective's unit. */
  readonly unit: number;
}

/** Results that say how much those of the deciding context vary. */
const fewestForSpread = 3;

/** A run with its oriented result, null when it diverged. */
interface Measured {
  readonly run: Observation;
  readonly oriented: number | null;
  readonly samplingError: number;
}

/** Finite results of one context, and their median. */
interface Residuals {
  readonly centre: number;
  /** About the centre. */
  readonly values: readonly number[];
  readonly results: readonly Result[];
}

export function scaleObjective(
  shape: Shape,
  grouping: Grouping,
  objective: ResolvedObjective,
  runs: readonly Observation[],
): Scaled {
  const measured = runs.flatMap((run) => measuredOf(objective, run));
  const all = residualsOf(measured, 0);
  const contexts = Map.groupBy(measured, ({ run }) => contextKey(run.context));
  const here = residualsOf(contexts.get(contextKey([])) ?? [], all.centre);
  const residuals = new Map([...contexts].map(([key, of]) => [key, residualsOf(of, here.centre)]));
  residuals.set(contextKey([]), here);
  const judged = here.values.length >= fewestForSpread ? here.values : [...residuals.values()].flatMap((r) => r.values);
  const factors = Math.max(1, shape.factors);
  const unit = Math.hypot(bulkOf(judged), (2 * objective.matters * factors) / Math.sqrt(factors + judged.length ** 2));
  const frames = new Map([...residuals].map(([key, of]) => [key, frameOf(of, here, unit)]));
  const scaled = measured.map(({ run, oriented, samplingError }) => {
    const frame = frames.get(contextKey(run.context)) ?? frameOf(here, here, unit);
    const residual = oriented === null ? frame.worst : oriented - frame.centre;
    return { run, y: residual / frame.unit, known: (samplingError / frame.unit) ** 2 };
  });
  return {
    data: encode(
      shape,
      grouping,
      scaled.map(({ run }) => run),
      scaled.map(({ y }) => y),
      scaled.map(({ known }) => known),
    ),
    centre: here.centre,
    unit,
  };
}

function measuredOf(objective: ResolvedObjective, run: Observation): Measured[] {
  const outcome = run.outcomes.get(objective.name);
  if (outcome === undefined) return [];
  if (outcome.kind === "diverged" || !Number.isFinite(outcome.value))
    return [{ run, oriented: null, samplingError: 0 }];
  return [{ run, oriented: objective.sign * outcome.value, samplingError: outcome.samplingError ?? 0 }];
}

/** About `fallback` where nothing is finite. */
function residualsOf(measured: readonly Measured[], fallback: number): Residuals {
  const results = measured.flatMap(({ run, oriented }) =>
    oriented === null ? [] : [{ x: run.combination, value: oriented }],
  );
  const centre = results.length === 0 ? fallback : median(results.map(({ value }) => value));
  return { centre, values: results.map(({ value }) => value - centre), results };
}

/** What a context's results are seen against: its centre, hρ, and the residual that a diverged run counts as. */
function frameOf({ centre, values, results }: Residuals, here: Residuals, unit: number) {
  const own = results === here.results ? unit : unit * spreadRatio(results, here.results);
  const worst = values.reduce((least, value) => Math.min(least, value), -2 * (spreadOf(values) || own));
  return { centre, unit: own, worst };
}

function bulkOf(values: readonly number[]): number {
  return Math.max(spreadOf(values), standardDeviation(values) / 4);
}

function spreadOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : 1.4826 * medianAbsoluteDeviation(values);
}

/** The deciding context, level 0 of all, is the same as none. */
function contextKey(context: readonly number[]): string {
  return context.some((level) => level !== 0) ? context.join() : "";
}

/** Runs and their numbers as typed arrays. */
export function encode(
  shape: Shape,
  grouping: Grouping,
  runs: readonly Observation[],
  y: readonly number[],
  known: readonly number[] = y.map(() => 0),
): Data {
  const columns = columnsOf(shape);
  const codes = new Uint16Array(runs.length * columns);
  for (const [i, run] of runs.entries()) codes.set(encodeCombination(shape, run.combination, run.context), i * columns);
  return {
    shape,
    n: runs.length,
    codes,
    effects: grouping.effects(runs),
    y: Float64Array.from(y),
    known: Float64Array.from(known),
  };
}

/** A combination in a context (by default the one that decisions are about). */
export function encodeCombination(shape: Shape, x: readonly number[], context: readonly number[] = []): Uint16Array {
  return Uint16Array.from({ length: columnsOf(shape) }, (_, j) => {
    const level = j < shape.factors ? x[j] : context[j - shape.factors];
    return (shape.offsets[j] ?? 0) + (level ?? 0);
  });
}

/** Whether the run came out NaN or infinite on any objective. */
export function diverged(run: Observation): boolean {
  for (const outcome of run.outcomes.values())
    if (outcome.kind === "diverged" || !Number.isFinite(outcome.value)) return true;
  return false;
}
