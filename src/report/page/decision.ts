import type { Report } from "../../api/report.ts";
import { guardrailSentence, isConfirmed, weakestEvidence } from "../certainty.ts";
import { nextSteps } from "../closing.ts";
import { modelWarnings } from "../fit-words.ts";
import {
  decimalsOfEstimate,
  formatDeviceTime,
  formatEvidence,
  formatInstant,
  formatMean,
  formatNumber,
  formatProbability,
  formatRange,
  formatRelative,
  plural,
} from "../format.ts";
import { html, type Insertable, type Markup } from "../markup.ts";
import { forestDomain, linearScale } from "../scale.ts";
import {
  goodDirection,
  isSure,
  mattersOf,
  objectiveNamed,
  quotedGains,
  type ReportGain,
  recommendedValue,
  recommendsChange,
  standingWord,
  unitSuffix,
} from "../view.ts";
import { headline } from "../words.ts";
import { drawInterval } from "./forest.ts";

/** The decision first: what to do, by how much it helps, how sure that is, and the next command. */
export function drawDecision(report: Report): Markup {
  const { title, details } = headline(report);
  return html`<section class="decision" aria-labelledby="decision">
<p class="status ${report.state}">${stateText(report)}</p>
<h1 id="decision">${title}</h1>
<p class="lead">${details.join(" ")}</p>
${drawWarnings(report)}
${drawFigures(report)}${drawObjectives(report)}
<div class="next"><h2 class="small">Next</h2><ol>${nextSteps(report).map(({ text, command }) => html`<li><span>${text}</span>${command === null ? null : html`<code>${command}</code>`}</li>`)}</ol></div>
</section>`;
}

/** Before any number: where the model behind the numbers does not fit. */
function drawWarnings(report: Report): Markup | null {
  const warnings = modelWarnings(report);
  if (warnings.length === 0) return null;
  return html`<div class="warnings" role="note"><h2 class="small">The model does not fit</h2><ul>${warnings.map(({ text, command }) => html`<li><span>${text}</span>${command === null ? null : html`<code>${command}</code>`}</li>`)}</ul></div>`;
}

function stateText(report: Report): string {
  switch (report.state) {
    case "empty":
      return "Not begun";
    case "measuring":
      return "Measuring";
    case "confirming":
      return "Confirming";
    case "decided":
      if (report.landing !== null) return `Landed as landing ${report.landing}`;
      return isConfirmed(report) ? "Decided and confirmed" : "Decided";
  }
}

function drawFigures(report: Report): Markup | null {
  const { cost, set } = report;
  if (report.state === "empty") return null;
  const confirmation = set.confirmation;
  const changes = recommendsChange(report) || report.landing !== null;
  const utility = figure(
    "Gain in utility",
    formatMean(set.utility, true),
    `${formatRange(set.utility, true)}, by the search`,
  );
  const evidence =
    confirmation === null || confirmation.tests.length === 0
      ? null
      : figure(
          "Evidence on fresh seeds",
          `E = ${formatEvidence(weakestEvidence(confirmation))}`,
          `${formatEvidence(confirmation.threshold)} is asked; ${plural(confirmation.pairs, "pair")} of runs`,
        );
  return html`<dl class="figures">${changes ? utility : null}${evidence}
${figure("Spent", plural(cost.runs, "run"), formatDeviceTime(cost.coreSeconds))}
${cost.reusedStages === 0 ? null : figure("Spared by the cache", formatDeviceTime(cost.savedCoreSeconds), `${formatProbability(cost.reusedStages / (cost.reusedStages + cost.executedStages))} of all stages`)}</dl>`;
}

function figure(name: string, value: Insertable, note: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}<span>${note}</span></dd></div>`;
}

/** Per objective: before, after, the change with its interval on a scale of its own, and the guardrail. */
function drawObjectives(report: Report): Markup | null {
  const known = report.objectives.some(({ baseline }) => baseline !== null);
  if (!known) return null;
  if (!recommendsChange(report) && report.landing === null) return drawBaseline(report);
  return html`<div class="scroll"><table class="objectives"><caption>What the set changes</caption>
