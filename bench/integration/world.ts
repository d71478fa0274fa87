/**
 * A world: a problem with its truth, which only the referee sees.
 *
 * Notation: N factors; `b` the baseline; `U` the utility of a table's row (analysis.ts), larger is better; ρ the rms main
 * effect of the utility (of an objective, where there are several). δ = ρ/20 is what matters.
 * A: `b` drawn evenly from the rows between the 25th and the 75th percentile of U; σ = κ ρ.
 * B: `b` between the 80th and the 95th percentile; σ = (max U − U(b))/10.
 * Levels are numbered anew so that the baseline's is 0 in every factor; the others keep their order.
 * The fraction of the oracle's gain is `(U(x) − U(b)) / (U(best feasible) − U(b))`, at least −1; a combination that breaks a
 * guardrail scores 0, one that diverges −1.
 */
import { createRng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import type { ResolvedObjective } from "../../src/evidence/evidence.ts";
import { rmsMainEffect, utilities } from "./analysis.ts";
import { runNoise } from "./noise.ts";
import type { Table } from "./tables.ts";

export interface World {
  /** Names its random numbers too. */
  readonly label: string;
  readonly levels: readonly number[];
  readonly objectives: readonly ResolvedObjective[];
  readonly feasible: (x: Combination) => boolean;
  /** The result of a run, one value an objective in its own sign and unit; NaN: diverged. A function of x and the seed. */
  readonly measure: (x: Combination, seed: number) => readonly number[];
  readonly judge: (x: Combination) => Judgement;
}

export interface Judgement {
  /** Of the oracle's gain. */
  readonly fraction: number;
  /** Whether a guardrail is broken, in truth. */
  readonly violates: boolean;
}

/** Single objective: the middling and the strong baseline. */
export type PlainScenario = "A" | "B";

export interface WorldOptions {
  /** Names every random number. */
  readonly seed: string;
  readonly repeat: number;
  /** κ, of scenario A. */
  readonly kappa: number;
}

export function plainWorld(table: Table, scenario: PlainScenario, options: WorldOptions): World {
  const label = `${options.seed}/${scenario}/${table.name}/${options.repeat}`;
  const values = utilities(table);
  const rms = rmsMainEffect(table, values);
  const [low, high] = scenario === "A" ? [0.25, 0.75] : [0.8, 0.95];
  const baseline = drawBaseline(values, low, high, label);
  const best = values.reduce((top, value) => (value > top ? value : top), Number.NEGATIVE_INFINITY);
  const base = values[baseline] ?? Number.NaN;
  const gain = best - base;
  if (!(gain > 0) || !(rms > 0)) throw new RangeError(`${table.name} has nothing to gain`);
  const sd = scenario === "A" ? options.kappa * rms : gain / 10;
  const [only] = table.objectives;
  const own = table.objectives.length === 1 && only !== undefined ? only : ({ name: "utility", sign: 1 } as const);

  const { levels, find } = relabel(table, baseline);
  return {
    label,
    levels,
    objectives: [{ ...own, matters: rms / 20, guardrail: null, weight: 1 }],
    feasible: (x) => find(x) >= 0,
    measure: (x, seed) => [own.sign * (values[find(x)] ?? Number.NaN) + sd * runNoise(label, x, seed, 0)],
    judge: (x) => {
      const value = values[find(x)] ?? Number.NaN;
      return { fraction: Number.isNaN(value) ? -1 : Math.max(-1, (value - base) / gain), violates: false };
    },
  };
}

/** A row with a finite value whose rank lies between the two quantiles, both included. */
export function drawBaseline(values: Float64Array, low: number, high: number, label: string): number {
  const ranked = [...values.keys()]
    .filter((i) => Number.isFinite(values[i]))
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const first = Math.ceil(low * (ranked.length - 1));
  const last = Math.max(first, Math.floor(high * (ranked.length - 1)));
  return ranked[first + createRng(`${label}/baseline`).int(last - first + 1)] ?? 0;
}

/** The table seen from a row: its levels are 0, and `find` takes such combinations. */
export function relabel(
  table: Table,
  baseline: number,
): { readonly levels: readonly number[]; readonly find: (x: Combination) => number } {
  const original = table.factors.map(({ levels }, j) => {
    const first = table.rows[baseline]?.levels[j] ?? 0;
    return [first, ...levels.keys().filter((level) => level !== first)];
  });
  return {
    levels: original.map((levels) => levels.length),
    find: (x) => table.find(original.map((levels, j) => levels[x[j] ?? -1] ?? -1)),
  };
}
