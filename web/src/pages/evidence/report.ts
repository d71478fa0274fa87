import type { Report } from "../../../../src/api/report.ts";
import {
  type Measure,
  objectiveNamed,
  type ReportContribution,
  recommendsChange,
} from "../../../../src/report/view.ts";

/** What the figures ask of a report beside `view.ts`. Pure. */

export type Interval = Report["set"]["utility"];
export type Confirmation = NonNullable<Report["set"]["confirmation"]>;

export function contributionOf(report: Report, level: string): ReportContribution | null {
  return report.contributions.find((it) => it.level === level) ?? null;
}

/** The objective's unit; null where there is none or the name says it already. */
export function unitOf(report: Report, measure: Measure): string | null {
  if (measure === null) return null;
  const unit = objectiveNamed(report, measure)?.unit ?? null;
  return unit === null || measure.toLowerCase().includes(unit.toLowerCase()) ? null : unit;
}

/** The confirmed set that has not landed yet. */
export function canLand(report: Report): boolean {
  return report.landing === null && recommendsChange(report) && report.set.confirmation?.outcome === "confirmed";
}
