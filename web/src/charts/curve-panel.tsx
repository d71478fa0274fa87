import { ActionIcon, Button, Skeleton, Tooltip } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Curves } from "../../../src/api/runs.ts";
import { useApi } from "../api/query.ts";
import { CopyMenu } from "../components/copy-menu.tsx";
import { IconColumns, IconUndo } from "../components/icons.tsx";
import { ErrorPanel } from "../components/states.tsx";
import type { Table } from "../copying.ts";
import { type Format, useFormat } from "../format.ts";
import { Chart, type ChartHandle, unzoomed, type Zoom } from "./chart.tsx";
import styles from "./curve-panel.module.css";
import { extentOfX, type Line, type Range } from "./line.ts";
import type { Pointer } from "./pointer.ts";
import { ChartTable } from "./summary.tsx";
import { useZoom } from "./zoom.ts";

export type Axis = "step" | "time" | "tokens";

/** A run as a chart names it. */
export interface NamedRun {
  readonly id: string;
  readonly label: string;
  /** Slot of the palette. */
  readonly slot: number;
}

export interface CurvePanelProps {
  readonly stage: string;
  readonly name: string;
  readonly runs: readonly NamedRun[];
  /** Ids of runs that are not drawn now; they are asked for, so that they are there at once when they are. */
  readonly hidden: ReadonlySet<string>;
  readonly axis: Axis;
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly pointer: Pointer;
  /** CSS pixels. */
  readonly height: number;
}

/** Of all runs together, so many buckets are asked for: a picture of 200 runs needs fewer of each than one of two. */
const allBuckets = 40_000;

function bucketsFor(runs: number): number {
  return Math.round(Math.min(800, Math.max(100, allBuckets / Math.max(1, runs))) / 50) * 50;
}

/** A logged curve of any number of runs. It is asked for when it comes into view, and finer where it is zoomed into. */
export function CurvePanel(props: CurvePanelProps) {
  const { stage, name, height } = props;
  const { ref, entry } = useIntersection({ rootMargin: "300px" });
  const seen = useRef(false);
  seen.current ||= entry?.isIntersecting === true;
  const title = useId();
  return (
    <section ref={ref} className={styles.panel} aria-labelledby={title}>
      {seen.current ? (
        <Curve {...props} title={title} />
      ) : (
        <>
          <h3 id={title}>
            {stage} / {name}
          </h3>
          <Skeleton height={height} />
        </>
      )}
    </section>
  );
}

function Curve(props: CurvePanelProps & { readonly title: string }) {
  const { stage, name, runs, hidden, axis, smoothing, logarithmic, pointer, height, title } = props;
  const { t } = useTranslation("charts");
  const format = useFormat();
  const [zoom, setZoom] = useZoom(`${stage}/${name}`, axis);
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<ChartHandle>(null);
  // What copies a picture asks for it when it is needed: it is drawn then, with its title and its names.
  const picture = useMemo(() => pictureOf(chart), []);

  const asked = { run: runs.map(({ id }) => id), stage, name, axis, points: bucketsFor(runs.length) };
  const whole = useApi("curves", { query: asked }, { keepPrevious: true });
  const part = useApi(
    "curves",
    { query: { ...asked, ...(zoom.x !== null && { from: zoom.x[0], to: zoom.x[1] }) } },
    { keepPrevious: true, enabled: zoom.x !== null },
  );
  const found = (zoom.x === null ? undefined : part.data) ?? whole.data;
  const extent = useMemo(() => (whole.data === undefined ? null : extentOfX(whole.data.series)), [whole.data]);
  const lines = useMemo(() => linesOf(found, runs, hidden), [found, runs, hidden]);
  const formatX = useMemo(() => formatOfAxis(axis, format), [axis, format]);

  return (
    <>
      <header className={styles.head}>
        <h3 id={title}>
          <span className={styles.stage}>{stage} /</span> {name}
        </h3>
        <span className={styles.tools}>
          {(zoom.x !== null || zoom.y !== null) && (
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconUndo size={12} />}
              onClick={() => setZoom(unzoomed)}
            >
              {t("reset")}
            </Button>
          )}
          <Tooltip label={t(asTable ? "asChart" : "asTable")}>
            <ActionIcon
              aria-label={t(asTable ? "asChart" : "asTable")}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              <IconColumns size={14} />
            </ActionIcon>
          </Tooltip>
          <CopyMenu table={() => tableOf(lines, axis)} picture={picture} name={`${stage}-${name}`} />
        </span>
      </header>
      {whole.error !== null && whole.data === undefined ? (
        <ErrorPanel error={whole.error} retry={whole.refetch} />
      ) : found === undefined ? (
        <Skeleton height={height} />
      ) : asTable ? (
        <ChartTable name={`${stage} / ${name}`} lines={lines} format={format.number} height={height} />
      ) : (
        <Chart
          ref={chart}
          label={`${stage} / ${name}`}
          axis={`${axis} of ${stage}`}
          lines={lines}
          whole={extent}
          smoothing={smoothing}
          logarithmic={logarithmic}
          zoom={zoom}
          onZoom={(next) => setZoom(within(next, extent))}
          pointer={pointer}
          formatX={formatX}
          formatY={format.number}
          height={height}
        />
      )}
      <Notes
        lines={lines}
        missing={found?.missing.length ?? 0}
        axis={axis}
        smoothing={smoothing}
        logarithmic={logarithmic}
      />
    </>
  );
}

