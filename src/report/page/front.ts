import type { Report } from "../../api/report.ts";
import { type Estimate, formatDifference, formatMean, formatNumber, plural } from "../format.ts";
import { html, type Markup, percent } from "../markup.ts";
import { linearScale, padded, quantile, type Scale } from "../scale.ts";
import {
  combinationText,
  goodDirection,
  mattersOf,
  objectiveNamed,
  type ReportPoint,
  sameLevels,
  unitSuffix,
} from "../view.ts";

/** Every measured combination on two objectives, with the best trade-offs between the two joined by a line. */

interface Dot {
  readonly point: ReportPoint;
  readonly x: Estimate;
  readonly y: Estimate;
}

export function drawFront(report: Report, xName: string, yName: string): Markup {
  const dots = report.points.flatMap((point): Dot[] => {
    const on = (name: string) => point.values.find(({ objective }) => objective === name)?.estimate;
    const [x, y] = [on(xName), on(yName)];
    return x === undefined || y === undefined ? [] : [{ point, x, y }];
  });
  if (dots.length === 0) return html`<p class="none">No combination has been measured on both yet.</p>`;
  const front = tradeOffs(dots, goodnessOn(report, xName), goodnessOn(report, yName));
  const named = dots.filter(({ point }) => roleOf(report, point) !== null);
  const xScale = linearScale(
    domainOf(
      dots.map(({ x }) => x.mean),
      [...front, ...named].map(({ x }) => x.mean),
    ),
    [0, 100],
  );
  const yScale = linearScale(
    domainOf(
      dots.map(({ y }) => y.mean),
      [...front, ...named].map(({ y }) => y.mean),
    ),
    [100, 0],
  );
  const place = (dot: Dot): readonly [string, string] => [clamped(xScale, dot.x.mean), clamped(yScale, dot.y.mean)];
  const spoken = named.find(({ point }) => roleOf(report, point) === "recommended") ?? named[0];
  const ordinary = dots.filter((dot) => !front.includes(dot) && !named.includes(dot));
  return html`<p class="axis-name">${axisName(report, yName, "↑", "↓")}</p>
<svg class="front" role="group" aria-label="${yName} against ${xName}: ${plural(dots.length, "combination")}, ${front.length} of them best trade-offs of the two">
${drawGrid(xScale, yScale)}${drawSteps(front, place)}
${ordinary.map((dot) => drawDot(report, dot, place(dot), "dot"))}
${front.filter((dot) => !named.includes(dot)).map((dot) => drawDot(report, dot, place(dot), "dot best"))}
${named.map((dot) => drawNamed(report, dot, place(dot), xScale, yScale))}</svg>
<p class="axis-name end">${axisName(report, xName, "→", "←")}</p>
<p class="spoken" aria-live="polite">${spoken === undefined ? "" : describe(report, spoken)}</p>`;
}

function axisName(report: Report, name: string, up: string, down: string): string {
  const unit = unitSuffix(objectiveNamed(report, name)).trim();
  const arrow = goodDirection(report, name) > 0 ? up : down;
  return `${name}${unit === "" ? "" : ` (${unit})`} · better ${arrow}`;
}

/** Larger is better, in tenths of what matters: a smaller difference is no trade-off. */
function goodnessOn(report: Report, name: string): (estimate: Estimate) => number {
  const step = mattersOf(report, name) / 10;
  const direction = goodDirection(report, name);
  return ({ mean }) => direction * (step > 0 ? Math.round(mean / step) : mean);
}

/** Dots that no other beats on both, from the best x on. */
function tradeOffs(
  dots: readonly Dot[],
  xGood: (x: Estimate) => number,
  yGood: (y: Estimate) => number,
): readonly Dot[] {
  const sorted = dots.toSorted((a, b) => xGood(b.x) - xGood(a.x) || yGood(b.y) - yGood(a.y));
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter((dot) => {
    const better = yGood(dot.y) > best;
    if (better) best = yGood(dot.y);
    return better;
  });
}

