/**
 * Worlds made of one table.
 *
 * Notation: U the utility of a row (analysis.ts), larger is better; ρ the rms main effect of U, ρ_m of objective m; κ a single
 * run's sd over ρ. What matters is δ = ρ/20.
 * A        baseline drawn evenly from the rows between the 25th and the 75th percentile of U; σ = κ ρ
 * B        between the 80th and the 95th; σ = (max U − U(b))/10
 * guarded  the first objective is the utility, baseline and noise as in A (σ_m = κ ρ_m, δ_m = ρ_m/20); each other objective
 *          has weight 0 and a guardrail of a fifth of its sd; the oracle's is the best that truly holds them all. A baseline
 *          from which less than ρ/2 can be gained is drawn again; failing that, the one with the most is taken
 * staged   A, with a pipeline (pipeline.ts)
 * null     the table's factors and what can be built of them, all effects 0; σ = 1, δ = 1/(20 κ); repeats take turns with
 *          normal, Student t_3 and heteroscedastic noise (noise.ts)
 */
import type { ResolvedObjective } from "../../src/evidence/evidence.ts";
import { objectiveValues, rmsMainEffect, spread, utilityOf } from "./analysis.ts";
import { nativeNoise, runNoise } from "./noise.ts";
import { dealPipeline } from "./pipeline.ts";
import type { Table } from "./tables.ts";
import { rowsBetween, type View, viewFrom } from "./view.ts";
import { judge, type Kappa, type World, type WorldOptions } from "./world.ts";

/** A table that a scenario cannot use. */
export class UnusableTable extends Error {}

export function middlingWorld(table: Table, kappa: Kappa, options: WorldOptions, scenario = "A"): World {
  const { values, weights } = utilityOf(table);
  const rms = rmsMainEffect(table, values);
  const label = labelOf(scenario, table, options);
  const noise: NoiseOf = (view) => (x, seed) =>
    kappa === "native"
      ? weights.reduce((sum, weight, m) => sum + weight * nativeNoise(table, view.find(x), m, label, x, seed), 0)
      : kappa * rms * runNoise(label, x, seed, 0);
  return plainWorld(table, label, [0.25, 0.75], noise, options);
}

export function strongWorld(table: Table, options: WorldOptions): World {
  const label = labelOf("B", table, options);
  const noise: NoiseOf = (_, gain) => (x, seed) => (gain / 10) * runNoise(label, x, seed, 0);
  return plainWorld(table, label, [0.8, 0.95], noise, options);
}

export function stagedWorld(table: Table, kappa: Kappa, options: WorldOptions): World {
  const world = middlingWorld(table, kappa, options, "staged");
  return { ...world, pipeline: dealPipeline(world.levels.length, world.label) };
}

export function labelOf(scenario: string, { name }: { readonly name: string }, { seed, repeat }: WorldOptions): string {
  return `${seed}/${scenario}/${name}/${repeat}`;
}

/** A run's noise in oriented utility, given the view and the oracle's gain. */
type NoiseOf = (view: View, gain: number) => (x: readonly number[], seed: number) => number;

function plainWorld(
  table: Table,
  label: string,
  [low, high]: readonly [number, number],
  noiseOf: NoiseOf,
  options: WorldOptions,
): World {
  const { values, objective } = utilityOf(table);
  const rms = rmsMainEffect(table, values);
  const seen = seenWithGain(table, values, rowsBetween(values, low, high, label), label, options.diverge);
  if (seen === null || !(rms > 0)) throw new UnusableTable(`${table.name} has nothing to gain`);
  const { view, truth, base, most } = seen;
  const noise = noiseOf(view, most);
  return {
    label,
    levels: view.levels,
    objectives: [{ ...objective, matters: rms / 20, guardrail: null, weight: 1 }],
    feasible: (x) => view.find(x) >= 0,
    measure: (x, seed) => [objective.sign * (truth(view.find(x)) + noise(x, seed))],
    judge: (x) => judge(x, truth(view.find(x)) - base, most, false),
    pipeline: null,
  };
}

/** The table seen from the first of the rows from which there is something to gain. */
function seenWithGain(
  table: Table,
  values: Float64Array,
  baselines: readonly number[],
  label: string,
  diverge: boolean,
) {
  for (const baseline of baselines) {
    const view = viewFrom(table, baseline, label, diverge);
    const truth = (row: number) => (view.spoilt(row) ? Number.NaN : (values[row] ?? Number.NaN));
    const base = truth(baseline);
    const most = largest(values.keys(), truth) - base;
    if (most > 0) return { view, truth, base, most };
  }
  return null;
}

function largest(rows: Iterable<number>, value: (row: number) => number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const row of rows) top = Math.max(top, Number.isNaN(value(row)) ? top : value(row));
  return top;
}

