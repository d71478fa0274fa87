import { useComputedColorScheme } from "@mantine/core";
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useTranslation } from "react-i18next";
import styles from "./chart.module.css";
import { extentOfX, extentOfY, firstAtOrAfter, type Line, padded, type Range, type Reading, readAt } from "./line.ts";
import type { Drawn } from "./painting.ts";
import { colorOf } from "./palette.ts";
import { createPlot, crowd, type Plot, type Scene } from "./plot.ts";
import type { Pointer } from "./pointer.ts";
import { smooth } from "./smooth.ts";

/** What part is seen; null: all of it. */
export interface Zoom {
  readonly x: Range | null;
  readonly y: Range | null;
}
export const unzoomed: Zoom = { x: null, y: null };

export interface ChartHandle {
  readonly picture: () => HTMLCanvasElement | null;
}

export interface ChartProps {
  readonly ref?: Ref<ChartHandle>;
  /** What the chart is of, for its name and its picture. */
  readonly label: string;
  /** What x is, so that charts of one axis share their crosshair. */
  readonly axis: string;
  readonly lines: readonly Line[];
  /** Along x, of all that there is: what smoothing and the unzoomed view go by. null: of the lines. */
  readonly whole: Range | null;
  /** Of smoothing: 0 for none, below 1. */
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  readonly pointer: Pointer;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  /** CSS pixels. */
  readonly height: number;
}

/** After this share of the axis, or after one point where points are farther apart, the smoothing weight is what is left of a point. */
const smoothingShare = 0.01;
/** A line says nothing farther from its points than this share of what is seen. */
const reachShare = 0.03;

/**
 * Curves of any number of runs: a crosshair that reads all of them, a box to zoom with, and the same by keyboard. It is
 * never made anew while its data changes.
 */
