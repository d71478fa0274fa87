import { LineChart, type LineSeriesOption, ScatterChart, type ScatterSeriesOption } from "echarts/charts";
import {
  BrushComponent,
  type BrushComponentOption,
  GridComponent,
  type GridComponentOption,
  ToolboxComponent,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Dot } from "./front.ts";

/** The scatter itself: echarts with the parts that it needs. Only this file knows of echarts; it is loaded when it is shown. */

// The brush puts a toolbox, which has nothing in it, into every chart.
use([ScatterChart, LineChart, GridComponent, BrushComponent, ToolboxComponent, SVGRenderer]);

type Option = ComposeOption<ScatterSeriesOption | LineSeriesOption | GridComponentOption | BrushComponentOption>;

/** Bounds on both axes, in the objectives' units. */
export type Region = readonly [xLow: number, xHigh: number, yLow: number, yHigh: number];

export interface Scene {
  readonly dots: readonly Dot[];
  readonly front: readonly Dot[];
  readonly x: AxisScene;
  readonly y: AxisScene;
  readonly region: Region | null;
  /** Whether dragging selects: not where a finger's drag scrolls the page. */
  readonly brushable: boolean;
  /** The dot whose intervals are drawn, by its key. */
  readonly looked: string | null;
}

export interface AxisScene {
  readonly title: string;
  readonly logarithmic: boolean;
  readonly write: (value: number) => string;
}

export interface Listeners {
  readonly look: (key: string | null) => void;
  readonly pick: (key: string) => void;
  readonly brush: (region: Region | null) => void;
}

export interface Chart {
  readonly draw: (scene: Scene) => void;
  readonly resize: () => void;
  readonly close: () => void;
}

export function openChart(element: HTMLElement, listeners: Listeners): Chart {
  const chart = init(element, null, { renderer: "svg" });
  let keys: readonly string[] = [];
  let drawn: string | null = null;
  const keyAt = (event: { readonly data?: unknown; readonly seriesId?: string | undefined }) => {
    if (event.seriesId !== "dots" || typeof event.data !== "object" || event.data === null) return null;
    return "id" in event.data && typeof event.data.id === "string" && keys.includes(event.data.id)
      ? event.data.id
      : null;
  };
  chart.on("mouseover", (event) => listeners.look(keyAt(event)));
  chart.on("mouseout", () => listeners.look(null));
  chart.on("click", (event) => {
    const key = keyAt(event);
    if (key !== null) listeners.pick(key);
  });
  chart.on("brushEnd", (event) => {
    const region = regionOf(event);
    drawn = JSON.stringify(region);
    listeners.brush(region);
  });
  return {
    draw: (scene) => {
      keys = scene.dots.map(({ key }) => key);
      chart.setOption<Option>(optionOf(element, scene), { replaceMerge: ["series"] });
      chart.dispatchAction({
        type: "takeGlobalCursor",
        key: "brush",
        brushOption: { brushType: scene.brushable ? "rect" : false, brushMode: "single" },
      });
      const wanted = JSON.stringify(scene.region);
      if (wanted === drawn) return;
      drawn = wanted;
      chart.dispatchAction({ type: "brush", areas: scene.region === null ? [] : [areaOf(scene.region)] });
    },
    resize: () => chart.resize(),
    close: () => chart.dispose(),
  };
}

function areaOf([xLow, xHigh, yLow, yHigh]: Region) {
  const coordRange = [
    [xLow, xHigh],
    [yLow, yHigh],
  ];
  return { brushType: "rect", xAxisIndex: 0, yAxisIndex: 0, coordRange };
}

/** What echarts says of a brush that was let go of; null: it was wiped away. */
function regionOf(event: unknown): Region | null {
  const areas = typeof event === "object" && event !== null && "areas" in event ? event.areas : [];
  const area: unknown = Array.isArray(areas) ? areas[0] : null;
  if (typeof area !== "object" || area === null || !("coordRange" in area)) return null;
  const numbers = [area.coordRange].flat(2).map(Number);
  const [xLow, xHigh, yLow, yHigh] = numbers;
  if (xLow === undefined || xHigh === undefined || yLow === undefined || yHigh === undefined) return null;
  return numbers.every(Number.isFinite) ? [xLow, xHigh, yLow, yHigh] : null;
}

