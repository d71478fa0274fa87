import type { Report } from "../api/report.ts";
import type { Estimate } from "./format.ts";

/** Questions that both renderers ask of a report. Pure, and shipped to the page's script as well. */

export type ReportObjective = Report["objectives"][number];
export type ReportContribution = Report["contributions"][number];
export type ReportEffect = Report["effects"][number];
export type ReportInteraction = Report["interactions"][number];
export type ReportPoint = Report["points"][number];
export type ReportSense = ReportEffect["sense"];
/** An objective by name; null: the utility. */
export type Measure = string | null;

/** In the order people ask: what a part does to the recommended set, from the baseline, and averaged. */
export const senses = ["in-set", "alone", "on-average"] as const satisfies readonly ReportSense[];

export function objectiveNamed(report: Report, name: string): ReportObjective | null {
  return report.objectives.find((objective) => objective.name === name) ?? null;
}

/** The interval excludes zero. */
export function isSure(estimate: Estimate): boolean {
  return estimate.low > 0 || estimate.high < 0;
}

/** Whether an effect, as shown, is surely better, surely worse or neither. */
export function standingWord(estimate: Estimate, direction: 1 | -1): "better" | "worse" | "unsure" {
  if (!isSure(estimate)) return "unsure";
  return estimate.mean * direction > 0 ? "better" : "worse";
}

/** +1 when more of the measure is better, −1 when less is. */
export function goodDirection(report: Report, measure: Measure): 1 | -1 {
  return measure !== null && objectiveNamed(report, measure)?.goal === "minimize" ? -1 : 1;
}

/** The smallest difference that matters, in the measure's own unit; 1 for the utility. */
export function mattersOf(report: Report, measure: Measure): number {
  return measure === null ? 1 : (objectiveNamed(report, measure)?.matters ?? 0);
}

/** ` bits/byte`, or nothing where there is no unit or the name says it already. */
export function unitSuffix(objective: ReportObjective | null): string {
  if (objective?.unit == null || objective.name.toLowerCase().includes(objective.unit.toLowerCase())) return "";
  return objective.unit === "%" ? "%" : ` ${objective.unit}`;
}

/** ` utility` or the objective's unit. */
export function measureUnit(report: Report, measure: Measure): string {
  return measure === null ? " utility" : unitSuffix(objectiveNamed(report, measure));
}

export function measureName(measure: Measure): string {
  return measure ?? "utility";
}

/** Effects on one measure in one sense, best first. */
export function effectsOn(report: Report, measure: Measure, sense: ReportSense): readonly ReportEffect[] {
  const direction = goodDirection(report, measure);
  return report.effects
    .filter((effect) => effect.objective === measure && effect.sense === sense)
    .sort((a, b) => direction * (b.estimate.mean - a.estimate.mean));
}

/** Interactions on one measure in one sense, largest first. */
export function interactionsOn(report: Report, measure: Measure, sense: ReportSense): readonly ReportInteraction[] {
  return report.interactions
    .filter((pair) => pair.objective === measure && pair.sense === sense)
    .sort((a, b) => Math.abs(b.estimate.mean) - Math.abs(a.estimate.mean));
}

/** The sense the charts begin with: in the set, or alone while no set is recommended; another where that has no rows. */
export function firstSense(report: Report, rows: readonly { readonly sense: ReportSense }[]): ReportSense {
  const wanted: ReportSense = recommendsChange(report) || report.landing !== null ? "in-set" : "alone";
  return [wanted, ...senses].find((sense) => rows.some((row) => row.sense === sense)) ?? wanted;
}

export function sameLevels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((level) => b.includes(level));
}

/** What a combination changes: `baseline`, or `+rotary +muon −clip`. */
export function combinationText(report: Report, levels: readonly string[]): string {
  const added = levels.filter((level) => !report.baseline.includes(level)).map((level) => `+${level}`);
  const removed = report.baseline.filter((level) => !levels.includes(level)).map((level) => `\u2212${level}`);
  return [...added, ...removed].join(" ") || "baseline";
}

/** The set differs from the baseline: something would land, or be taken out. */
export function recommendsChange(report: Report): boolean {
  return !sameLevels(report.recommended, report.baseline);
}

/** Levels that landed earlier and that the set leaves out. */
export function leavingLevels(report: Report): readonly string[] {
  return report.landing === null ? report.baseline.filter((level) => !report.recommended.includes(level)) : [];
}

export interface Standing {
  /** Part of the set this decision lands, recommended or landed with it. */
  readonly land: readonly ReportContribution[];
  readonly shelve: readonly ReportContribution[];
  readonly undecided: readonly ReportContribution[];
  /** In the baseline by earlier landings. */
  readonly earlier: readonly ReportContribution[];
}

export function standingOf(report: Report): Standing {
  const landsNow = ({ verdict }: ReportContribution) =>
    verdict.kind === "land" || (verdict.kind === "landed" && verdict.landing === report.landing);
  return {
    land: report.contributions.filter(landsNow),
    shelve: report.contributions.filter(({ verdict }) => verdict.kind === "shelve"),
    undecided: report.contributions.filter(({ verdict }) => verdict.kind === "undecided"),
    earlier: report.contributions.filter((it) => it.verdict.kind === "landed" && !landsNow(it)),
  };
}

/** Baseline's value plus the set's difference: the recommended set's value, with the difference's uncertainty. */
export function recommendedValue(baseline: Estimate, difference: Estimate): Estimate {
  const at = (change: number) => baseline.mean + change;
  return { mean: at(difference.mean), low: at(difference.low), high: at(difference.high) };
}

export type ReportGain = Report["set"]["objectives"][number];

/**
 * The set's difference on each objective. Sizes found by searching are optimistic, so where fresh pairs measured the
 * objective theirs is the one that is quoted.
 */
export function quotedGains(report: Report): readonly ReportGain[] {
  const tests = report.set.confirmation?.outcome === "confirmed" ? report.set.confirmation.tests : [];
  return report.set.objectives.map((gain) => {
    const test = tests.find(({ objective }) => objective === gain.objective);
    return test === undefined ? gain : { ...gain, difference: test.difference };
  });
}

/** The changes that are surely not zero, most important (weight × change / matters) first. */
export function mainGains(report: Report): readonly ReportGain[] {
  const importance = (gain: ReportGain) => {
    const objective = objectiveNamed(report, gain.objective);
    return objective === null ? 0 : (Math.abs(gain.difference.mean) / objective.matters) * objective.weight;
  };
  return quotedGains(report)
    .filter((gain) => isSure(gain.difference))
    .sort((a, b) => importance(b) - importance(a));
}
