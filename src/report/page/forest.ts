import type { Report } from "../../api/report.ts";
import { type Estimate, formatDifference, formatMean, formatNumber, formatRange } from "../format.ts";
import { html, type Markup, percent } from "../markup.ts";
import { forestDomain, linearScale, type Scale } from "../scale.ts";
import {
  effectsOn,
  goodDirection,
  type Measure,
  mattersOf,
  measureName,
  measureUnit,
  type ReportSense,
  standingWord,
} from "../view.ts";

/** Forest plot as a table: a row an effect with its name, its interval drawn, and its numbers. */

export function drawForest(report: Report, measure: Measure, sense: ReportSense): Markup {
  const effects = effectsOn(report, measure, sense);
  if (effects.length === 0) return html`<p class="none">Nothing has been measured in this sense yet.</p>`;
  const matters = mattersOf(report, measure);
  const direction = goodDirection(report, measure);
  const scale = linearScale(
    forestDomain(
      effects.map(({ estimate }) => estimate),
      matters,
    ),
    [0, 100],
  );
  const kinds = new Map(report.contributions.map(({ level, verdict }) => [level, verdict.kind]));
  const unit = measureUnit(report, measure);
  const axis = drawAxis(scale);
  const rows = effects.map(
    ({ level, estimate }) => html`<tr class="${standingWord(estimate, direction)}">
<th scope="row">${level}</th>
<td class="plot">${drawInterval(estimate, scale, matters, kinds.get(level) ?? "undecided", `${level}: ${formatDifference(estimate, unit)}`)}</td>
<td class="number">${formatMean(estimate, true)}<span class="range">${formatRange(estimate, true)}</span></td></tr>`,
  );
  return html`<table class="forest"><caption class="hidden">Effects on ${measureName(measure)}</caption>
<thead><tr class="axis"><th scope="col"><span class="hidden">Contribution</span></th><td class="plot" aria-hidden="true">${axis}</td><th scope="col" class="number"><span class="hidden">Effect and interval</span></th></tr></thead>
<tbody>${rows}</tbody>
<tfoot aria-hidden="true"><tr class="axis"><td></td><td class="plot">${axis}</td><td></td></tr></tfoot></table>`;
}

/** One interval on a scale of 0…100, over the band of what does not matter and the line of zero. */
export function drawInterval(estimate: Estimate, scale: Scale, matters: number, mark: string, title: string): Markup {
  const at = (value: number) => percent(Math.min(100, Math.max(0, scale.at(value))));
  const [left, right] = [scale.at(estimate.low) < 0, scale.at(estimate.high) > 100];
  const width = Math.max(0, scale.at(matters) - scale.at(-matters));
  return html`<svg class="interval" role="img" aria-label="${title}"><title>${title}</title>
<rect class="band" x="${at(-matters)}" width="${percent(width)}" height="100%"/><line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="100%"/>
<line class="span" x1="${at(estimate.low)}" x2="${at(estimate.high)}" y1="50%" y2="50%"/>
${left ? html`<text class="cut" x="0" y="50%" dy="4">‹</text>` : null}${right ? html`<text class="cut" x="100%" y="50%" dy="4" text-anchor="end">›</text>` : null}
<svg x="${at(estimate.mean)}" y="50%" overflow="visible">${drawMark(mark)}</svg></svg>`;
}

/** A shape a verdict, so that colour is never alone in telling them apart. */
export function drawMark(kind: string): Markup {
  if (kind === "land") return html`<circle class="mark full" r="5"/>`;
  if (kind === "landed") return html`<rect class="mark full" x="-4.5" y="-4.5" width="9" height="9"/>`;
  if (kind === "undecided") return html`<path class="mark" d="M0-6 6 0 0 6-6 0Z"/>`;
  return html`<circle class="mark" r="4.5"/>`;
}

function drawAxis(scale: Scale): Markup {
  const ticks = scale.ticks(5).map((tick) => {
    const place = scale.at(tick);
    const anchor = place < 4 ? "start" : place > 96 ? "end" : "middle";
    return html`<text x="${percent(place)}" y="13" text-anchor="${anchor}">${formatNumber(tick)}</text>`;
  });
  return html`<svg class="ticks">${ticks}</svg>`;
}