interface Ink {
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly strong: string;
  readonly panel: string;
  readonly accent: string;
  readonly land: string;
}

/** The colours of the page as it is now. */
function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"),
    dim: of("dim"),
    line: of("line"),
    strong: of("line-strong"),
    panel: of("panel"),
    accent: of("accent"),
    land: of("land"),
  };
}

function optionOf(element: Element, scene: Scene): Option {
  const ink = inkOf(element);
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(element).fontFamily },
    grid: { left: 12, right: 18, top: 34, bottom: 30, containLabel: true },
    xAxis: { ...axisOf(scene.x, ink), nameLocation: "middle", nameGap: 30 },
    yAxis: {
      ...axisOf(scene.y, ink),
      nameLocation: "end",
      nameTextStyle: { color: ink.dim, fontSize: 12, align: "left", padding: [0, 0, 4, -34] },
    },
    brush: {
      xAxisIndex: 0,
      yAxisIndex: 0,
      toolbox: [],
      brushType: "rect",
      brushMode: "single",
      removeOnClick: true,
      brushStyle: { color: `${ink.accent}1a`, borderColor: ink.accent, borderWidth: 1 },
      outOfBrush: { colorAlpha: 0.35 },
    },
    series: [frontSeries(scene, ink), ...crossSeries(scene, ink), dotSeries(scene, ink)],
  };
}

function axisOf({ title, logarithmic, write }: AxisScene, ink: Ink) {
  return {
    type: logarithmic ? ("log" as const) : ("value" as const),
    name: title,
    nameTextStyle: { color: ink.dim, fontSize: 12 },
    scale: true,
    axisLabel: { color: ink.dim, fontSize: 11, formatter: write, hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink.line } },
    splitNumber: 5,
  };
}

/** Between two trade-offs lies nothing better than the worse of both: the front is a staircase. */
function frontSeries({ front }: Scene, ink: Ink): LineSeriesOption {
  return {
    id: "front",
    type: "line",
    step: "end",
    symbol: "none",
    silent: true,
    data: front.map(({ x, y }) => [x.mean, y.mean]),
    lineStyle: { color: ink.dim, width: 1.25, type: [4, 4] },
    z: 1,
  };
}

const looks = {
  baseline: { symbol: "rect", size: 12, z: 6 },
  recommended: { symbol: "path://M0-10 2.9-3.2 10-2.9 4.5 2 6.2 9 0 5.1-6.2 9-4.5 2-10-2.9-2.9-3.2Z", size: 20, z: 7 },
  front: { symbol: "circle", size: 10, z: 4 },
  other: { symbol: "circle", size: 7, z: 3 },
} as const;

function dotSeries({ dots, looked }: Scene, ink: Ink): ScatterSeriesOption {
  const colors = { baseline: ink.text, recommended: ink.land, front: ink.accent, other: ink.dim };
  return {
    id: "dots",
    type: "scatter",
    z: 5,
    data: dots.map(({ key, role, x, y }) => ({
      id: key,
      value: [x.mean, y.mean],
      symbol: looks[role].symbol,
      symbolSize: looks[role].size * (key === looked ? 1.35 : 1),
      itemStyle: {
        color: colors[role],
        opacity: role === "other" && key !== looked ? 0.55 : 1,
        borderColor: ink.panel,
        borderWidth: 1,
      },
    })),
  };
}

/** Intervals on both objectives: of the baseline, the recommended set, and what is looked at. */
function crossSeries({ dots, looked }: Scene, ink: Ink): LineSeriesOption[] {
  return dots
    .filter(({ key, role }) => key === looked || role === "baseline" || role === "recommended")
    .flatMap(({ key, x, y, role }) => {
      const color = key === looked ? ink.text : role === "recommended" ? ink.land : ink.dim;
      const line = (direction: string, data: number[][]): LineSeriesOption => ({
        id: `${direction} ${key}`,
        type: "line",
        symbol: "none",
        silent: true,
        data,
        lineStyle: { color, width: 1.5, opacity: 0.7 },
        z: 2,
      });
      return [
        line("across", [
          [x.low, y.mean],
          [x.high, y.mean],
        ]),
        line("along", [
          [x.mean, y.low],
          [x.mean, y.high],
        ]),
      ];
    });
}
