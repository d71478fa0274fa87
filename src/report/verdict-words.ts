import type { Report, ReportVerdict } from "../api/report.ts";
import {
  type Estimate,
  formatDeviceTime,
  formatDifference,
  formatMean,
  formatNumber,
  formatProbability,
  listing,
  plural,
} from "./format.ts";
import { leavingLevels, objectiveNamed, unitSuffix } from "./view.ts";

/** Why each contribution has the verdict it has. A reason without a sentence is a type error: the switches are exhaustive. */

type Verdict<K extends ReportVerdict["kind"]> = Extract<ReportVerdict, { kind: K }>;
type LandReason = Verdict<"land">["reason"];
type ShelveReason = Verdict<"shelve">["reason"];
type UndecidedReason = Verdict<"undecided">["reason"];

/** One or two words for a label: `land`, `superseded`, `too noisy`. */
export function verdictLabel(verdict: ReportVerdict): string {
  switch (verdict.kind) {
    case "landed":
      return "landed";
    case "land":
      return "land";
    case "shelve":
      return shelveLabel(verdict.reason);
    case "undecided":
      return undecidedLabel(verdict.reason);
  }
}

function shelveLabel(reason: ShelveReason): string {
  switch (reason.kind) {
    case "superseded":
      return "superseded";
    case "harms":
      return "harms";
    case "no-effect":
      return "no gain";
    case "hurts":
      return "hurts";
    case "only-with":
      return "needs another";
    case "diverges":
      return "diverges";
    case "cannot-run":
      return "cannot run";
  }
}

function undecidedLabel(reason: UndecidedReason): string {
  switch (reason.kind) {
    case "unmeasured":
      return "not measured";
    case "noisy":
      return "too noisy yet";
    case "unconfirmed":
      return "to confirm";
    case "guardrail-unsure":
      return "guardrail unsure";
  }
}

/** Why a contribution has the verdict it has, with its numbers and units. */
export function verdictSentence(report: Report, level: string, verdict: ReportVerdict): string {
  switch (verdict.kind) {
    case "landed":
      return landedSentence(report, level, verdict.landing);
    case "land":
      return landSentence(verdict.reason);
    case "shelve":
      return shelveSentence(report, verdict.reason);
    case "undecided":
      return `${undecidedSentence(report, verdict.reason)} To know: ${costText(verdict.costToKnow)}.`;
  }
}

function landedSentence(report: Report, level: string, landing: number): string {
  if (landing === report.landing) return `Landed with this decision (landing ${landing}).`;
  const since = `In the baseline since landing ${landing}`;
  return leavingLevels(report).includes(level) ? `${since}; the set is better without it now.` : `${since}.`;
}

function landSentence({ inSet, alone, worksWith, overlapsWith }: LandReason): string {
  const effect =
    inSet.low > 0
      ? `Adds ${utility(inSet)} to the set; alone ${formatMean(alone, true)}.`
      : `In the set; its own part is not sure: ${utility(inSet)}, alone ${formatMean(alone, true)}.`;
  const partners = [
    worksWith.length === 0 ? "" : ` Works better with ${listing(worksWith, 4)}.`,
    overlapsWith.length === 0 ? "" : ` Shares part of its gain with ${listing(overlapsWith, 4)}.`,
  ];
  return effect + partners.join("");
}

function shelveSentence(report: Report, reason: ShelveReason): string {
  switch (reason.kind) {
    case "superseded":
      return `${reason.by} does the same job better: with this, the set changes by ${utility(reason.inSet)}.`;
    case "harms":
      return harmsSentence(report, reason);
    case "no-effect":
      return `No gain as large as matters: ${utility(reason.inSet)} in the set, ${formatMean(reason.alone, true)} alone.`;
    case "hurts":
      return reason.alone.low > 0
        ? `Helps alone (${formatMean(reason.alone, true)}) but hurts in the set: ${utility(reason.inSet)}.`
        : `Hurts: ${utility(reason.inSet)} in the set, ${formatMean(reason.alone, true)} alone.`;
    case "only-with":
      return `Works only with ${reason.other}, which is not in the set: without it, ${utility(reason.inSet)}.`;
    case "diverges":
      return `Diverged in ${reason.runs} of ${plural(reason.of, "run")}: results that are not finite numbers.`;
    case "cannot-run":
      return `Cannot run: ${reason.because.replace(/\.?\s*$/, "")}.`;
  }
}

function harmsSentence(report: Report, reason: Extract<ShelveReason, { kind: "harms" }>): string {
  const objective = objectiveNamed(report, reason.objective);
  const unit = unitSuffix(objective);
  const change = `Harms ${reason.objective}: ${formatDifference(reason.difference, unit)}`;
  if (!reason.guardrail) return `${change}.`;
  const margin = objective?.guardrail == null ? "" : ` of ${formatNumber(objective.guardrail)}${unit}`;
  return `${change}, past its guardrail${margin}.`;
}

function undecidedSentence(report: Report, reason: UndecidedReason): string {
  switch (reason.kind) {
    case "unmeasured":
      return "Not measured yet.";
    case "noisy":
      return `Not yet told from noise: ${utility(reason.inSet)} in the set, ${formatMean(reason.alone, true)} alone.`;
    case "unconfirmed":
      return "In the recommended set, which is not confirmed on fresh seeds yet.";
    case "guardrail-unsure":
      return `The guardrail on ${reason.objective} holds with ${formatProbability(reason.probability)} probability; ${formatProbability(report.confidence)} is asked.`;
  }
}

function utility(estimate: Estimate): string {
  return formatDifference(estimate, " utility");
}

/** `about 3 more runs, 12 core-minutes`. */
function costText(cost: { readonly runs: number; readonly coreSeconds: number }): string {
  return `about ${plural(cost.runs, "more run")}, ${formatDeviceTime(cost.coreSeconds)}`;
}
