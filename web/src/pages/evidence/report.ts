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

/** The baseline as it is now: a landing's report is about the one before it. */
export function currentBaseline(report: Report): readonly string[] {
  return report.landing === null ? report.baseline : report.recommended;
}

/** The confirmed set that has not landed yet. */
export function canLand(report: Report): boolean {
  return report.landing === null && recommendsChange(report) && report.set.confirmation?.outcome === "confirmed";
}

/** A combination told from a set that people know: the baseline or the recommended set, whichever is nearer. */
export interface Told {
  readonly from: "baseline" | "recommended";
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function toldFrom(report: Report, levels: readonly string[]): Told {
  const tell = (from: Told["from"], known: readonly string[]) => ({
    from,
    added: levels.filter((level) => !known.includes(level)),
    removed: known.filter((level) => !levels.includes(level)),
  });
  const [baseline, recommended] = [tell("baseline", report.baseline), tell("recommended", report.recommended)];
  const size = ({ added, removed }: Told) => added.length + removed.length;
  return size(recommended) < size(baseline) ? recommended : baseline;
}
