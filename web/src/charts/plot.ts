import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Range } from "./line.ts";
import { type Drawn, type Frame, paintLine } from "./painting.ts";
import { colorOf, type Scheme } from "./palette.ts";
import { linearTicks, logTicks } from "./ticks.ts";

/** All that a picture depends on. */
export interface Scene {
  readonly lines: readonly Drawn[];
  readonly x: Range;
  readonly y: Range;
  readonly logarithmic: boolean;
  readonly scheme: Scheme;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

export interface Listeners {
  /** Where the pointer is, in values; null: it has left. */
  readonly point: (at: { readonly x: number; readonly y: number } | null) => void;
  readonly select: (x: Range | null, y: Range | null) => void;
  readonly pan: (x: Range) => void;
  readonly reset: () => void;
}

export interface Plot {
  readonly draw: (scene: Scene) => void;
  readonly highlight: (id: string | null) => void;
  /** @returns where that is, in CSS pixels from the left of the host; null: out of view. */
  readonly crosshair: (x: number | null) => number | null;
  readonly resize: (width: number, height: number) => void;
  readonly picture: (title: string) => HTMLCanvasElement;
  readonly destroy: () => void;
}

/** Above so many lines, single ones are told apart only when they are pointed at, and bands would be mud. */
export const crowd = 20;

interface Look {
  readonly text: string;
  readonly grid: string;
  readonly page: string;
  readonly font: string;
}

function lookOf(host: HTMLElement): Look {
  const style = getComputedStyle(host);
  const of = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: of("--dim", "#777"),
    grid: of("--line", "#ccc"),
    page: of("--panel", "#fff"),
    font: style.fontFamily,
  };
}

/**
 * Curves in `host`. uPlot keeps the scales, the axes, the box that is drawn to zoom and the crosshair; the lines are ours,
 * on two canvases above it: all of them, and the one that stands out. So pointing at one of 200 lines draws one line, and
 * greying the others is a filter of the compositor.
 */