<thead><tr><th scope="col">Objective</th><th scope="col" class="number">Baseline</th><th scope="col" class="number">With the set</th><th scope="col" class="number">Change</th><th scope="col" class="plot"><span class="hidden">Interval</span></th><th scope="col">Guardrail</th></tr></thead>
<tbody>${quotedGains(report).map((gain) => drawGain(report, gain))}</tbody></table></div>
<p class="note">Each bar has its own scale: the line is zero, the band is what is too small to matter, right of zero is better.</p>`;
}

function drawGain(report: Report, gain: ReportGain): Markup {
  const objective = objectiveNamed(report, gain.objective);
  const direction = goodDirection(report, gain.objective);
  const matters = mattersOf(report, gain.objective);
  const { difference } = gain;
  const decimals = decimalsOfEstimate(difference);
  const baseline = objective?.baseline ?? null;
  const relative =
    baseline === null || baseline.mean === 0 || !isSure(difference)
      ? null
      : formatRelative(difference.mean / Math.abs(baseline.mean));
  const oriented =
    direction > 0 ? difference : { mean: -difference.mean, low: -difference.high, high: -difference.low };
  const scale = linearScale(forestDomain([oriented], matters), [0, 100]);
  const exact = difference.low === difference.high;
  const held = gain.guardrail === null ? null : gain.guardrail.probability >= report.confidence;
  const after = baseline === null ? "" : formatNumber(recommendedValue(baseline, difference).mean, decimals);
  return html`<tr class="${standingWord(difference, direction)}"><th scope="row">${gain.objective}<span class="unit">${unitSuffix(objective)}</span></th>
<td class="number" data-label="Baseline">${baseline === null ? "" : formatNumber(baseline.mean, decimals)}</td><td class="number" data-label="With the set">${after}</td>
<td class="number change" data-label="Change">${formatMean(difference, true)}${relative === null ? null : html` <small>${relative}</small>`}<span class="range">${exact ? "exactly" : formatRange(difference, true)}</span></td>
<td class="plot">${drawInterval(oriented, scale, matters, "land", `${gain.objective}: ${formatMean(difference, true)}`)}</td>
<td data-label="Guardrail" class="guard">${held === null ? html`<span class="quiet">none</span>` : html`<span class="tag ${held ? "held" : "open"}" title="${guardrailSentence(report, gain) ?? ""}">${held ? "held" : "unsure"} ${formatProbability(gain.guardrail?.probability ?? 0)}</span>`}</td></tr>`;
}

function drawBaseline(report: Report): Markup {
  const rows = report.objectives.map(
    (objective) =>
      html`<tr><th scope="row">${objective.name}<span class="unit">${unitSuffix(objective)}</span></th><td class="number" data-label="Value">${objective.baseline === null ? "" : formatMean(objective.baseline)}</td><td class="number" data-label="Matters">${formatNumber(objective.matters)}</td><td data-label="Goal">${objective.goal}</td></tr>`,
  );
  return html`<div class="scroll"><table class="objectives"><caption>The baseline</caption><thead><tr><th scope="col">Objective</th><th scope="col" class="number">Value</th><th scope="col" class="number">Difference that matters</th><th scope="col">Goal</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What the report is about. */
export function drawMasthead(report: Report): Markup {
  return html`<header class="masthead"><a class="brand" href="#decision" aria-label="Cairn: to the decision"><svg viewBox="0 0 24 24" aria-hidden="true"><ellipse cx="12" cy="19.5" rx="9" ry="3.4"/><ellipse cx="12.6" cy="13" rx="6.4" ry="2.8"/><ellipse cx="11.6" cy="7.4" rx="4" ry="2.3"/></svg><span>Cairn</span></a>
<p><b>${report.lab}</b><span> · scale ${report.scale}</span><span class="when"> · <time datetime="${instantAttribute(report.generatedAt)}">${formatInstant(report.generatedAt)}</time></span></p>
<button type="button" class="theme needs-script" aria-label="Switch between light and dark"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.2"/><path d="M8 1.8a6.2 6.2 0 0 1 0 12.4Z"/></svg></button></header>`;
}

function instantAttribute(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
