import { createHash } from "node:crypto";
import type { Report } from "../api/report.ts";
import { html, Markup } from "./markup.ts";
import { buildScript, readStyle } from "./page/bundle.ts";
import { drawEffects, drawInteractions, drawTradeOffs } from "./page/charts.ts";
import { drawContributions } from "./page/contributions.ts";
import { drawDecision, drawMasthead } from "./page/decision.ts";
import { drawCertainty, drawCredit } from "./page/evidence.ts";
import { heatmapLimit } from "./page/heatmap.ts";
import { drawNarrowing } from "./page/narrowing.ts";
import { drawRuns } from "./page/runs.ts";
import { drawTime } from "./page/time.ts";
import { headlineLine } from "./words.ts";

/**
 * The report as one HTML file that needs nothing else: to open, to send, to keep. Its policy (CSP) lets only this
 * style and this script run, by their hashes, and lets nothing be fetched. Every string of the report is escaped.
 */
export function renderHtml(report: Report): string {
  const script = buildScript();
  const style = `${readStyle()}${stairSizes()}`;
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Cairn ${report.version}">
<title>${report.lab}: ${headlineLine(report)}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#decision">To the decision</a>
${drawMasthead(report)}
<main>${drawDecision(report)}${drawNavigation(report)}${drawContributions(report)}${drawEffects(report)}${drawInteractions(report)}${drawTradeOffs(report)}${drawCredit(report)}${drawNarrowing(report)}${drawCertainty(report)}${drawTime(report)}${drawRuns(report)}</main>
<footer><p>Made by Cairn ${report.version}, the merge queue for model improvements. Everything on this page is in this file; it asks nothing of the network.</p><button type="button" class="download needs-script">Download the data (JSON)</button></footer>
<script type="application/json" id="report-data">${embedded(report)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

function drawNavigation(report: Report): Markup {
  const sections = [
    ["contributions", "Contributions", true],
    ["effects", "Effects", report.effects.length > 0],
    ["interactions", "Interactions", report.interactions.length > 0],
    ["tradeoffs", "Trade-offs", report.points.length > 0 && report.objectives.length > 1],
    ["credit", "Credit", report.credit.length > 0],
    ["narrowing", "Narrowing", drawNarrowing(report) !== null],
    ["certainty", "How sure", report.state !== "empty"],
    ["time", "Then and elsewhere", report.contexts.length + report.lasting.length > 0],
    ["runs", "Runs", true],
  ] as const;
  const links = sections.filter(([, , there]) => there).map(([id, name]) => html`<a href="#${id}">${name}</a>`);
  return html`<nav aria-label="Sections">${links}</nav>`;
}

/** JSON that cannot end its own element: `<` is written as an escape, which JSON reads back the same. */
function embedded(report: Report): Markup {
  return new Markup(JSON.stringify(report).replaceAll("<", "\\u003c"));
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** The heatmap's number of columns as a class, since the policy allows no style attributes. */
function stairSizes(): string {
  return Array.from({ length: heatmapLimit }, (_, i) => `.n${i + 1}{--n:${i + 1}}`).join("");
}