/** All that matters is inside; a few far outliers are drawn at the edge. */
function domainOf(values: readonly number[], must: readonly number[]): readonly [number, number] {
  const low = Math.min(quantile(values, 0.02), ...must);
  const high = Math.max(quantile(values, 0.98), ...must);
  return padded(low, high, 0.08);
}

function clamped(scale: Scale, value: number): string {
  return percent(Math.min(99, Math.max(1, scale.at(value))));
}

function drawGrid(xScale: Scale, yScale: Scale): Markup {
  const inside = (place: number) => place > 6 && place < 94;
  const vertical = xScale
    .ticks(4)
    .filter((tick) => inside(xScale.at(tick)))
    .map((tick) => {
      const x = percent(xScale.at(tick));
      return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="100%"/><text class="tick" x="${x}" y="100%" dy="-6" text-anchor="middle">${formatNumber(tick)}</text>`;
    });
  const horizontal = yScale
    .ticks(5)
    .filter((tick) => inside(yScale.at(tick)))
    .map((tick) => {
      const y = percent(yScale.at(tick));
      return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="4" y="${y}" dy="-4">${formatNumber(tick)}</text>`;
    });
  return html`${vertical}${horizontal}`;
}

/** Between two trade-offs lies nothing better than the worse of both: the front is a staircase. */
function drawSteps(front: readonly Dot[], place: (dot: Dot) => readonly [string, string]): Markup {
  const lines = front.slice(1).map((dot, i) => {
    const [x, y] = place(dot);
    const before = front[i];
    const [fromX, fromY] = before === undefined ? [x, y] : place(before);
    return html`<line class="step" x1="${fromX}" y1="${fromY}" x2="${x}" y2="${fromY}"/><line class="step" x1="${x}" y1="${fromY}" x2="${x}" y2="${y}"/>`;
  });
  return html`${lines}`;
}

function drawDot(report: Report, dot: Dot, [x, y]: readonly [string, string], name: string): Markup {
  return html`<circle class="${name}" cx="${x}" cy="${y}" r="4"><title>${describe(report, dot)}</title></circle>`;
}

function drawNamed(report: Report, dot: Dot, [x, y]: readonly [string, string], xScale: Scale, yScale: Scale): Markup {
  const role = roleOf(report, dot.point) ?? "";
  const end = xScale.at(dot.x.mean) > 60;
  const below = yScale.at(dot.y.mean) < 12;
  const mark =
    role === "baseline"
      ? html`<rect x="-5" y="-5" width="10" height="10"/>`
      : html`<path d="M0-9 2.6-2.9 9-2.6 4 1.8 5.6 8 0 4.6-5.6 8-4 1.8-9-2.6-2.6-2.9Z"/>`;
  return html`<g class="named ${role}"><title>${describe(report, dot)}</title>
<line class="cross" x1="${clamped(xScale, dot.x.low)}" x2="${clamped(xScale, dot.x.high)}" y1="${y}" y2="${y}"/><line class="cross" x1="${x}" x2="${x}" y1="${clamped(yScale, dot.y.low)}" y2="${clamped(yScale, dot.y.high)}"/>
<svg x="${x}" y="${y}" overflow="visible">${mark}</svg>
<text x="${x}" y="${y}" dx="${end ? -14 : 14}" dy="${below ? 18 : -10}" text-anchor="${end ? "end" : "start"}">${role === "baseline" ? "baseline" : "recommended"}</text></g>`;
}

function roleOf(report: Report, point: ReportPoint): "baseline" | "recommended" | null {
  if (sameLevels(point.levels, report.baseline)) return "baseline";
  return sameLevels(point.levels, report.recommended) ? "recommended" : null;
}

function describe(report: Report, { point }: Dot): string {
  const values = point.values.map(({ objective, estimate }) => `${objective} ${formatMean(estimate)}`).join(", ");
  return `${combinationText(report, point.levels)}: ${values}; utility ${formatDifference(point.utility)}; ${plural(point.runs, "run")}`;
}
