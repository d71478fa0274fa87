import type { Report } from "../api/report.ts";
import { decimalsOfEstimate, formatDifference, formatNumber } from "./format.ts";
import {
  goodDirection,
  isSure,
  type Measure,
  measureName,
  measureUnit,
  objectiveNamed,
  type ReportInteraction,
  type ReportSense,
  unitSuffix,
} from "./view.ts";

/** What two contributions do to each other, in words. Pure, and shipped to the page's script as well. */

/** `rotary and bpe overlap: together they gain 0.21 utility less than the sum of the two.` */
export function pairSentence(report: Report, pair: ReportInteraction): string {
  const benefit = pair.estimate.mean * goodDirection(report, pair.objective);
  const names = `${pair.a} and ${pair.b}`;
  const range = formatDifference(pair.estimate);
  if (!isSure(pair.estimate)) {
    return `${names}: no sure interaction on ${measureName(pair.objective)}, ${range}.`;
  }
  const size = formatNumber(Math.abs(pair.estimate.mean), decimalsOfEstimate(pair.estimate));
  const amount = `${size}${measureUnit(report, pair.objective)}`;
  const verb = benefit > 0 ? "help each other" : "overlap";
  return `${names} ${verb}: together they gain ${amount} ${benefit > 0 ? "more" : "less"} than the sum of the two${on(pair.objective)}.`;
}

function on(measure: Measure): string {
  return measure === null ? "" : ` on ${measure}`;
}

/** `val_bpb (bits/byte), lower is better`. */
export function measureTitle(report: Report, measure: Measure): string {
  if (measure === null) return "utility (1 = the smallest difference that matters), higher is better";
  const unit = unitSuffix(objectiveNamed(report, measure)).trim();
  return `${measure}${unit === "" ? "" : ` (${unit})`}, ${goodDirection(report, measure) > 0 ? "higher" : "lower"} is better`;
}

/** What an effect is compared with. */
export function senseText(sense: ReportSense): string {
  switch (sense) {
    case "in-set":
      return "in the recommended set";
    case "alone":
      return "alone, from the baseline";
    case "on-average":
      return "on average over combinations";
  }
}

/** The same for a button. */
export function senseLabel(sense: ReportSense): string {
  switch (sense) {
    case "in-set":
      return "in the set";
    case "alone":
      return "alone";
    case "on-average":
      return "on average";
  }
}
