import type { Report } from "../../../../../src/api/report.ts";
import { decimalsOfEstimate, formatNumber, formatSigned } from "../../../../../src/report/format.ts";
import { goodDirection, isSure, type ReportInteraction } from "../../../../../src/report/view.ts";
import type { Format } from "../../../format.ts";
import { unitOf } from "../report.ts";
import type { Say } from "../say.ts";
import { turnsOf } from "./grid.ts";

/** A pair in words. */

/** `rotary and bpe overlap: together 0.21 utility less than the sum of the two.` */
export function pairSentence(report: Report, pair: ReportInteraction, say: Say, format: Format): string {
  const { a, b, estimate, objective } = pair;
  const unit = unitOf(report, objective) ?? (objective === null ? say("utilityUnit") : null);
  if (!isSure(estimate)) return say("pairs.unsure", { a, b, difference: format.difference(estimate, unit) });
  const amount = formatNumber(Math.abs(estimate.mean), decimalsOfEstimate(estimate));
  const benefit = estimate.mean * goodDirection(report, objective) > 0;
  return say(benefit ? "pairs.help" : "pairs.overlap", {
    a,
    b,
    amount: unit === null ? amount : `${amount} ${unit}`,
    range: format.range(estimate),
  });
}

/** `rotary alone +0.14, with muon +0.02`, for each of the two. By the model's means: the numbers are of one estimate. */
export function turnSentences(report: Report, pair: ReportInteraction, say: Say): readonly string[] {
  const decimals = decimalsOfEstimate(pair.estimate);
  return turnsOf(report, pair).map(({ level, other, without, with: together }) =>
    say(`pairs.turn.${pair.sense}`, {
      level,
      other,
      without: formatSigned(without, decimals),
      with: formatSigned(together, decimals),
    }),
  );
}
