import type { Report, ReportVerdict } from "../api/report.ts";
import {
  decimalsOfEstimate,
  type Estimate,
  formatDeviceTime,
  formatDifference,
  formatDuration,
  formatEvidence,
  formatMean,
  formatNumber,
  formatProbability,
  formatRelative,
  listing,
  plural,
} from "./format.ts";
import {
  goodDirection,
  mainGains,
  objectiveNamed,
  type ReportGain,
  recommendsChange,
  standingOf,
  unitSuffix,
} from "./view.ts";

/** Every sentence the report says. A reason without a sentence is a type error: the switches are exhaustive. */

type Verdict<K extends ReportVerdict["kind"]> = Extract<ReportVerdict, { kind: K }>;
type LandReason = Verdict<"land">["reason"];
type ShelveReason = Verdict<"shelve">["reason"];
type UndecidedReason = Verdict<"undecided">["reason"];
type Confirmation = NonNullable<Report["set"]["confirmation"]>;
type Noise = Report["noise"][number];

/** What to write after "utility" where it is first used. */
export const utilityNote =
  "Utility adds the objectives up in units of the smallest difference that matters: +1 is one such difference on one objective.";

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
  return [...added, ...removed(report).map((level) => `without ${level}`)];
}

function removed(report: Report): readonly string[] {
  return report.landing === null ? report.baseline.filter((level) => !report.recommended.includes(level)) : [];
}

function removals(report: Report): readonly string[] {
  const levels = removed(report);
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
      return "no effect";
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
  return removed(report).includes(level) ? `${since}; the set is better without it now.` : `${since}.`;
}

function landSentence({ inSet, alone, worksWith, overlapsWith }: LandReason): string {
  const effect = `Adds ${utility(inSet)} to the set; alone ${formatMean(alone, true)}.`;
  const partners = [
    worksWith.length === 0 ? "" : ` Works better with ${listing(worksWith, 4)}.`,
    overlapsWith.length === 0 ? "" : ` Shares part of its gain with ${listing(overlapsWith, 4)}.`,
  ];
  return effect + partners.join("");
}

function shelveSentence(report: Report, reason: ShelveReason): string {
  switch (reason.kind) {
    case "superseded":
      return `${reason.by} does the same job better: beside it, this adds ${utility(reason.inSet)}.`;
    case "harms":
      return harmsSentence(report, reason);
    case "no-effect":
      return `No effect as large as matters: ${utility(reason.inSet)} in the set, ${formatMean(reason.alone, true)} alone.`;
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
export function costText(cost: { readonly runs: number; readonly coreSeconds: number }): string {
  return `about ${plural(cost.runs, "more run")}, ${formatDeviceTime(cost.coreSeconds)}`;
}

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

/** What one test of the confirmation says. */
export function testSentence(report: Report, test: Confirmation["tests"][number]): string {
  const { objective, difference } = test;
  if (objective === null) return `The set is better in utility: ${formatDifference(difference)}.`;
  const unit = unitSuffix(objectiveNamed(report, objective));
  return `${objective} is not worse than its guardrail allows: ${formatDifference(difference, unit)}.`;
}

/** What E means, for someone who meets it here. */
export function evidenceNote(report: Report): string {
  const limit = formatProbability(report.alpha);
  return `E is evidence against "no gain", gathered on seeds that the search never saw and valid however often one looks. If there were no gain, E would reach ${formatEvidence(1 / report.alpha)} in at most ${limit} of decisions.`;
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
  const times = `One run's noise is ${formatNumber(noise.sd, null)}${unit}, ${formatNumber(ratio, ratio < 10 ? 1 : 0)}× what matters`;
  if (ratio < 0.25) return `${times}: a single pair of runs tells.`;
  return `${times}: about ${plural(Math.ceil(pairsToTell(ratio)), "pair")} of runs for a difference that just matters.`;
}

/** Pairs until a paired difference of one `matters` is twice its standard error: n = 2 (2 sd / matters)². */
function pairsToTell(ratio: number): number {
  return Math.max(1, 8 * ratio * ratio);
}

/** What was spent and what the cache spared. */
export function costSentences(report: Report): readonly string[] {
  const { cost } = report;
  if (cost.runs === 0) return ["Nothing has been run yet."];
  const gpu = cost.gpuSeconds > 0 ? ` and ${formatDeviceTime(cost.gpuSeconds, "GPU")}` : "";
  const spent = `${plural(cost.runs, "run")} took ${formatDeviceTime(cost.coreSeconds)}${gpu} over ${formatDuration(cost.wallSeconds)}.`;
  const stages = cost.executedStages + cost.reusedStages;
  if (cost.reusedStages === 0) return [spent];
  const share = formatProbability(cost.reusedStages / stages);
  return [
    spent,
    `The cache answered ${formatNumber(cost.reusedStages)} of ${plural(stages, "stage")} (${share}) and spared ${formatDeviceTime(cost.savedCoreSeconds)}.`,
  ];
}

/** Which evidence counts. */
export function evidenceSentence({ evidence }: Report): string {
  const used = `${plural(evidence.used, "run counts", "runs count")} as evidence`;
  if (evidence.earlier === 0) return `${used}.`;
  return `${used}; ${formatNumber(evidence.earlier)} from before the lab changed ${evidence.earlier === 1 ? "is" : "are"} kept and not used.`;
}

/** What to do now; a step may be a command. */
export interface Step {
  readonly text: string;
  readonly command: string | null;
}

export function nextSteps(report: Report): readonly Step[] {
  switch (report.state) {
    case "empty":
      return report.contributions.length === 0
        ? [{ text: "Propose a first change.", command: "cairn propose" }]
        : [
            { text: "See what would run, and at what cost.", command: "cairn plan" },
            { text: "Begin measuring.", command: "cairn run" },
          ];
    case "measuring":
    case "confirming":
      return [{ text: `Go on where it stopped${remaining(report)}.`, command: "cairn run" }];
    case "decided":
      return decidedSteps(report);
  }
}

function decidedSteps(report: Report): readonly Step[] {
  const more =
    standingOf(report).undecided.length === 0
      ? []
      : [{ text: `Settle what is undecided${remaining(report)}.`, command: "cairn run" }];
  const propose = { text: "Propose the next change.", command: "cairn propose" };
  if (report.landing !== null) return [...more, propose];
  if (!recommendsChange(report)) return [...more, propose];
  if (!isConfirmed(report)) return [{ text: "Confirm the set on fresh seeds.", command: "cairn run" }, ...more];
  return [{ text: "Make the set the new baseline.", command: "cairn land" }, ...more];
}

/** The runs that settle one verdict tell of others too, and the set is confirmed once for all: an upper bound. */
function remaining(report: Report): string {
  const open = report.contributions.flatMap(({ verdict }) => (verdict.kind === "undecided" ? [verdict] : []));
  const confirming = open.filter(({ reason }) => reason.kind === "unconfirmed").map(({ costToKnow }) => costToKnow);
  const single = open.filter(({ reason }) => reason.kind !== "unconfirmed").map(({ costToKnow }) => costToKnow);
  const total = (of: "runs" | "coreSeconds") =>
    Math.max(0, ...confirming.map((cost) => cost[of])) + single.reduce((sum, cost) => sum + cost[of], 0);
  if (total("runs") === 0) return "";
  return ` (at most ${plural(total("runs"), "more run")}, ${formatDeviceTime(total("coreSeconds"))})`;
}

/** The interval for the reader who skips the rest. */
export function intervalNote(report: Report): string {
  return `Intervals are ${formatProbability(report.confidence)} credible intervals.`;
}
