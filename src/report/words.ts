import type { Report } from "../api/report.ts";
import { confirmationSentence, isConfirmed } from "./certainty.ts";
import { decimalsOfEstimate, formatMean, formatNumber, formatRelative, listing, plural } from "./format.ts";
import {
  goodDirection,
  leavingLevels,
  mainGains,
  objectiveNamed,
  type ReportGain,
  recommendsChange,
  standingOf,
  unitSuffix,
} from "./view.ts";

/** The decision in sentences. */

/** The decision as a title, and the lines under it. */
export function headline(report: Report): { readonly title: string; readonly details: readonly string[] } {
  return { title: headlineTitle(report), details: headlineDetails(report) };
}

/** `Land 6 of 17: val_bpb −0.71 bits/byte, cloze +0.043`: the decision in one line. */
export function headlineLine(report: Report): string {
  const { title, details } = headline(report);
  const changes = report.state !== "empty" && (recommendsChange(report) || report.landing !== null);
  return `${title}: ${changes ? gainsText(report) : (details[0] ?? "").replace(/\.$/, "")}`;
}

function headlineTitle(report: Report): string {
  const { land, earlier } = standingOf(report);
  const share = `${land.length} of ${report.contributions.length - earlier.length}`;
  switch (report.state) {
    case "empty":
      return report.contributions.length === 0 ? "Nothing proposed yet" : "Nothing measured yet";
    case "measuring":
      return "Still measuring";
    case "confirming":
      return `Confirming ${share}`;
    case "decided":
      if (report.landing !== null) return `Landed ${share}`;
      if (!recommendsChange(report)) return "Keep the baseline";
      if (!isConfirmed(report)) return `${share} recommended, not confirmed`;
      return land.length > 0 ? `Land ${share}` : "Take out what no longer helps";
  }
}

function headlineDetails(report: Report): readonly string[] {
  switch (report.state) {
    case "empty":
      return [waiting(report)];
    case "measuring":
      return recommendsChange(report)
        ? [`The best set so far is ${listing(changes(report), 6)}.`, ...gainSentences(report)]
        : ["No set is better than the baseline so far."];
    case "confirming":
    case "decided":
      if (report.landing === null && !recommendsChange(report)) {
        return ["No set of contributions beats the baseline by as much as matters with every guardrail held."];
      }
      return [...gainSentences(report), confirmationSentence(report), ...removals(report)];
  }
}

function waiting({ contributions }: Report): string {
  if (contributions.length === 0) return "The lab has no contributions to measure.";
  return `${plural(contributions.length, "contribution waits", "contributions wait")} for a first run.`;
}

function changes(report: Report): readonly string[] {
  const added = report.recommended.filter((level) => !report.baseline.includes(level));
  return [...added, ...leavingLevels(report).map((level) => `without ${level}`)];
}

function removals(report: Report): readonly string[] {
  const levels = leavingLevels(report);
  return levels.length === 0 ? [] : [`${listing(levels, 6)}, landed earlier, would be taken out again.`];
}

/** The most important sure changes, briefly: `val_bpb −0.71 bits/byte, cloze +0.043`. */
function gainsText(report: Report): string {
  const gains = mainGains(report).slice(0, 3);
  if (gains.length === 0) return "no objective is surely different";
  const written = gains.map((gain) => {
    const unit = unitSuffix(objectiveNamed(report, gain.objective));
    return `${gain.objective} ${formatMean(gain.difference, true)}${unit}`;
  });
  return written.join(", ");
}

/** `Improves val_bpb by 0.71 bits/byte (−22%).` `Worsens tokens_per_second by 820 (−5.7%).` Only what is sure. */
function gainSentences(report: Report): readonly string[] {
  const gains = mainGains(report);
  const better = gains.filter((gain) => gain.difference.mean * goodDirection(report, gain.objective) > 0);
  const worse = gains.filter((gain) => !better.includes(gain));
  const said = (verb: string, some: readonly ReportGain[]) =>
    some.length === 0
      ? []
      : [
          `${verb} ${listing(
            some.map((gain) => byHowMuch(report, gain)),
            4,
          )}.`,
        ];
  if (gains.length === 0) return ["No objective is surely different."];
  return [...said("Improves", better), ...said("Worsens", worse)];
}

function byHowMuch(report: Report, { objective: name, difference }: ReportGain): string {
  const objective = objectiveNamed(report, name);
  const size = formatNumber(Math.abs(difference.mean), decimalsOfEstimate(difference));
  const from = objective?.baseline?.mean ?? 0;
  const relative = from === 0 ? "" : ` (${formatRelative(difference.mean / Math.abs(from))})`;
  return `${name} by ${size}${unitSuffix(objective)}${relative}`;
}
