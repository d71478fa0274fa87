import type { Report } from "../../api/report.ts";
import { formatDifference, formatMean, formatNumber, plural } from "../format.ts";
import { html, type Markup, percent } from "../markup.ts";
import { type DoubtRow, doubtRows, fromTo, gainRow, gainSentence, type NarrowingStep } from "../narrowing-view.ts";
import { forestDomain, linearScale, padded, type Scale } from "../scale.ts";

/** How doubt narrowed: the set's gain with its band over the runs, and a small line for each of the least known levels. */

const rowsShown = 10;

export function drawNarrowing(report: Report): Markup | null {
  const rows = doubtRows(report, rowsShown);
  if (report.narrowing.length < 2 || rows.length === 0) return null;
  const sentence = gainSentence(report);
  const trend = gainRow(report) === null ? null : drawTrend(report);
  return html`<section id="narrowing"><h2>How it narrowed</h2>
<p class="about">What was believed of the recommended set as the runs came in${sentence === null ? "." : html`. ${sentence}`}</p>
<div class="narrowing${trend === null ? " alone" : ""}">${trend}<div><h3>What each part does in the set</h3><p class="quiet">Standard deviation of what is believed, in utility: the ${formatNumber(rows.length)} least known, from the first ${plural(report.narrowing[0]?.runs ?? 0, "run")} to all ${formatNumber(report.narrowing.at(-1)?.runs ?? 0)}.</p>${drawDoubts(report, rows)}</div></div></section>`;
}

/** The middle as a line, the interval as a band; the earliest intervals are cut where they would squeeze the rest. */
function drawTrend({ narrowing }: Report): Markup {
  const last = narrowing.at(-1);
  const x = linearScale([0, last?.runs ?? 1], [0, 98]);
  const gains = narrowing.map(({ gain }) => gain);
  // Above the band there is room for the last value.
  const y = linearScale(padded(...forestDomain(gains, 1), 0.08), [100, 0]);
  const at = ({ runs }: NarrowingStep, value: number) => `${place(x.at(runs))} ${place(y.at(value))}`;
  const upper = narrowing.map((step) => at(step, step.gain.high));
  const lower = narrowing.toReversed().map((step) => at(step, step.gain.low));
  const middle = narrowing.map((step) => at(step, step.gain.mean));
  const dots = narrowing.map(
    (step) =>
      html`<circle class="dot best" cx="${percent(x.at(step.runs))}" cy="${percent(y.at(step.gain.mean))}" r="3.5"><title>after ${plural(step.runs, "run")}: ${formatDifference(step.gain, " utility")}</title></circle>`,
  );
  const now =
    last === undefined
      ? null
      : html`<text class="now" x="100%" dx="-6" y="${percent(y.at(last.gain.high))}" dy="-8" text-anchor="end">${formatMean(last.gain, true)}</text>`;
  return html`<div><h3>Gain of the recommended set</h3><p class="quiet">In utility; the band is the interval.</p>
<svg class="trend" role="img" aria-label="The set's gain in utility after ${narrowing.map((step) => `${step.runs} runs: ${formatDifference(step.gain)}`).join("; ")}">
${drawGrid(x, y)}<svg viewBox="0 0 100 100" preserveAspectRatio="none"><path class="spread" d="M${[...upper, ...lower].join("L")}Z"/><path class="middle" d="M${middle.join("L")}"/></svg>${dots}${now}</svg>
<p class="axis-name end">runs →</p></div>`;
}

function place(value: number): string {
  return String(Number(value.toFixed(2)));
}

function drawGrid(x: Scale, y: Scale): Markup {
  const inside = (value: number) => value > 8 && value < 94;
  const horizontal = y
    .ticks(5)
    .filter((tick) => inside(y.at(tick)))
    .map(
      (tick) =>
        html`<line class="${tick === 0 ? "zero" : "grid"}" x1="0" x2="100%" y1="${percent(y.at(tick))}" y2="${percent(y.at(tick))}"/><text class="tick" x="4" y="${percent(y.at(tick))}" dy="-4">${formatNumber(tick)}</text>`,
    );
  const vertical = x
    .ticks(5)
    .filter((tick) => inside(x.at(tick)))
    .map(
      (tick) =>
        html`<text class="tick" x="${percent(x.at(tick))}" y="100%" dy="-6" text-anchor="middle">${formatNumber(tick)}</text>`,
    );
  return html`${horizontal}${vertical}`;
}

/** All on one scale, so that the lines can be compared. */
function drawDoubts({ narrowing }: Report, rows: readonly DoubtRow[]): Markup {
  const x = linearScale([narrowing[0]?.runs ?? 0, narrowing.at(-1)?.runs ?? 1], [1, 99]);
  const y = linearScale([0, Math.max(...rows.flatMap(({ sds }) => sds))], [30, 2]);
  const drawn = rows.map((row) => {
    const points = row.sds.map((sd, i) => `${place(x.at(narrowing[i]?.runs ?? 0))} ${place(y.at(sd))}`);
    return html`<tr><th scope="row">${row.name}</th><td class="plot"><svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true"><path class="spread" d="M1 30L${points.join("L")}L99 30Z"/><path class="middle" d="M${points.join("L")}"/></svg></td><td class="number">${fromTo(row)}</td></tr>`;
  });
  return html`<table class="doubts"><tbody>${drawn}</tbody></table>`;
}
