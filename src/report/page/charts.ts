import type { Report } from "../../api/report.ts";
import { intervalNote, utilityNote } from "../certainty.ts";
import { formatMean, plural } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { measureTitle, senseLabel, senseText } from "../pair.ts";
import {
  combinationText,
  firstSense,
  goodDirection,
  type Measure,
  type ReportObjective,
  type ReportSense,
  senses,
} from "../view.ts";
import { drawForest } from "./forest.ts";
import { drawFront } from "./front.ts";
import { drawHeatmap } from "./heatmap.ts";

/** The three charts that can be asked for another objective. Each is drawn here for the default and redrawn by client.js. */

export function drawEffects(report: Report): Markup | null {
  if (report.effects.length === 0) return null;
  const sense = firstSense(report, report.effects);
  return html`<section id="effects"><h2>Effects</h2>
<p class="about">What each contribution does by itself and to the set, best first. The band is what is too small to matter. ${intervalNote(report)} ${utilityNote}</p>
${drawControls("effects", report, report.effects, sense)}
<p class="shapes" aria-hidden="true"><span><i class="land"></i>land</span><span><i class="shelve"></i>shelved</span><span><i class="undecided"></i>undecided</span><span class="better">better</span><span class="worse">worse</span><span class="unsure">not surely either</span></p>
<div class="chart" data-chart="effects">${drawForest(report, null, sense)}</div></section>`;
}

export function drawInteractions(report: Report): Markup | null {
  if (report.interactions.length === 0) return null;
  const sense = firstSense(report, report.interactions);
  return html`<section id="interactions"><h2>Interactions</h2>
<p class="about">Two changes together can give more than the sum of the two, or less. A dot marks a pair whose interaction is surely not zero. To find a pair, read across from one name and down from the other.</p>
${drawControls("interactions", report, report.interactions, sense)}
<div class="chart" data-chart="interactions">${drawHeatmap(report, null, sense)}</div></section>`;
}

/** Only the measures and senses that have rows can be chosen. */
function drawControls(
  chart: string,
  report: Report,
  rows: Report["effects"] | Report["interactions"],
  sense: ReportSense,
): Markup {
  const measures: readonly Measure[] = [null, ...report.objectives.map(({ name }) => name)];
  const known = new Set(rows.map(({ objective }) => objective));
  const options = measures
    .filter((it) => known.has(it))
    .map((it) => html`<option value="${objectiveNumber(report, it)}">${it === null ? "utility" : it}</option>`);
  const choices = senses
    .filter((it) => rows.some((row) => row.sense === it))
    .map(
      (it) =>
        html`<label><input type="radio" name="${chart}-sense" value="${it}"${it === sense ? html` checked` : null}><span title="${senseText(it)}">${senseLabel(it)}</span></label>`,
    );
  return html`<form class="controls needs-script" data-for="${chart}"><label class="select">Objective <select name="measure">${options}</select></label>
<fieldset><legend class="hidden">Compared</legend>${choices}</fieldset></form><p class="measure" data-measure="${chart}">${measureTitle(report, null)}</p>`;
}

/** Choices go by number: a name may hold what a page does not show. */
function objectiveNumber(report: Report, measure: Measure): string {
  return measure === null ? "" : String(report.objectives.findIndex(({ name }) => name === measure));
}

export function drawTradeOffs(report: Report): Markup | null {
  const measured = report.objectives.filter(({ name }) =>
    report.points.some(({ values }) => values.some(({ objective }) => objective === name)),
  );
  const [first, second] = measured;
  if (first === undefined || second === undefined) return null;
  const options = (chosen: string) =>
    measured.map(
      ({ name }) =>
        html`<option value="${objectiveNumber(report, name)}"${name === chosen ? html` selected` : null}>${name}</option>`,
    );
  const against = boughtWith(report, measured.slice(1)) ?? second;
  return html`<section id="tradeoffs"><h2>Trade-offs</h2>
<p class="about">Every combination that was run. Filled dots are not beaten on both objectives at once: point at one to see what it is. The star is the recommended set, the square the baseline.</p>
<form class="controls needs-script" data-for="tradeoffs"><label class="select">Up <select name="y">${options(first.name)}</select></label><label class="select">Across <select name="x">${options(against.name)}</select></label></form>
<div class="chart" data-chart="tradeoffs">${drawFront(report, against.name, first.name)}</div>
${drawFrontTable(report)}</section>`;
}

/** What the set's first quality is bought with: the objective that it worsens most; one that counts before one that is only shown. */
function boughtWith(report: Report, objectives: readonly ReportObjective[]): ReportObjective | undefined {
  const counts = objectives.filter(({ weight, guardrail }) => weight > 0 || guardrail !== null);
  const gain = ({ name, matters }: ReportObjective) => {
    const difference = report.set.objectives.find(({ objective }) => objective === name)?.difference.mean ?? 0;
    return (difference * goodDirection(report, name)) / matters;
  };
  return (counts.length > 0 ? counts : objectives).toSorted((a, b) => gain(a) - gain(b))[0];
}

const frontRows = 40;

function drawFrontTable(report: Report): Markup | null {
  const front = report.points.filter(({ onFront }) => onFront).toSorted((a, b) => b.utility.mean - a.utility.mean);
  if (front.length === 0) return null;
  const names = report.objectives.map(({ name }) => name);
  const rows = front.slice(0, frontRows).map(
    (point) =>
      html`<tr><th scope="row" class="combination">${combinationText(report, point.levels)}</th><td class="number">${formatMean(point.utility, true)}</td>${names.map(
        (name) => {
          const estimate = point.values.find(({ objective }) => objective === name)?.estimate;
          return html`<td class="number">${estimate === undefined ? "" : formatMean(estimate)}</td>`;
        },
      )}</tr>`,
  );
  const more =
    front.length > frontRows
      ? html`<p class="note">The best ${frontRows} by utility; the data below has all.</p>`
      : null;
  return html`<details class="fold"><summary>${plural(front.length, "combination is", "combinations are")} not beaten on all objectives at once</summary><div class="scroll" tabindex="0" role="region" aria-label="Combinations on the front"><table class="plain"><thead><tr><th scope="col">Combination</th><th scope="col" class="number">utility</th>${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>${more}</details>`;
}
