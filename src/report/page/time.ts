import type { Report } from "../../api/report.ts";
import { formatDifference } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import {
  agreementNote,
  contextSentence,
  contextTitle,
  estimateText,
  type LastingPart,
  lastingNote,
  lastingWord,
  type ReportContext,
  ranksOn,
} from "../time-words.ts";

/** Evidence from elsewhere, and whether what landed still holds. */
export function drawTime(report: Report): Markup | null {
  if (report.contexts.length + report.lasting.length === 0) return null;
  return html`<section id="time"><h2>Then and elsewhere</h2>${drawLasting(report)}${report.contexts.map(drawContext)}${report.contexts.length === 0 ? null : html`<p class="quiet">${agreementNote}</p>`}</section>`;
}

function drawLasting({ lasting }: Report): Markup | null {
  if (lasting.length === 0) return null;
  const rows = lasting.map(
    (part) =>
      html`<tr><th scope="row">${part.level}</th><td class="number">${part.landing ?? ""}</td><td class="number">${part.atLanding === null ? "" : formatDifference(part.atLanding)}</td><td class="number">${formatDifference(part.now)}</td><td><span class="tag${isOpen(part) ? " open" : ""}">${lastingWord(part)}</span></td></tr>`,
  );
  return html`<h3>What landed, and whether it still holds</h3><p class="quiet">${lastingNote}</p><div class="scroll" tabindex="0" role="region" aria-label="What landed"><table class="plain"><thead><tr><th scope="col">Part</th><th scope="col" class="number">Landing</th><th scope="col" class="number">Then</th><th scope="col" class="number">Now</th><td></td></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function isOpen({ state }: LastingPart): boolean {
  return state.kind !== "holds";
}

function drawContext(context: ReportContext): Markup {
  const rows = context.correlations.map(({ objective, estimate }) => {
    const ranks = ranksOn(context, objective);
    return html`<tr><th scope="row">${objective}</th><td class="number">${estimateText(estimate)}</td><td class="number">${estimateText(ranks?.estimate ?? null)}</td><td class="number">${ranks?.combinations ?? 0}</td></tr>`;
  });
  const title = contextTitle(context);
  return html`<h3>${title}</h3><p class="quiet">${contextSentence(context)}</p><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="plain"><thead><tr><th scope="col">Objective</th><th scope="col" class="number">Agreement</th><th scope="col" class="number">Ranks</th><th scope="col" class="number">Combinations</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
