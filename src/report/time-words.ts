import type { Report } from "../api/report.ts";
import { type Estimate, formatMean, formatRange, listing, plural } from "./format.ts";

/** Evidence from other scales and earlier epochs, and whether what landed still holds, in words. */

export type ReportContext = Report["contexts"][number];
export type LastingPart = Report["lasting"][number];
type RankAgreement = ReportContext["ranks"][number];

export function contextTitle({ kind }: ReportContext): string {
  return kind === "scale" ? "Evidence from other scales" : "Evidence from before the lab changed";
}

/** `20 runs at proxy inform what is believed of full, as far as they agree with it.` */
export function contextSentence({ kind, levels }: ReportContext): string {
  const [here, ...others] = levels;
  const total = others.reduce((sum, { runs }) => sum + runs, 0);
  const [inform, agree] = total === 1 ? ["informs", "it agrees"] : ["inform", "they agree"];
  if (kind === "scale") {
    const each = others.map(({ name, runs }) => `${plural(runs, "run")} at ${name}`);
    return `${listing(each)} ${inform} what is believed of ${here?.name ?? "this one"}, as far as ${agree} with it.`;
  }
  const epochs = plural(others.length, "earlier epoch");
  const names = listing(
    others.map(({ name }) => name),
    3,
  );
  return `${plural(total, "run")} of ${epochs} (${names}) ${inform} what is believed of today, as far as ${agree} with it.`;
}

export const agreementNote =
  "Agreement: how far what is measured there goes with what is measured here, by the model; 1 is as good as here, 0 tells nothing. Ranks: Spearman's correlation over the combinations that were run on both sides, noise included.";

/** Of the level with the most combinations in common. */
export function ranksOn({ ranks }: ReportContext, objective: string): RankAgreement | null {
  const found = ranks.filter((rank) => rank.objective === objective);
  return found.toSorted((a, b) => b.combinations - a.combinations)[0] ?? null;
}

/** `0.82 (0.51 to 0.95)` */
export function estimateText(estimate: Estimate | null): string {
  return estimate === null ? "unknown" : `${formatMean(estimate)} (${formatRange(estimate)})`;
}

export function lastingWord({ state }: LastingPart): string {
  switch (state.kind) {
    case "holds":
      return "holds";
    case "spent":
      return "no longer worth its keep";
    case "unknown":
      return `not known: ${plural(state.runs, "run")} would tell`;
  }
}

export const lastingNote =
  "Utility: what a part was worth in the set it landed with, and what the baseline would lose without it now, by all runs so far.";