export function createPlot(host: HTMLElement, first: Scene, listeners: Listeners): Plot {
  let scene = first;
  let look = lookOf(host);
  let highlighted: string | null = null;
  let inside = false;
  const all = layer();
  const one = layer();
  let chart = build();

  function build(): uPlot {
    const made = new uPlot(options(), data(), host);
    made.over.prepend(all, one);
    panByDragging(made);
    made.over.addEventListener("mouseenter", () => {
      inside = true;
    });
    made.over.addEventListener("mouseleave", () => {
      inside = false;
      listeners.point(null);
    });
    return made;
  }

  function data(): uPlot.AlignedData {
    return [[...scene.x], [...scene.y]];
  }

  function options(): uPlot.Options {
    const stroke = () => look.text;
    const grid = { stroke: () => look.grid, width: 1 };
    const font = `11px ${look.font}`;
    return {
      width: Math.max(80, host.clientWidth),
      height: Math.max(80, host.clientHeight),
      padding: [10, 14, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [scene.x[0], scene.x[1]] },
        y: { distr: scene.logarithmic ? 3 : 1, range: () => [scene.y[0], scene.y[1]] },
      },
      axes: [
        {
          stroke,
          font,
          size: 26,
          gap: 4,
          grid: { show: false },
          ticks: { ...grid, size: 4 },
          border: { ...grid, show: true },
          splits: (u) => linearTicks(scene.x, u.width / 64),
          values: (_, splits) => splits.map(scene.formatX),
        },
        {
          stroke,
          font,
          gap: 4,
          grid,
          ticks: { show: false },
          size: (_, values) => Math.max(32, ...(values ?? []).map((text) => 12 + String(text).length * 6.4)),
          splits: (u) => (scene.logarithmic ? logTicks : linearTicks)(scene.y, u.height / 42),
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map(scene.formatY),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: true, uni: 24, dist: 6, setScale: false },
        bind: {
          dblclick: () => () => {
            listeners.reset();
            return null;
          },
        },
      },
      hooks: { draw: [paintAll], setSelect: [select], setCursor: [point] },
    };
  }

  function frame(): Frame {
    const { width, height } = chart.bbox;
    return { x: scene.x, y: scene.y, logarithmic: scene.logarithmic, width, height, ratio: uPlot.pxRatio };
  }

  function paintAll(u: uPlot): void {
    // While uPlot is being made it draws once before `chart` is it.
    chart = u;
    const many = scene.lines.length > crowd;
    const context = cleared(all);
    for (const line of scene.lines) {
      const color = colorOf(line.slot, scene.scheme);
      paintLine(context, line, frame(), { color, width: many ? 1 : 1.5, alpha: many ? 0.55 : 1, band: !many });
    }
    paintOne();
  }

  function paintOne(): void {
    const context = cleared(one);
    const line = scene.lines.find(({ id }) => id === highlighted);
    all.style.filter = line !== undefined && scene.lines.length > crowd ? "grayscale(1) opacity(0.35)" : "";
    if (line === undefined) return;
    // A halo of the page's colour lifts it off the others.
    paintLine(context, { ...line, raw: null, marks: [] }, frame(), {
      color: look.page,
      width: 5,
      alpha: 0.8,
      band: false,
    });
    const color = colorOf(line.slot, scene.scheme);
    paintLine(context, line, frame(), { color, width: 2.5, alpha: 1, band: scene.lines.length > crowd });
  }

  function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const { width, height } = chart.bbox;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = contextOf(canvas);
    context.clearRect(0, 0, width, height);
    return context;
  }

  function point(u: uPlot): void {
    const { left, top } = u.cursor;
    // Only what a person points at is told: a crosshair that we have set ourselves is known already.
    if (!inside || left === undefined || top === undefined || left < 0 || top < 0) return;
    listeners.point({ x: u.posToVal(left, "x"), y: u.posToVal(top, "y") });
  }

  function select(u: uPlot): void {
    const { left, top, width, height } = u.select;
    if (width === 0 && height === 0) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const plot = u.over.getBoundingClientRect();
    const x: Range | null =
      width > 0 && width < plot.width - 1 ? [u.posToVal(left, "x"), u.posToVal(left + width, "x")] : null;
    const y: Range | null =
      height > 0 && height < plot.height - 1 ? [u.posToVal(top + height, "y"), u.posToVal(top, "y")] : null;
    if (x !== null || y !== null) listeners.select(x, y);
  }

  /** With Shift held, dragging moves what is seen along x; uPlot draws its box otherwise. */
  function panByDragging(u: uPlot): void {
    let from: { readonly left: number; readonly x: Range } | null = null;
    u.over.addEventListener(
      "mousedown",
      (event) => {
        if (!event.shiftKey || event.button !== 0) return;
        event.stopImmediatePropagation();
        event.preventDefault();
        from = { left: event.clientX, x: scene.x };
        const move = ({ clientX }: MouseEvent) => {
          if (from === null) return;
          const by = ((from.left - clientX) / u.over.clientWidth) * (from.x[1] - from.x[0]);
          listeners.pan([from.x[0] + by, from.x[1] + by]);
        };
        const end = () => {
          from = null;
          removeEventListener("mousemove", move);
        };
        addEventListener("mousemove", move);
        addEventListener("mouseup", end, { once: true });
      },
      { capture: true },
    );
  }

  return {
    draw: (next) => {
      const other = next.logarithmic !== scene.logarithmic;
      scene = next;
      look = lookOf(host);
      if (other) {
        chart.destroy();
        chart = build();
      } else chart.setData(data());
    },
    highlight: (id) => {
      if (id === highlighted) return;
      highlighted = id;
      paintOne();
    },
    crosshair: (x) => {
      const inside = x !== null && x >= scene.x[0] && x <= scene.x[1];
      const left = inside ? chart.valToPos(x, "x") : -10;
      chart.setCursor({ left, top: inside ? 0 : -10 }, false);
      return inside ? left + chart.bbox.left / uPlot.pxRatio : null;
    },
    resize: (width, height) => {
      if (width >= 80 && height >= 80 && (width !== chart.width || height !== chart.height))
        chart.setSize({ width, height });
    },
    picture: (title) => pictureOf(chart, [all, one], title, look, scene),
    destroy: () => chart.destroy(),
  };
}

function layer(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser draws no canvas");
  return context;
}

/** As much of the text as goes into `width` device pixels. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length)}…`;
}

/** The picture as it is seen, on the page's colour, with its title above and its lines named below. */
function pictureOf(
  chart: uPlot,
  layers: readonly HTMLCanvasElement[],
  title: string,
  look: Look,
  { lines, scheme }: Scene,
): HTMLCanvasElement {
  const ratio = uPlot.pxRatio;
  const { width, height } = chart.ctx.canvas;
  const named = lines.slice(0, crowd);
  const columns = Math.max(1, Math.floor(width / (220 * ratio)));
  const row = 18 * ratio;
  const above = 34 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = above + height + (Math.ceil(named.length / columns) + 0.5) * row;
  const context = contextOf(canvas);
  context.fillStyle = look.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = look.text;
  context.textBaseline = "middle";
  context.font = `600 ${13 * ratio}px ${look.font}`;
  context.fillText(title, 12 * ratio, above / 2);
  context.drawImage(chart.ctx.canvas, 0, above);
  for (const each of layers) context.drawImage(each, chart.bbox.left, above + chart.bbox.top);
  context.font = `${11 * ratio}px ${look.font}`;
  named.forEach((line, i) => {
    const left = 12 * ratio + (i % columns) * (width / columns);
    const top = above + height + (Math.floor(i / columns) + 0.5) * row;
    context.fillStyle = colorOf(line.slot, scheme);
    context.fillRect(left, top - ratio, 14 * ratio, 2 * ratio);
    context.fillStyle = look.text;
    context.fillText(fitted(context, line.label, width / columns - 40 * ratio), left + 20 * ratio, top);
  });
  return canvas;
}
