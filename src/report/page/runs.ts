import type { Report, ReportRun } from "../../api/report.ts";
import { decimalsOf, formatDuration, formatInstant, formatNumber } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { combinationText } from "../view.ts";
import { drawCost } from "./evidence.ts";

/** Every run with its provenance. A checkbox unfolds a run's stages, so that it works without a script. */
export function drawRuns(report: Report): Markup {
  if (report.runs.length === 0) {
    return html`<section id="runs"><h2>Runs</h2><p class="none">No run has been made yet.</p></section>`;
  }
  const names = report.objectives.map(({ name }) => name);
  const head = ["Run", "Combination", "Seed", "Purpose", "State", ...names, "Core time"];
  const numeric = (i: number) => i === 2 || i >= 5;
  const columns = head.map(
    (name, i) =>
      html`<th scope="col"${numeric(i) ? html` class="number"` : null}><button type="button" data-column="${i}" disabled>${name}</button></th>`,
  );
  return html`<section id="runs"><h2>Runs</h2>${drawCost(report)}
<form class="controls needs-script" data-for="runs"><label class="select">Find <input type="search" name="text" placeholder="contribution, state, purpose" autocomplete="off"></label><output class="quiet" aria-live="polite"></output></form>
<div class="scroll tall" tabindex="0" role="region" aria-label="Runs: a table that scrolls"><table class="plain runs"><thead><tr>${columns}<td></td></tr></thead>
${report.runs.map((run) => drawRun(report, run, names, head.length + 1))}</table></div><p class="print-only note">The runs' stages are in the file this was printed from.</p></section>`;
}

function drawRun(report: Report, run: ReportRun, names: readonly string[], width: number): Markup {
  const combination = combinationText(report, run.levels);
  const time = formatDuration(run.coreSeconds);
  const unused = run.counts === false ? html` <span class="tag">earlier lab</span>` : null;
  return html`<tbody data-run><tr><th scope="row" data-sort="${run.id}">${run.id}</th><td class="combination" data-sort="${combination}"><span>${combination}</span></td><td class="number" data-sort="${run.seed}">${String(run.seed)}</td>
<td data-sort="${run.purpose}">${run.purpose}</td><td data-sort="${run.state}"><span class="state ${run.state}">${run.state}</span>${unused}</td>${names.map((name) => drawValue(report, run, name))}
<td class="number" data-sort="${run.coreSeconds}">${time}</td><td><label class="unfold"><input type="checkbox" aria-label="Show the stages of ${run.id}"><span aria-hidden="true"></span></label></td></tr>
<tr class="detail"><td colspan="${width}">${drawDetail(run)}</td></tr></tbody>`;
}

function drawValue(report: Report, run: ReportRun, name: string): Markup {
  const value = run.values[name];
  if (value === undefined) return html`<td class="number" data-sort=""></td>`;
  if (typeof value === "string")
    return html`<td class="number" data-sort=""><span class="tag diverged" title="Diverged: not a finite number">${value}</span></td>`;
  const sd = report.noise.find(({ objective }) => objective === name)?.sd ?? 0;
  return html`<td class="number" data-sort="${value}">${formatNumber(value, decimalsOf(sd))}</td>`;
}

const keyShown = 12;

function drawDetail(run: ReportRun): Markup {
  const stages = run.stages.map(
    ({ stage, key, reused, seconds, failure }) =>
      html`<li class="${failure === null ? (reused ? "reused" : "ran") : "failed"}"><b>${stage}</b> <span>${stageText(reused, seconds, failure)}</span>${key === null ? null : html` <code title="${key}">${key.slice(0, keyShown)}</code>`}</li>`,
  );
  const when = `asked ${formatInstant(run.createdAt)}${run.finishedAt === null ? "" : `, finished ${formatInstant(run.finishedAt)}`}`;
  return html`<p>${run.why}</p><ol class="stages">${stages}</ol><p class="quiet">scale ${run.scale}, ${when}</p>`;
}

function stageText(reused: boolean, seconds: number | null, failure: string | null): string {
  if (failure !== null) return `failed: ${failure}`;
  if (seconds === null) return "not finished";
  return reused ? `from the cache, spared ${formatDuration(seconds)}` : formatDuration(seconds);
}
