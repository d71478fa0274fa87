/** The fraction of the oracle's gain against runs, and against cost where there is a pipeline: a picture for light paper. */
import { scaleLinear } from "d3-scale";
import { bandOf, curveOf, grid } from "./compare.ts";
import { longest } from "./methods.ts";
import type { Showing } from "./summary.ts";
import type { Panel } from "./text.ts";

const panelWidth = 620;
const panelHeight = 348;
const margin = { top: 40, right: 178, bottom: 44, left: 46 };
const heading = 64;
const labelGap = 13;
const ours = { method: "cairn", colour: "#d9480f" };
const colours = [
  ...["#1f6fb2", "#2f8f5b", "#7a4fc0", "#b5840f", "#0f8ca0", "#a8326e", "#5b6675", "#8a5a3b", "#4f5bd5", "#6d8f1f"],
  ...["#c2555a", "#3f7f7f", "#9a9a9a"],
];
const ink = "#1d2430";
const faint = "#6b7480";

/** A panel for every scenario with a gain: its dense tables, or all where none is dense. */
export function plotOf(panels: readonly Panel[]): string {
  const drawn = drawnPanels(panels);
  const names = [...new Set(drawn.flatMap(({ showings }) => showings.map(({ method }) => method)))];
  const peers = names.filter((name) => name !== ours.method);
  const colourOf = (method: string) =>
    method === ours.method ? ours.colour : (colours[peers.indexOf(method) % colours.length] ?? faint);
  const columns = Math.min(2, Math.max(1, drawn.length));
  const width = columns * panelWidth;
  const height = heading + Math.ceil(drawn.length / columns) * panelHeight;
  const placed = drawn.map((panel, i) => {
    const [x, y] = [(i % columns) * panelWidth, heading + Math.floor(i / columns) * panelHeight];
    return `<g transform="translate(${x} ${y})">${panelOf(panel, colourOf, i)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'Helvetica Neue', Arial, sans-serif" font-size="11.5" fill="${ink}">
<rect width="100%" height="100%" fill="#fff"/>
${text(margin.left - 30, 28, "How much of the best possible gain would land", 'font-size="17" font-weight="600"')}
${text(margin.left - 30, 48, "Mean over tables of the mean over repeats; bands: 90% of the bootstrap over repeats. N: number of factors.", `fill="${faint}"`)}
${placed.join("\n")}
</svg>
`;
}

function drawnPanels(panels: readonly Panel[]): Panel[] {
  const withGain = panels.filter(({ showings }) => showings[0]?.scenario !== "null");
  const bySubject = Map.groupBy(withGain, ({ title }) => title.replace(/, (?:all|dense) tables$/, ""));
  return [...bySubject.values()].flatMap((group) => {
    const panel = group.find(({ showings }) => showings[0]?.subset === "dense") ?? group[0];
    if (panel === undefined) return [];
    // The second rows and the loop that waits for its confirmation are for the table.
    const showings = panel.showings.filter(({ method }) => !/\+model$|-landing$/.test(method));
    return [{ ...panel, showings }];
  });
}

function panelOf({ title, showings }: Panel, colourOf: (method: string) => string, number: number): string {
  const x = scaleLinear([0, longest], [margin.left, panelWidth - margin.right]);
  const y = scaleLinear([0, 1], [panelHeight - margin.bottom, margin.top]);
  // Ours last, so that it lies on top.
  const order = showings.toSorted((a, b) => Number(a.method === ours.method) - Number(b.method === ours.method));
  const curves = order.map((showing) => ({
    showing,
    colour: colourOf(showing.method),
    isOurs: showing.method === ours.method,
    points: curveOf(showing, "mean"),
  }));
  const clip = `clip-${number}`;
  const path = (values: readonly number[]) => values.map((value, i) => `${r(x(grid[i] ?? 0))},${r(y(value))}`);
  const bands = curves.map(({ showing, colour, isOurs }) => {
    const { low, high } = bandOf(showing);
    const outline = [...path(high), ...path(low).reverse()].join(" ");
    return `<polygon points="${outline}" fill="${colour}" opacity="${isOurs ? 0.22 : 0.05}"/>`;
  });
  const lines = curves.map(
    ({ colour, isOurs, points }) =>
      `<polyline points="${path(points).join(" ")}" fill="none" stroke="${colour}" stroke-width="${isOurs ? 2.8 : 1.4}" stroke-linejoin="round"/>`,
  );
  const labels = labelsOf(
    curves.map(({ showing, colour, points, isOurs }) => ({
      text: showing.method,
      colour,
      isOurs,
      at: Math.min(y(0), y(points.at(-1) ?? 0)),
    })),
    x(longest),
  );
  const what = showings[0]?.scenario === "staged" ? "cost, in N whole runs" : "runs, in multiples of N";
  return [
    text(margin.left - 30, 22, headingOf(title, showings), 'font-size="13" font-weight="600"'),
    axes(x, y, what),
    `<clipPath id="${clip}"><rect x="${margin.left}" y="${margin.top - 4}" width="${x(longest) - margin.left}" height="${y(0) - margin.top + 4}"/></clipPath>`,
    `<g clip-path="url(#${clip})">${bands.join("")}${lines.join("")}</g>`,
    labels,
  ].join("\n");
}

/** In words. */
const baselines: Readonly<Record<string, string>> = { A: "A, a middling baseline", B: "B, a strong baseline" };

function headingOf(title: string, showings: readonly Showing[]): string {
  const [first] = showings;
  const name = title.replace(/, (?:all|dense) tables$/, "");
  const what = first?.scenario === "summed" ? "sum" : first?.subset === "dense" ? "dense table" : "table";
  const count = first?.tables.length ?? 0;
  return `${baselines[name] ?? name} · ${count} ${what}${count === 1 ? "" : "s"}`;
}

function axes(x: (value: number) => number, y: (value: number) => number, what: string): string {
  const rows = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<line x1="${margin.left}" x2="${x(longest)}" y1="${r(y(value))}" y2="${r(y(value))}" stroke="${value === 0 ? "#aab1ba" : "#e7eaee"}"/>` +
      text(margin.left - 7, y(value) + 4, value.toFixed(2).replace(/^0\./, "."), `text-anchor="end" fill="${faint}"`),
  );
  const columns = [0.5, 1, 2, 3, 4].map(
    (value) =>
      `<line x1="${r(x(value))}" x2="${r(x(value))}" y1="${y(0)}" y2="${y(0) + 4}" stroke="#aab1ba"/>` +
      text(x(value), y(0) + 17, value === 0.5 ? "½" : `${value}`, `text-anchor="middle" fill="${faint}"`),
  );
  return [
    ...rows,
    ...columns,
    text((x(0) + x(longest)) / 2, y(0) + 34, what, `text-anchor="middle" fill="${faint}"`),
  ].join("");
}

interface Label {
  readonly text: string;
  readonly colour: string;
  readonly isOurs: boolean;
  /** Where its line ends. */
  readonly at: number;
}

/** Beside the ends of their lines, moved apart where they would overlap. */
function labelsOf(labels: readonly Label[], right: number): string {
  const sorted = labels.toSorted((a, b) => a.at - b.at);
  const places: number[] = [];
  for (const { at } of sorted) places.push(Math.max(at, (places.at(-1) ?? Number.NEGATIVE_INFINITY) + labelGap));
  // What was pushed below the axis goes up again, and pushes what is above it.
  let floor = panelHeight - margin.bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i] ?? floor, floor);
    floor = (places[i] ?? floor) - labelGap;
  }
  return sorted
    .map(({ text: name, colour, isOurs, at }, i) => {
      const place = places[i] ?? at;
      const leader = `<path d="M${r(right + 3)},${r(at)} L${r(right + 12)},${r(place)}" stroke="${colour}" fill="none" stroke-width=".8" opacity=".7"/>`;
      const weight = isOurs ? 'font-weight="700"' : "";
      return leader + text(right + 15, place + 4, name, `fill="${colour}" ${weight}`);
    })
    .join("");
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${r(x)}" y="${r(y)}" ${attributes}>${escaped}</text>`;
}

/** Rounded to a tenth of a pixel. */
function r(value: number): number {
  return Math.round(10 * value) / 10;
}
