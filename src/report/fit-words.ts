import type { Report } from "../api/report.ts";
import type { Step } from "./closing.ts";
import { formatNumber, formatProbability, formatSigned, plural } from "./format.ts";
import { sameLevels } from "./view.ts";

/** Whether the model fits its runs, in sentences. */

export type ReportFit = Report["fit"][number];

/** What a reader must know before trusting an interval, and the run that would tell; none where the model fits. */
export function modelWarnings(report: Report): readonly Step[] {
  const misfits = report.fit.filter(({ state }) => state !== "fits");
  // Several objectives may point at one run: it is repeated once.
  const commands = misfits.map((fit) => repeatCommand(report, fit));
  return misfits.map((fit, i) => {
    const command = commands[i] ?? null;
    const text = `${fit.objective}: ${misfitSentence(report, fit)}`;
    return { text, command: commands.indexOf(command) === i ? command : null };
  });
}

function misfitSentence(report: Report, fit: ReportFit): string {
  const run = fit.worst?.run ?? "";
  if (fit.state === "outlier")
    return `run ${run} lies ${formatNumber(Math.abs(fit.worst?.z ?? 0), 1)} standard deviations from what all the other runs say of it, farther than noise goes. See what that run did, then measure it again.`;
  return `${outsideText(report, fit)}, which chance alone does in 1 of ${oddsText(fit.chance)} labs. The model is surer of this objective than it may be: take what is close to the edge of its interval as open, and repeat ${run}, the run farthest off.`;
}

/** `5 of 24 runs lie outside their 90% leave-one-out interval (2.4 expected)` */
export function outsideText({ confidence }: Report, { outside, runs, expected }: ReportFit): string {
  const lie = outside === 1 ? "lies" : "lie";
  return `${formatNumber(outside)} of ${plural(runs, "run")} ${lie} outside ${outside === 1 ? "its" : "their"} ${formatProbability(confidence)} leave-one-out interval (${formatNumber(expected, 1)} expected)`;
}

function oddsText(chance: number): string {
  return chance < 1e-4 ? "more than 10,000" : formatNumber(1 / chance, -Math.floor(Math.log10(1 / chance)) + 1);
}

/** Another seed for the combination of the run that is farthest off. */
function repeatCommand(report: Report, { worst }: ReportFit): string | null {
  const run = report.runs.find(({ id }) => id === worst?.run);
  if (run === undefined) return null;
  const seeds = new Set(report.runs.flatMap((other) => (sameLevels(other.levels, run.levels) ? [other.seed] : [])));
  let fresh = 1;
  while (seeds.has(fresh)) fresh++;
  return `cairn run ${run.levels.length === 0 ? "baseline" : run.levels.join(" ")} --seeds ${fresh}`;
}

export function fitWord({ state }: ReportFit): string {
  switch (state) {
    case "fits":
      return "fits";
    case "narrow":
      return "too sure";
    case "outlier":
      return "one run far off";
  }
}

/** `r017, −2.3 sd` */
export function worstText({ worst }: ReportFit): string {
  return worst === null ? "" : `${worst.run}, ${formatSigned(worst.z, 1)} sd`;
}

export const fitNote =
  "Each run is predicted from all the others. A model that fits leaves as many runs outside their interval as its confidence says; more of them, and the intervals above are too narrow.";