interface NotesProps {
  readonly lines: readonly Line[];
  readonly missing: number;
  readonly axis: Axis;
  readonly smoothing: number;
  readonly logarithmic: boolean;
}

/** What the picture does not show by itself: how much it summarises, and what it leaves out. */
function Notes({ lines, missing, axis, smoothing, logarithmic }: NotesProps) {
  const { t } = useTranslation("charts");
  const format = useFormat();
  const sampled = lines.filter((line) => line.sampled);
  const count = sampled.reduce((sum, line) => sum + line.count, 0);
  const marks = lines.reduce((sum, line) => sum + line.marks.length, 0);
  const below = logarithmic
    ? lines.reduce((sum, { y }) => sum + y.filter((value) => value !== null && value <= 0).length, 0)
    : 0;
  const notes = [
    t(`axis.${axis}`),
    sampled.length > 0 &&
      t("sampled", {
        points: format.number(sampled.reduce((sum, { x }) => sum + x.length, 0)),
        all: format.number(count),
      }),
    smoothing > 0 && t("smoothed"),
    marks > 0 && t("marks", { count: marks }),
    below > 0 && t("notLogarithmic", { count: below }),
    missing > 0 && t("missing", { count: missing }),
  ].filter((note) => note !== false);
  return <p className={styles.notes}>{notes.join(" · ")}</p>;
}

function linesOf(found: Curves | undefined, runs: readonly NamedRun[], hidden: ReadonlySet<string>): Line[] {
  const named = new Map(runs.map((run) => [run.id, run]));
  return (found?.series ?? []).flatMap(({ run, x, mean, min, max, marks, count, sampled }): Line[] => {
    const of = named.get(run);
    return of === undefined || hidden.has(run)
      ? []
      : [{ ...of, x, y: mean, low: min, high: max, marks, count, sampled }];
  });
}

function formatOfAxis(axis: Axis, format: Format): (value: number) => string {
  return axis === "time" ? (value) => format.duration(Math.max(0, value)) : format.number;
}

/** A part of what there is; all of it, where the part would be no smaller. */
function within({ x, y }: Zoom, extent: Range | null): Zoom {
  if (x === null || extent === null) return { x, y };
  const length = Math.min(x[1] - x[0], extent[1] - extent[0]);
  if (length >= extent[1] - extent[0]) return { x: null, y };
  const low = Math.min(extent[1] - length, Math.max(extent[0], x[0]));
  return { x: [low, low + length], y };
}

function tableOf(lines: readonly Line[], axis: Axis): Table {
  return {
    head: ["run", "label", axis, "mean", "min", "max"],
    rows: lines.flatMap(({ id, label, x, y, low, high }) =>
      x.map((at, i) => [id, label, at, y[i] ?? null, low[i] ?? null, high[i] ?? null]),
    ),
  };
}

function pictureOf(chart: { readonly current: ChartHandle | null }) {
  return {
    get current(): Element | null {
      return chart.current?.picture() ?? null;
    },
  };
}
