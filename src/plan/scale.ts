/**
 * From one objective's outcomes to the numbers its process is fitted to.
 *
 * Notation: oriented results `o = sign · value`; centre = median; unit `h`, the robust scale:
 * `h² = max(1.4826 MAD, sd/4)² + (2δ)² N · N/(N + n²)`. The first part follows the bulk of the results and yields when a few
 * are a million times larger; the second stands in while there are few results or none: N factors whose effects are a few
 * times what matters (2δ√N over the whole space is about 3δ an effect under the model's prior).
 * A diverged run counts as worse than the worst: min(worst, median − 2 · 1.4826 MAD).
 */
import type { Observation, ResolvedObjective } from "../evidence/evidence.ts";
import { median, medianAbsoluteDeviation, standardDeviation } from "../math/robust.ts";
import { columnsOf, type Shape } from "./functional.ts";
import type { Grouping } from "./grouping.ts";
import type { Data } from "./model.ts";

export interface Scaled {
  readonly data: Data;
  /** Oriented; in the objective's unit. */
  readonly centre: number;
  /** h > 0, in the objective's unit. */
  readonly unit: number;
}

export function scaleObjective(
  shape: Shape,
  grouping: Grouping,
  objective: ResolvedObjective,
  runs: readonly Observation[],
): Scaled {
  const measured = runs.flatMap((run) => {
    const outcome = run.outcomes.get(objective.name);
    if (outcome === undefined) return [];
    const finite = outcome.kind === "measured" && Number.isFinite(outcome.value);
    return [{ run, oriented: finite ? objective.sign * outcome.value : null }];
  });
  const finite = measured.flatMap(({ oriented }) => (oriented === null ? [] : [oriented]));
  const centre = finite.length === 0 ? 0 : median(finite);
  const mad = finite.length === 0 ? 0 : 1.4826 * medianAbsoluteDeviation(finite);
  const bulk = Math.max(mad, standardDeviation(finite) / 4);
  const factors = Math.max(1, shape.factors);
  const unit = Math.hypot(bulk, (2 * objective.matters * factors) / Math.sqrt(factors + finite.length ** 2));
  const censored = Math.min(-2 * (mad > 0 ? mad : unit), ...finite.map((value) => value - centre));
  const y = measured.map(({ oriented }) => (oriented === null ? censored : oriented - centre) / unit);
  return {
    data: encode(
      shape,
      grouping,
      measured.map(({ run }) => run),
      y,
    ),
    centre,
    unit,
  };
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
