import type { Report } from "../api/report.ts";
import { decimalsOf, formatEvidence, formatNumber, formatProbability, plural } from "./format.ts";
import { objectiveNamed, type ReportGain, unitSuffix } from "./view.ts";

/** How sure the decision is, in sentences: confirmation, guardrails, noise, and what the numbers mean. */

type Confirmation = NonNullable<Report["set"]["confirmation"]>;
type Noise = Report["noise"][number];

/** The set's confirmation has been reached. */
export function isConfirmed(report: Report): boolean {
  return report.set.confirmation?.outcome === "confirmed";
}

/** The weakest test's e-value: the set lands when even this one reaches the threshold. */
export function weakestEvidence(confirmation: Confirmation): number {
  return Math.min(...confirmation.tests.map((test) => test.e));
}

/** `Confirmed on 7 fresh pairs of runs: E = 41, where 20 is asked.` */
export function confirmationSentence(report: Report): string {
  const confirmation = report.set.confirmation;
  if (confirmation === null) return "Not confirmed on fresh seeds yet.";
  const pairs = plural(confirmation.pairs, "fresh pair");
  const asked = formatEvidence(confirmation.threshold);
  if (confirmation.tests.length === 0) return `Confirmation begins: no fresh pair has been measured yet.`;
  const e = formatEvidence(weakestEvidence(confirmation));
  switch (confirmation.outcome) {
    case "confirmed":
      return `Confirmed on ${pairs}: E = ${e} ≥ ${asked}.`;
    case "pending":
      return `${pairs} so far: E = ${e} of the ${asked} that is asked.`;
    case "futile":
      return `Given up after ${pairs}: E = ${e}, where ${asked} is asked.`;
  }
}

/** What E means, for someone who meets it here. */
export function evidenceNote(report: Report): string {
  const threshold = report.set.confirmation?.threshold ?? 1 / report.alpha;
  const limit = formatProbability(1 / threshold);
  return `E is evidence against "no gain", gathered on seeds that the search never saw and valid however often one looks. If there were no gain, E would reach ${formatEvidence(threshold)} in at most ${limit} of decisions.`;
}

/** `may fall by 850 at most: holds with 98% probability (90% asked).` Null where it is not guarded. */
export function guardrailSentence(report: Report, gain: ReportGain): string | null {
  if (gain.guardrail === null) return null;
  const objective = objectiveNamed(report, gain.objective);
  const margin = `${formatNumber(gain.guardrail.margin)}${unitSuffix(objective)}`;
  const move = objective?.goal === "minimize" ? "rise" : "fall";
  const probability = `${formatProbability(gain.guardrail.probability)} probability (${formatProbability(report.confidence)} asked)`;
  const held = gain.guardrail.probability >= report.confidence ? "holds with" : "not sure to hold:";
  return `may ${move} by ${margin} at most: ${held} ${probability}.`;
}

/** Noise beside what matters: can one run tell? Null when the objective is unknown. */
export function noiseSentence(report: Report, noise: Noise): string | null {
  const objective = objectiveNamed(report, noise.objective);
  if (objective === null) return null;
  const ratio = noise.sd / objective.matters;
  if (noise.sd === 0) return "The same in every run.";
  const unit = unitSuffix(objective);
  const share = ratio < 0.1 ? "under 0.1" : formatNumber(ratio, ratio < 10 ? 1 : 0);
  const times = `One run's noise is ${formatNumber(noise.sd, decimalsOf(noise.sd))}${unit}, ${share}× what matters`;
  if (ratio < 0.25) return `${times}: a single pair of runs tells.`;
  return `${times}: about ${plural(Math.ceil(pairsToTell(ratio)), "pair")} of runs for a difference that just matters.`;
}

/** Pairs until a paired difference of one `matters` is twice its standard error: n = 2 (2 sd / matters)². */
function pairsToTell(ratio: number): number {
  return Math.max(1, 8 * ratio * ratio);
}

/** What to write after "utility" where it is first used. */
export const utilityNote =
  "Utility adds the objectives up in units of the smallest difference that matters: +1 is one such difference on one objective.";

/** The interval for the reader who skips the rest. */
export function intervalNote(report: Report): string {
  return `Intervals are ${formatProbability(report.confidence)} credible intervals.`;
}
