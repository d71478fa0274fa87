import type { Report } from "../../api/report.ts";
import { formatMean } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { pairSentence } from "../pair.ts";
import {
  goodDirection,
  interactionsOn,
  isSure,
  type Measure,
  type ReportInteraction,
  type ReportSense,
} from "../view.ts";

/** Interactions as a staircase: a row a contribution, its name standing where its column begins. */

/** More rows would be too small to hit with a finger: those with the largest interactions are shown. */
export const heatmapLimit = 28;
/** Shades on each side of zero. */
const shades = 5;

export function drawHeatmap(report: Report, measure: Measure, sense: ReportSense): Markup {
  const pairs = interactionsOn(report, measure, sense);
  const largest = pairs[0];
  if (largest === undefined) return html`<p class="none">No pair has been measured in this sense yet.</p>`;
  const levels = shownLevels(report, pairs);
  const direction = goodDirection(report, measure);
  const scale = Math.abs(largest.estimate.mean);
  const byPair = new Map(
    pairs.flatMap((pair) => [
      [`${pair.a}\n${pair.b}`, pair],
      [`${pair.b}\n${pair.a}`, pair],
    ]),
  );
  let first = true;
  const rows = levels.map((row, i) => {
    const cells = levels.slice(0, i).map((column) => {
      const pair = byPair.get(`${row}\n${column}`);
      if (pair === undefined)
        return html`<span class="cell apart" title="${row} and ${column} cannot be combined, or were not estimated."></span>`;
      const cell = drawCell(report, pair, (pair.estimate.mean * direction) / scale, first);
      first = false;
      return cell;
    });
    return html`<div class="stair">${cells}<span class="name" title="${row}">${row}</span></div>`;
  });
  const total = new Set(pairs.flatMap(({ a, b }) => [a, b])).size;
  const note =
    total > levels.length
      ? html`<p class="note">The ${levels.length} of ${total} with the largest interactions are shown.</p>`
      : null;
  const key = html`<p class="key" aria-hidden="true"><span>overlap</span><span class="shades">${Array.from({ length: 2 * shades + 1 }, (_, i) => html`<i class="${shadeClass(i - shades)}"></i>`)}</span><span>help each other</span><span class="surekey"><i class="${shadeClass(3)} sure"></i>surely not zero</span></p>`;
  const sure = pairs.filter(({ estimate }) => isSure(estimate));
  return html`<div class="pairs"><div class="staircase"><div class="stairs n${levels.length}" role="group" aria-label="Interactions: arrow keys move from pair to pair">${rows}</div>${key}${note}</div>
<div class="said"><p class="spoken" aria-live="polite">${pairSentence(report, sure[0] ?? largest)}</p>${drawLargest(report, sure)}</div></div>`;
}

const largestShown = 6;

function drawLargest(report: Report, sure: readonly ReportInteraction[]): Markup {
  if (sure.length === 0) return html`<p class="quiet">No pair is surely more or less than the sum of its parts.</p>`;
  const direction = (pair: ReportInteraction) => goodDirection(report, pair.objective) * pair.estimate.mean;
  const items = sure
    .slice(0, largestShown)
    .map(
      (pair) =>
        html`<li class="${direction(pair) > 0 ? "better" : "worse"}"><span>${pair.a} with ${pair.b}</span><b class="number">${formatMean(pair.estimate, true)}</b></li>`,
    );
  return html`<h3>Largest sure pairs</h3><ol class="largest">${items}</ol>`;
}

function drawCell(report: Report, pair: ReportInteraction, share: number, first: boolean): Markup {
  const sure = isSure(pair.estimate);
  const shade = Math.sign(share) * Math.ceil(Math.abs(share) * shades - 0.25);
  const title = `${pairSentence(report, pair)} (${formatMean(pair.estimate, true)})`;
  return html`<button type="button" class="cell ${shadeClass(shade)}${sure ? " sure" : ""}" tabindex="${first ? 0 : -1}" title="${title}"></button>`;
}

function shadeClass(shade: number): string {
  return shade === 0 ? "zero" : shade < 0 ? `less${-shade}` : `more${shade}`;
}

/** In the report's order, what lands first. */
function shownLevels(report: Report, pairs: readonly ReportInteraction[]): readonly string[] {
  const weight = new Map<string, number>();
  for (const { a, b, estimate } of pairs) {
    for (const level of [a, b]) weight.set(level, Math.max(weight.get(level) ?? 0, Math.abs(estimate.mean)));
  }
  const kept = new Set(
    [...weight.keys()].sort((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0)).slice(0, heatmapLimit),
  );
  const known = report.contributions.map(({ level }) => level);
  const inSet = (level: string) => report.recommended.includes(level);
  const ordered = [
    ...known.filter(inSet),
    ...known.filter((level) => !inSet(level)),
    ...[...kept].filter((level) => !known.includes(level)),
  ];
  return ordered.filter((level) => kept.has(level));
}