export function Chart(props: ChartProps) {
  const { ref, label, axis, lines, whole, smoothing, logarithmic, zoom, onZoom, pointer, formatX, formatY, height } =
    props;
  const { t } = useTranslation("charts");
  const scheme = useComputedColorScheme("light");
  const help = useId();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(null);
  const [left, setLeft] = useState<number | null>(null);
  const [said, setSaid] = useState("");

  const full = useMemo(() => whole ?? extentOfX(lines) ?? ([0, 1] satisfies Range), [whole, lines]);
  const drawn = useMemo(() => smoothed(lines, smoothing, full), [lines, smoothing, full]);
  const scene = useMemo((): Scene => {
    const x = zoom.x ?? withRoom(full);
    const seen = extentOfY(drawn, x, drawn.length <= crowd && smoothing === 0, logarithmic);
    const room = padded(seen ?? (logarithmic ? [1, 10] : [0, 1]), 0.05, logarithmic);
    const y = zoom.y !== null && (!logarithmic || zoom.y[0] > 0) ? zoom.y : room;
    return { lines: drawn, x, y, logarithmic, scheme, formatX, formatY };
  }, [drawn, full, zoom, smoothing, logarithmic, scheme, formatX, formatY]);

  // The plot lives as long as the component; what it needs of the newest props it finds here.
  const now = useRef({ scene, onZoom, zoom, axis });
  now.current = { scene, onZoom, zoom, axis };

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = createPlot(element, now.current.scene, {
      point: (at) => pointer.set(at === null ? nowhere : pointedAt(now.current.scene, at, now.current.axis)),
      select: (x, y) => now.current.onZoom({ x: x ?? now.current.zoom.x, y: y ?? now.current.zoom.y }),
      pan: (x) => now.current.onZoom({ ...now.current.zoom, x }),
      reset: () => now.current.onZoom(unzoomed),
    });
    plot.current = made;
    const size = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
    size.observe(element);
    const follow = () => {
      const { id, at } = pointer.get();
      made.highlight(id);
      setLeft(made.crosshair(at !== null && at.axis === now.current.axis ? at.x : null));
    };
    const stop = pointer.subscribe(follow);
    return () => {
      stop();
      size.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [pointer]);

  const first = useRef(true);
  useEffect(() => {
    // The plot was made with the first scene.
    if (!first.current) plot.current?.draw(scene);
    first.current = false;
  }, [scene]);

  useImperativeHandle(ref, () => ({ picture: () => plot.current?.picture(label) ?? null }), [label]);

  const keys = (event: KeyboardEvent) => {
    const moved = moveBy(event.key, event.shiftKey, scene, pointer, axis);
    const zoomed = moved ? null : zoomBy(event.key, scene, pointer);
    if (!moved && zoomed === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (zoomed !== null) onZoom({ x: zoomed.x ?? null, y: zoomed.x === null ? null : zoom.y });
    setSaid(sayAt(scene, pointer, (x, values, more) => t(more === 0 ? "said" : "saidMore", { x, values, more })));
  };

  return (
    <div className={styles.frame}>
      <div
        ref={host}
        className={styles.plot}
        style={{ height }}
        role="application"
        aria-roledescription={t("chart")}
        aria-label={label}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move its crosshair.
        tabIndex={0}
        onKeyDown={keys}
        onBlur={() => pointer.set(nowhere)}
      />
      {left !== null && (
        <Readout scene={scene} pointer={pointer} left={left} width={host.current?.clientWidth ?? 0} height={height} />
      )}
      <span id={help} hidden>
        {t("keys")}
      </span>
      <span className={styles.said} aria-live="polite">
        {said}
      </span>
    </div>
  );
}

const nowhere = { id: null, at: null };

function smoothed(lines: readonly Line[], weight: number, [low, high]: Range): readonly Drawn[] {
  if (weight === 0) return lines.map((line) => ({ ...line, raw: null }));
  const spacing = Math.max(0, ...lines.map(({ x }) => ((x.at(-1) ?? 0) - (x[0] ?? 0)) / Math.max(1, x.length - 1)));
  const length = Math.max((high - low || 1) * smoothingShare, spacing);
  return lines.map((line) => ({ ...line, raw: line.y, y: smooth(line.x, line.y, weight, length) }));
}

/** A range of one value has room on both sides, so that its point is seen. */
function withRoom([low, high]: Range): Range {
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

function reachOf({ x: [low, high] }: Scene): number {
  return (high - low) * reachShare;
}

/** The line whose value is nearest to where the pointer is, as it is seen. */
function pointedAt(scene: Scene, at: { readonly x: number; readonly y: number }, axis: string) {
  const place = (y: number) => (scene.logarithmic ? Math.log(Math.max(y, Number.MIN_VALUE)) : y);
  let nearest: { readonly id: string; readonly far: number } | null = null;
  for (const { line, y } of readAt(scene.lines, at.x, reachOf(scene))) {
    const far = Math.abs(place(y) - place(at.y));
    if (nearest === null || far < nearest.far) nearest = { id: line.id, far };
  }
  return { id: nearest?.id ?? null, at: { x: at.x, axis } };
}

/** Arrow keys: along x by points, by ten with Shift; up and down from line to line, by value. */
function moveBy(key: string, far: boolean, scene: Scene, pointer: Pointer, axis: string): boolean {
  const { id, at } = pointer.get();
  const line = scene.lines.find((one) => one.id === id) ?? scene.lines[0];
  if (line === undefined) return false;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const end = { Home: scene.x[0], End: scene.x[1] }[key];
  if (step !== undefined || end !== undefined) {
    const x = end ?? (at === null ? scene.x[0] : beside(line.x, at.x, (step ?? 1) * (far ? 10 : 1)));
    pointer.set({ id: line.id, at: { x: Math.min(scene.x[1], Math.max(scene.x[0], x)), axis } });
    return true;
  }
  const turn = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (turn === undefined) return false;
  const here = at?.x ?? scene.x[1];
  const readings = readAt(scene.lines, here, reachOf(scene));
  const place = readings.findIndex(({ line: one }) => one.id === line.id);
  const next = readings[Math.min(readings.length - 1, Math.max(0, id === null ? 0 : place + turn))];
  pointer.set({ id: next?.line.id ?? line.id, at: { x: here, axis } });
  return true;
}

function beside(x: readonly number[], at: number, steps: number): number {
  const place = firstAtOrAfter(x, at);
  const here = x[place] === at ? place : place - (steps > 0 ? 1 : 0);
  return x[Math.min(x.length - 1, Math.max(0, here + steps))] ?? at;
}

/** `+` and `−` about the crosshair; `0` shows everything. null: another key. */
function zoomBy(key: string, scene: Scene, pointer: Pointer): { readonly x: Range | null } | null {
  if (key === "0") return { x: null };
  const factor = { "+": 0.5, "=": 0.5, "-": 2, _: 2 }[key];
  if (factor === undefined) return null;
  const [low, high] = scene.x;
  const middle = pointer.get().at?.x ?? (low + high) / 2;
  return { x: [middle - (middle - low) * factor, middle + (high - middle) * factor] };
}

function sayAt(scene: Scene, pointer: Pointer, say: (x: string, values: string, more: number) => string): string {
  const { id, at } = pointer.get();
  if (at === null) return "";
  const readings = readAt(scene.lines, at.x, reachOf(scene));
  const first = readings.filter(({ line }) => line.id === id);
  const told = [...first, ...readings.filter(({ line }) => line.id !== id)].slice(0, 5);
  const values = told.map(({ line, y }) => `${line.label} ${scene.formatY(y)}`).join(", ");
  return say(scene.formatX(at.x), values, readings.length - told.length);
}

/** CSS pixels of a row of the readout, and of what is around them all. */
const readoutRow = 18;
const readoutRest = 72;

interface ReadoutProps {
  readonly scene: Scene;
  readonly pointer: Pointer;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** The values of all runs at the crosshair, largest first. */
function Readout({ scene, pointer, left, width, height }: ReadoutProps) {
  const { t } = useTranslation("charts");
  const { id, at } = useSyncExternalStore(pointer.subscribe, pointer.get);
  if (at === null) return null;
  const readings = readAt(scene.lines, at.x, reachOf(scene));
  if (readings.length === 0) return null;
  // As many as fit beside the chart, about the one that is pointed at.
  const rows = Math.max(4, Math.floor((height - readoutRest) / readoutRow));
  const place = Math.max(
    0,
    readings.findIndex(({ line }) => line.id === id),
  );
  const from = Math.max(0, Math.min(place - Math.floor(rows / 2), readings.length - rows));
  const shown = readings.slice(from, from + rows);
  const side = left > width / 2 ? { right: width - left + 12 } : { left: left + 12 };
  return (
    <div className={styles.readout} style={{ ...side, maxHeight: Math.max(height, 120) }} aria-hidden="true">
      <div className={styles.place}>{scene.formatX(at.x)}</div>
      {from > 0 && <div className={styles.more}>{t("above", { count: from })}</div>}
      {shown.map((reading) => (
        <ReadoutRow key={reading.line.id} reading={reading} scene={scene} pointed={reading.line.id === id} />
      ))}
      {from + rows < readings.length && (
        <div className={styles.more}>{t("below", { count: readings.length - from - rows })}</div>
      )}
    </div>
  );
}

function ReadoutRow({ reading, scene, pointed }: { reading: Reading; scene: Scene; pointed: boolean }) {
  const { line, y, spread } = reading;
  return (
    <div className={styles.row} data-pointed={pointed || undefined}>
      <span className={styles.swatch} style={{ background: colorOf(line.slot, scene.scheme) }} />
      <span className={styles.name}>{line.label}</span>
      <span className={styles.value}>{scene.formatY(y)}</span>
      {spread !== null && pointed && (
        <span className={styles.spread}>
          {scene.formatY(spread[0])}–{scene.formatY(spread[1])}
        </span>
      )}
    </div>
  );
}
