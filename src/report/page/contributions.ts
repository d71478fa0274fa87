import type { Report } from "../../api/report.ts";
import { html, type Markup } from "../markup.ts";
import { verdictLabel, verdictSentence } from "../verdict-words.ts";
import { type ReportContribution, standingOf } from "../view.ts";
import { drawMark } from "./forest.ts";

/** Every contribution with its verdict and why; what it changes unfolds. */
export function drawContributions(report: Report): Markup {
  const { land, shelve, undecided, earlier } = standingOf(report);
  if (report.contributions.length === 0) {
    return html`<section id="contributions"><h2>Contributions</h2><p class="none">None yet. A contribution is one proposed change: a file in <code>contributions/</code>.</p></section>`;
  }
  const groups = [
    drawGroup(report, report.landing === null ? "Land" : "Landed", "Each is worth its keep in the set.", land),
    drawGroup(report, "Shelved", "Not now, and why. Shelved work stays on record and can be proposed again.", shelve),
    drawGroup(report, "Undecided", "The evidence does not say yet; this is what it would cost to know.", undecided),
    drawGroup(report, "In the baseline already", "Landed before.", earlier),
  ];
  return html`<section id="contributions"><h2>Contributions</h2>${groups}</section>`;
}

function drawGroup(report: Report, title: string, note: string, items: readonly ReportContribution[]): Markup | null {
  if (items.length === 0) return null;
  return html`<div class="group"><h3>${title} <span class="count">${items.length}</span></h3><p class="quiet">${note}</p><ul>${items.map((item) => drawContribution(report, item))}</ul></div>`;
}

function drawContribution(report: Report, item: ReportContribution): Markup {
  const { verdict } = item;
  const label = verdictLabel(verdict);
  const why = item.why === "" ? null : html`<p class="why">${item.why}</p>`;
  return html`<li class="contribution ${verdict.kind}"><svg class="shape" viewBox="-8 -8 16 16" aria-hidden="true">${drawMark(verdict.kind)}</svg>
<div><p class="title"><b>${item.title}</b> <code>${item.level}</code>${verdict.kind === "land" ? null : html` <span class="tag">${label}</span>`}</p>
<p class="sentence">${verdictSentence(report, item.level, verdict)}</p>
<details><summary>${item.area}${item.by.length === 0 ? null : html` · by ${item.by.join(", ")}`} <span class="more">what it changes</span></summary>${why}<pre>${item.change.join("\n")}</pre></details></div></li>`;
}
