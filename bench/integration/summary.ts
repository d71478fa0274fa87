/**
 * Replays summed up.
 *
 * Notation: `q_{t,r}` the fraction of the oracle's gain on table t in repeat r after so many runs. `median` is the mean over
 * tables of the median over repeats, `mean` the mean over tables of the mean over repeats, `worst` the least of the tables'
 * means.
 */
import { median } from "../../src/math/robust.ts";
import { moments, type Replay, type Scenario } from "./jobs.ts";

export type Subset = "all" | "dense";

export interface SummaryRow {
  readonly scenario: Scenario;
  readonly subset: Subset;
  readonly method: string;
  /** Runs as a multiple of N. */
  readonly at: number;
  readonly median: number;
  readonly mean: number;
  readonly worst: number;
  readonly tables: number;
  readonly repeats: number;
}

/** Of every scenario, subset, method and moment, in the replays' order; a subset without tables has no rows. */
export function summarise(replays: readonly Replay[], dense: ReadonlySet<string>): SummaryRow[] {
  const rows: SummaryRow[] = [];
  for (const [scenario, ofScenario] of Map.groupBy(replays, (replay) => replay.scenario))
    for (const subset of ["all", "dense"] as const)
      for (const [method, of] of Map.groupBy(ofScenario, (replay) => replay.method)) {
        const tables = Map.groupBy(
          of.filter((replay) => subset === "all" || dense.has(replay.table)),
          (replay) => replay.table,
        );
        if (tables.size === 0) continue;
        for (const at of moments)
          rows.push({ scenario, subset, method, at, ...summariseTables([...tables.values()], at) });
      }
  return rows;
}

function summariseTables(tables: readonly (readonly Replay[])[], at: number) {
  const fractions = tables.map((replays) => replays.map((replay) => fractionAt(replay, at)));
  const means = fractions.map(mean);
  return {
    median: mean(fractions.map(median)),
    mean: mean(means),
    worst: Math.min(...means),
    tables: tables.length,
    repeats: Math.min(...tables.map((replays) => replays.length)),
  };
}

/** After ⌈at · N⌉ runs. */
export function fractionAt({ factors, points }: Replay, at: number): number {
  return points[Math.ceil(at * factors) - 1]?.fraction ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
