import type { Report } from "../api/report.ts";
import { isConfirmed } from "./certainty.ts";
import { formatDeviceTime, formatDuration, formatEvidence, formatNumber, formatProbability, plural } from "./format.ts";
import { recommendsChange, standingOf } from "./view.ts";

/** What it cost and what to do now, in sentences. */

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

/** Which evidence counts, and what the error budget asks. */
export function evidenceSentences(report: Report): readonly string[] {
  if (report.cost.runs === 0) return [];
  const budget = errorBudgetSentence(report);
  return [usedSentence(report), ...(budget === null ? [] : [budget])];
}

function usedSentence({ evidence }: Report): string {
  const used = `${plural(evidence.used, "run counts", "runs count")} as evidence`;
  if (evidence.earlier === 0) return `${used}.`;
  return `${used}; ${formatNumber(evidence.earlier)} about what has changed since ${evidence.earlier === 1 ? "is" : "are"} kept and not used.`;
}

/** How many sets the lab has tested in its life, and what that asks of the next; null where it was not kept. */
export function errorBudgetSentence({ errorBudget, alpha }: Report): string | null {
  if (errorBudget === null) return null;
  const { tested, landed, asked } = errorBudget;
  const next = `must reach E = ${formatEvidence(asked)}`;
  if (tested === 0) return `No set has been tested on fresh seeds yet: the first ${next}.`;
  const sets = `${plural(tested, "set")} tested in this lab's life, ${formatNumber(landed)} landed`;
  return `${sets}: the next ${next}, so that at most ${formatProbability(alpha)} of landings are false.`;
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
