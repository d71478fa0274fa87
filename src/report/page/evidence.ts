import type { Report } from "../../api/report.ts";
import { confirmationSentence, evidenceNote, guardrailSentence, noiseSentence } from "../certainty.ts";
import { costSentences, evidenceSentences } from "../closing.ts";
import { fitNote, fitWord, worstText } from "../fit-words.ts";
import {
  decimalsOf,
  formatDifference,
  formatEvidence,
  formatMean,
  formatNumber,
  formatProbability,
  formatRange,
} from "../format.ts";
import { html, type Markup, percent } from "../markup.ts";
import { isTold, type NoisePart, noiseSources, noiseSourcesNote, sourceText } from "../noise-words.ts";
import { linearScale } from "../scale.ts";
import { measureUnit, objectiveNamed, quotedGains, unitSuffix } from "../view.ts";

/** Credit: bars with intervals that add up to the set's gain. */
export function drawCredit(report: Report): Markup | null {
  if (report.credit.length === 0) return null;
  const credit = report.credit.toSorted((a, b) => b.share.mean - a.share.mean);
  const scale = linearScale(
    [Math.min(0, ...credit.map(({ share }) => share.low)), Math.max(0, ...credit.map(({ share }) => share.high))],
    [0, 100],
  );
  const total = credit.reduce((sum, { share }) => sum + share.mean, 0);
  const at = (value: number) => percent(scale.at(value));
  const rows = credit.map(({ level, share }) => {
    const [from, to] = [Math.min(0, share.mean), Math.max(0, share.mean)];
    return html`<tr><th scope="row">${level}</th><td class="plot"><svg class="interval" aria-hidden="true"><rect class="bar" x="${at(from)}" y="20%" width="${percent(scale.at(to) - scale.at(from))}" height="60%"/><line class="whisker" x1="${at(share.low)}" x2="${at(share.high)}" y1="50%" y2="50%"/></svg></td>
<td class="number">${formatMean(share, true)}<span class="range">${formatRange(share, true)}</span></td><td class="number">${total > 0 ? formatProbability(Math.max(0, share.mean / total)) : ""}</td></tr>`;
  });
  return html`<section id="credit"><h2>Credit</h2><p class="about">Each part's share of the set's gain in utility (Shapley value): what it adds, averaged over every order in which the set could have been put together. The shares add up to ${formatNumber(total, 1)}.</p>
<table class="forest credit"><thead class="hidden"><tr><th scope="col">Contribution</th><td></td><th scope="col">Share</th><th scope="col">Of the gain</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** How sure: the confirmation's tests, the guardrails, and noise beside what matters. */
export function drawCertainty(report: Report): Markup | null {
  if (report.state === "empty") return null;
  return html`<section id="certainty"><h2>How sure is this?</h2><div class="columns">${drawConfirmation(report)}${drawGuardrails(report)}</div>${drawFit(report)}${drawNoise(report)}${drawNoiseParts(report)}</section>`;
}

function drawConfirmation(report: Report): Markup {
  const confirmation = report.set.confirmation;
  const sentence = html`<p class="sentence">${confirmationSentence(report)}</p>`;
  if (confirmation === null)
    return html`<div><h3>Confirmation</h3>${sentence}<p class="quiet">${evidenceNote(report)}</p></div>`;
  const span = Math.max(confirmation.threshold * 4, ...confirmation.tests.map(({ e }) => e));
  const scale = linearScale([0, Math.log10(1 + span)], [0, 100]);
  const at = (e: number) => percent(scale.at(Math.log10(1 + Math.max(0, e))));
  const rows = confirmation.tests.map(({ objective, e, difference }) => {
    const reached = e >= confirmation.threshold;
    return html`<tr><th scope="row">${objective ?? "utility"}<span class="range">${formatDifference(difference, measureUnit(report, objective))}</span></th><td class="plot"><svg class="interval" aria-hidden="true"><rect class="bar${reached ? "" : " short"}" y="30%" height="40%" width="${at(e)}"/><line class="asked" x1="${at(confirmation.threshold)}" x2="${at(confirmation.threshold)}" y1="0" y2="100%"/></svg></td><td class="number">${formatEvidence(e)}</td></tr>`;
  });
  return html`<div><h3>Confirmation</h3>${sentence}<table class="forest tests"><caption class="hidden">Evidence E of each test; the line marks what is asked</caption><tbody>${rows}</tbody></table><p class="quiet">${evidenceNote(report)}</p></div>`;
}

function drawGuardrails(report: Report): Markup {
  const items = quotedGains(report).flatMap((gain) => {
    const sentence = guardrailSentence(report, gain);
    if (sentence === null || gain.guardrail === null) return [];
    const held = gain.guardrail.probability >= report.confidence;
    return [html`<li class="${held ? "held" : "open"}"><b>${gain.objective}</b> ${sentence}</li>`];
  });
  return html`<div><h3>Guardrails</h3>${items.length === 0 ? html`<p class="quiet">No objective is guarded.</p>` : html`<ul class="guards">${items}</ul>`}</div>`;
}

function drawNoise(report: Report): Markup | null {
  const rows = report.noise.flatMap((noise) => {
    const sentence = noiseSentence(report, noise);
    const matters = report.objectives.find(({ name }) => name === noise.objective)?.matters ?? 0;
    if (sentence === null || matters === 0) return [];
    const scale = linearScale([0, Math.max(3, noise.sd / matters)], [0, 100]);
    return [
      html`<tr><th scope="row">${noise.objective}</th><td class="plot"><svg class="interval" aria-hidden="true"><rect class="bar grey" y="30%" height="40%" width="${percent(scale.at(noise.sd / matters))}"/><line class="asked" x1="${percent(scale.at(1))}" x2="${percent(scale.at(1))}" y1="0" y2="100%"/></svg></td><td class="said">${sentence}${noise.sampling === null ? null : html` <span class="quiet">The evaluation's own sampling error is ${formatNumber(noise.sampling, decimalsOf(noise.sampling))}.</span>`}</td></tr>`,
    ];
  });
  if (rows.length === 0) return null;
  return html`<h3>Noise beside what matters</h3><p class="quiet">The bar is how much one run differs from the next by its seed alone; the line is the smallest difference that matters.</p><table class="forest noise"><tbody>${rows}</tbody></table>`;
}

/** Leave-one-out residuals: a row an objective. */
function drawFit(report: Report): Markup | null {
  const judged = report.fit.filter(({ runs }) => runs > 0);
  if (judged.length === 0) return null;
  const rows = judged.map(
    (fit) =>
      html`<tr class="${fit.state}"><th scope="row">${fit.objective}</th><td><span class="tag${fit.state === "fits" ? "" : " open"}">${fitWord(fit)}</span></td><td class="number">${formatNumber(fit.outside)} of ${formatNumber(fit.runs)}</td><td class="number">${formatNumber(fit.expected, 1)}</td><td>${worstText(fit)}</td><td class="number">${fit.kurtosis === null ? "" : formatNumber(fit.kurtosis, 1)}</td></tr>`,
  );
  return html`<h3>Does the model fit?</h3><p class="quiet">${fitNote}</p><div class="scroll" tabindex="0" role="region" aria-label="Fit of the model"><table class="plain fit"><thead><tr><th scope="col">Objective</th><td></td><th scope="col" class="number">Outside</th><th scope="col" class="number">Expected</th><th scope="col">Farthest run</th><th scope="col" class="number" title="Fourth moment of the residuals: 3 for a normal, more where single runs go astray">Tails (3: normal)</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A column a source, a row an objective. */
function drawNoiseParts(report: Report): Markup | null {
  const sources = noiseSources(report);
  if (sources.length === 0) return null;
  const rows = report.noise.map(({ objective: name, parts }) => {
    const objective = objectiveNamed(report, name);
    const matters = objective === null ? "" : `${formatNumber(objective.matters)}${unitSuffix(objective)}`;
    const cells = sources.map((source) => drawNoisePart(parts.find((part) => sourceText(part) === source)));
    return html`<tr><th scope="row">${name}</th><td class="number">${matters}</td>${cells}</tr>`;
  });
  return html`<h3>Where the noise comes from</h3><p class="quiet">Standard deviations. ${noiseSourcesNote(report)}</p><div class="scroll" tabindex="0" role="region" aria-label="Noise by source"><table class="plain sources"><thead><tr><th scope="col">Objective</th><th scope="col" class="number">Matters</th>${sources.map((source) => html`<th scope="col" class="number">${source}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function drawNoisePart(part: NoisePart | undefined): Markup {
  if (part === undefined) return html`<td></td>`;
  if (!isTold(part))
    return html`<td class="number quiet" title="Only one draw of it was seen: it cannot be told yet">unknown</td>`;
  return html`<td class="number">${formatMean(part.sd)}<span class="range">${formatRange(part.sd)}</span></td>`;
}

/** What was spent. */
export function drawCost(report: Report): Markup {
  return html`<p class="about">${[...costSentences(report), ...evidenceSentences(report)].join(" ")}</p>`;
}