export function guardedWorld(table: Table, kappa: Kappa, options: WorldOptions): World {
  const label = labelOf("guarded", table, options);
  const columns = table.objectives.map((_, m) => objectiveValues(table, m));
  const effects = columns.map((values) => rmsMainEffect(table, values));
  const objectives = table.objectives.map(
    ({ name, sign }, m): ResolvedObjective => ({
      name,
      sign,
      matters: (effects[m] ?? 0) / 20,
      guardrail: m === 0 ? null : spread(columns[m] ?? []).sd / 5,
      weight: m === 0 ? 1 : 0,
    }),
  );
  if (objectives.length < 2 || effects.some((effect) => !(effect > 0)))
    throw new UnusableTable(`${table.name} has not two objectives that vary`);
  const [utility] = columns.map((values) => values.map((value) => (table.objectives[0]?.sign ?? 1) * value));
  if (utility === undefined) throw new UnusableTable(`${table.name} has no objective`);

  const seenFrom = (baseline: number) => guardedView(table, columns, objectives, baseline, label, options.diverge);
  const candidates = rowsBetween(utility, 0.25, 0.75, label).filter((row) =>
    columns.every((values) => Number.isFinite(values[row])),
  );
  const wanted = (effects[0] ?? 0) / 2;
  const best = candidates.reduce<GuardedView | null>((found, row) => {
    if (found !== null && found.most >= wanted) return found;
    const made = seenFrom(row);
    return found === null || made.most > found.most ? made : found;
  }, null);
  if (best === null || !(best.most > 0)) throw new UnusableTable(`${table.name} has nothing to gain within guardrails`);
  const { view, gains, most } = best;
  return {
    label,
    levels: view.levels,
    objectives,
    feasible: (x) => view.find(x) >= 0,
    measure: (x, seed) => {
      const row = view.find(x);
      return columns.map((values, m) => {
        if (view.spoilt(row)) return Number.NaN;
        const noise =
          kappa === "native"
            ? nativeNoise(table, row, m, label, x, seed)
            : kappa * (effects[m] ?? 0) * runNoise(label, x, seed, m);
        return (values[row] ?? Number.NaN) + noise;
      });
    },
    judge: (x) => {
      const of = gains(view.find(x));
      return judge(x, of[0] ?? Number.NaN, most, breaks(objectives, of));
    },
    pipeline: null,
  };
}

interface GuardedView {
  readonly view: View;
  /** Oriented differences from the baseline, one an objective. */
  readonly gains: (row: number) => readonly number[];
  readonly most: number;
}

function guardedView(
  table: Table,
  columns: readonly Float64Array[],
  objectives: readonly ResolvedObjective[],
  baseline: number,
  label: string,
  diverge: boolean,
): GuardedView {
  const view = viewFrom(table, baseline, label, diverge);
  const gains = (row: number): number[] =>
    columns.map((values, m) =>
      view.spoilt(row)
        ? Number.NaN
        : (objectives[m]?.sign ?? 1) * ((values[row] ?? Number.NaN) - (values[baseline] ?? Number.NaN)),
    );
  const held = (row: number) => {
    const of = gains(row);
    return breaks(objectives, of) ? Number.NaN : (of[0] ?? Number.NaN);
  };
  return { view, gains, most: largest(table.rows.keys(), held) };
}

/** Whether a guardrail does not hold; an objective that diverged holds none. */
function breaks(objectives: readonly ResolvedObjective[], gains: readonly number[]): boolean {
  return objectives.some(({ guardrail }, m) => guardrail !== null && !((gains[m] ?? Number.NaN) >= -guardrail));
}

const nullNoises = ["normal", "student-3", "heteroscedastic"] as const;

export function nullWorld(table: Table, kappa: Kappa, options: WorldOptions): World {
  const label = labelOf("null", table, options);
  const { values } = utilityOf(table);
  const view = viewFrom(table, rowsBetween(values, 0, 1, label)[0] ?? 0, label, options.diverge);
  const kind = nullNoises[options.repeat % nullNoises.length] ?? "normal";
  const truth = (row: number) => (row < 0 || view.spoilt(row) ? Number.NaN : 0);
  return {
    label,
    levels: view.levels,
    objectives: [
      { name: "utility", sign: 1, matters: 1 / (20 * (kappa === "native" ? 1 : kappa)), guardrail: null, weight: 1 },
    ],
    feasible: (x) => view.find(x) >= 0,
    measure: (x, seed) => [truth(view.find(x)) + runNoise(label, x, seed, 0, kind)],
    judge: (x) => judge(x, truth(view.find(x)), 0, false),
    pipeline: null,
  };
}
