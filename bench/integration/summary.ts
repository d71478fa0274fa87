/**
 * Replays summed up.
 *
 * Notation: `q_{t,r}` the fraction of the oracle's gain on table t in repeat r at a moment (after so many runs, or so much
 * cost, a factor). `median` is the mean over tables of the median over repeats, `mean` the mean over tables of the mean over
 * repeats, `worst` the least of the tables' means. `violations` and `false_landings` are shares, the mean over tables: of
 * recommendations that truly break a guardrail, and of those that are not the baseline and truly no better.
 */
import { median } from "../../src/math/robust.ts";
import { momentsOf, type Replay } from "./jobs.ts";
import type { Point } from "./replay.ts";
import type { Scenario, Subject } from "./scenarios.ts";

export const subsets = ["all", "dense"] as const;
export type Subset = (typeof subsets)[number];

export interface SummaryRow {
  readonly scenario: Scenario;
  readonly subset: Subset;
  readonly method: string;
  /** Runs, or cost in whole runs, as a multiple of N. */
  readonly at: number;
  readonly mean: number;
  readonly median: number;
  readonly worst: number;
  readonly violations: number;
  readonly false_landings: number;
  /** Share that is not the baseline and truly better. */
  readonly landings: number;
  readonly tables: number;
  readonly repeats: number;
}

/** A method's replays in a scenario, by table. */
export interface Showing {
  readonly scenario: Scenario;
  readonly subset: Subset;
  readonly method: string;
  readonly tables: readonly { readonly subject: Subject; readonly replays: readonly Replay[] }[];
}

/** Of every scenario, subset and method, in the replays' order; a subset without tables has none. */
export function showingsOf(replays: readonly Replay[], subjects: readonly Subject[]): Showing[] {
  const showings: Showing[] = [];
  for (const [scenario, ofScenario] of Map.groupBy(replays, (replay) => replay.scenario))
    for (const subset of subsets)
      for (const [method, of] of Map.groupBy(ofScenario, (replay) => replay.method)) {
        const byTable = Map.groupBy(of, (replay) => replay.table);
        const tables = subjects
          .filter((subject) => subject.scenario === scenario && (subset === "all" || subject.dense))
          .flatMap((subject) => {
            const known = byTable.get(subject.name);
            return known === undefined ? [] : [{ subject, replays: known }];
          });
        if (tables.length > 0) showings.push({ scenario, subset, method, tables });
      }
  return showings;
}

export function summarise(showing: Showing): SummaryRow[] {
  const { scenario, subset, method, tables } = showing;
  const repeats = Math.min(...tables.map(({ replays }) => replays.length));
  return momentsOf(scenario).map((at): SummaryRow => {
    const points = pointsAt(showing, at);
    const share = (of: (point: Point) => boolean) => mean(points.map((all) => mean(all.map((p) => (of(p) ? 1 : 0)))));
    const fractions = points.map((all) => all.map(({ fraction }) => fraction));
    return {
      scenario,
      subset,
      method,
      at,
      mean: mean(fractions.map(mean)),
      median: mean(fractions.map(median)),
      worst: Math.min(...fractions.map(mean)),
      violations: share(({ violates }) => violates),
      false_landings: share(({ falsely }) => falsely),
      landings: share(({ lands, falsely }) => lands && !falsely),
      tables: tables.length,
      repeats,
    };
  });
}

/** One list a table, one point a repeat. */
export function pointsAt({ scenario, tables }: Showing, at: number): Point[][] {
  return tables.map(({ subject, replays }) => replays.map((replay) => pointAt(scenario, subject.factors, replay, at)));
}

/** After ⌈at · N⌉ runs; in a pipeline, the last that did not cost more than at · N. A curve that has ended stays as it is. */
function pointAt(scenario: Scenario, factors: number, { curve }: Replay, at: number): Point {
  const rounding = 1e-9;
  const index =
    scenario === "staged"
      ? curve.findLastIndex(({ cost }) => cost <= at * factors + rounding)
      : Math.min(curve.length, Math.ceil(at * factors - rounding)) - 1;
  const point = curve[Math.max(0, index)];
  if (point === undefined) throw new RangeError("a curve without points");
  return point;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
