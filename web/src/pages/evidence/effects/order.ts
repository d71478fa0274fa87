import type { Report, ReportVerdict } from "../../../../../src/api/report.ts";
import { effectsOn, type Measure, type ReportEffect, type ReportSense } from "../../../../../src/report/view.ts";
import { contributionOf } from "../report.ts";

/** Rows of a forest plot, in the order that was asked for. Pure. */

export const orders = ["effect", "area", "name"] as const;
export type Order = (typeof orders)[number];

export interface EffectRow extends ReportEffect {
  readonly contribution: string;
  readonly title: string;
  readonly area: string;
  /** null: of a level that is not among the contributions any more. */
  readonly verdict: ReportVerdict | null;
}

export function effectRows(report: Report, measure: Measure, sense: ReportSense, order: Order): readonly EffectRow[] {
  const rows = effectsOn(report, measure, sense).map((effect) => rowOf(report, effect));
  // Sorting is stable: within an area, the best comes first.
  if (order === "area") return rows.toSorted((a, b) => a.area.localeCompare(b.area));
  if (order === "name") return rows.toSorted((a, b) => a.level.localeCompare(b.level));
  return rows;
}

function rowOf(report: Report, effect: ReportEffect): EffectRow {
  const known = contributionOf(report, effect.level);
  return {
    ...effect,
    contribution: known?.contribution ?? effect.level,
    title: known?.title ?? effect.level,
    area: known?.area ?? "",
    verdict: known?.verdict ?? null,
  };
}
