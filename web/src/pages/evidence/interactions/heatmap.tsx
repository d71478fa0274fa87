// biome-ignore-all lint/a11y/useSemanticElements: a drawing has no table, row or cell.
// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: the drawing is walked through cell by cell.
// biome-ignore-all lint/a11y/noAriaHiddenOnFocusable: what is hidden here cannot be focused.
import { type KeyboardEvent, memo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import type { ReportInteraction } from "../../../../../src/report/view.ts";
import { useFormat } from "../../../format.ts";
import drawing from "../drawing.module.css";
import { cutTo, widthOf } from "../text.ts";
import type { Cell, Grid } from "./grid.ts";
import classes from "./heatmap.module.css";
import { pairSentence } from "./words.ts";

/**
 * Levels × levels. The colour says how much more (blue) or less (orange) two do together than the sum of the two; the
 * size of the square how sure that is: one that fills its cell is surely not zero.
 */

export interface HeatmapProps {
  readonly report: Report;
  readonly grid: Grid;
  readonly width: number;
  readonly label: string;
  readonly chosen: readonly string[];
  /** Under the pointer or the keyboard; null: none. */
  readonly look: (pair: ReportInteraction | null) => void;
  readonly choose: (pair: ReportInteraction) => void;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  k: [-1, 0],
  j: [1, 0],
  h: [0, -1],
  l: [0, 1],
};

const fontSize = 12;

export function Heatmap({ report, grid, width, label, chosen, look, choose }: HeatmapProps) {
  const { levels } = grid;
  const svg = useRef<SVGSVGElement>(null);
  const [place, setPlace] = useState<Place>({ row: 1, column: 0 });
  const frame = frameOf(levels, width);
  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = stepped(place, step, levels.length);
    setPlace(next);
    svg.current?.querySelector<SVGGElement>(`[data-place="${next.row} ${next.column}"]`)?.focus();
  };
  const current = place.row < levels.length && place.column < levels.length ? place : { row: 1, column: 0 };
  return (
    <svg
      ref={svg}
      width={frame.right}
      height={frame.bottom}
      className={drawing.drawing}
      role="grid"
      aria-label={label}
      aria-rowcount={levels.length}
      aria-colcount={levels.length}
      onKeyDown={move}
      onPointerLeave={() => look(null)}
      onBlur={() => look(null)}
    >
      <Heads levels={levels} frame={frame} />
      {levels.map((row, i) => (
        <g key={row} role="row">
          <text
            role="rowheader"
            className={drawing.name}
            x={frame.left - 8}
            y={middleOf(frame.top, i, frame.size) + 4}
            fontSize={fontSize}
            textAnchor="end"
          >
            {cutTo(row, frame.left - 8, fontSize)}
          </text>
          {levels.map((column, j) => (
            <CellMark
              key={column}
              report={report}
              names={`${row} × ${column}`}
              cell={grid.cell(row, column)}
              diagonal={i === j}
              x={frame.left + j * frame.size}
              y={frame.top + i * frame.size}
              size={frame.size}
              place={`${i} ${j}`}
              tabbable={current.row === i && current.column === j}
              chosen={chosen.includes(row) && chosen.includes(column) && i !== j}
              look={look}
              choose={choose}
              onPlace={() => setPlace({ row: i, column: j })}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly size: number;
  readonly right: number;
  readonly bottom: number;
}

function frameOf(levels: readonly string[], width: number): Frame {
  const longest = Math.max(...levels.map((level) => widthOf(level, fontSize)));
  const left = Math.min(longest + 14, width * 0.32, 170);
  // Names over the columns lean by half a right angle: the last one needs room to the right.
  const lean = Math.min(longest, 120) * Math.SQRT1_2;
  const size = Math.max(12, Math.min(36, Math.floor((width - left - Math.min(lean, width * 0.16)) / levels.length)));
  const top = lean + 14;
  const right = Math.min(width, left + size * levels.length + lean + 8);
  return { left, top, size, right, bottom: top + size * levels.length + 2 };
}

function middleOf(start: number, index: number, size: number): number {
  return start + (index + 0.5) * size;
}

function Heads({ levels, frame }: { readonly levels: readonly string[]; readonly frame: Frame }) {
  return (
    <g aria-hidden="true">
      {levels.map((level, j) => (
        <text
          key={level}
          className={classes.head}
          fontSize={fontSize}
          transform={`translate(${middleOf(frame.left, j, frame.size) + 3} ${frame.top - 6}) rotate(-45)`}
        >
          {cutTo(level, 120, fontSize)}
        </text>
      ))}
    </g>
  );
}

/** Never onto the diagonal: a level has no interaction with itself. */
function stepped({ row, column }: Place, [down, right]: readonly [number, number], count: number): Place {
  const inside = (at: number) => Math.min(count - 1, Math.max(0, at));
  const next = { row: inside(row + down), column: inside(column + right) };
  if (next.row !== next.column) return next;
  const over = { row: next.row + down, column: next.column + right };
  const fits = over.row >= 0 && over.row < count && over.column >= 0 && over.column < count;
  return fits ? over : { row, column };
}

interface CellMarkProps {
  readonly report: Report;
  readonly names: string;
  readonly cell: Cell | null;
  readonly diagonal: boolean;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly place: string;
  readonly tabbable: boolean;
  readonly chosen: boolean;
  readonly look: (pair: ReportInteraction | null) => void;
  readonly choose: (pair: ReportInteraction) => void;
  readonly onPlace: () => void;
}

const CellMark = memo(
  function CellMark({
    report,
    names,
    cell,
    diagonal,
    x,
    y,
    size,
    place,
    tabbable,
    chosen,
    look,
    choose,
    onPlace,
  }: CellMarkProps) {
    const { t } = useTranslation("evidence");
    const format = useFormat();
    if (diagonal) {
      return (
        <g role="gridcell" aria-label={names}>
          <rect className={classes.diagonal} x={x} y={y} width={size} height={size} />
        </g>
      );
    }
    const words = cell === null ? t("pairs.apart", { names }) : pairSentence(report, cell.pair, t, format);
    const enter = () => look(cell?.pair ?? null);
    const pick = () => {
      onPlace();
      if (cell !== null) choose(cell.pair);
    };
    return (
      <g
        role="gridcell"
        className={classes.cell}
        data-place={place}
        data-chosen={chosen}
        tabIndex={tabbable ? 0 : -1}
        aria-label={words}
        aria-selected={chosen}
        onPointerEnter={enter}
        onFocus={() => {
          onPlace();
          enter();
        }}
        onClick={pick}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          pick();
        }}
      >
        <rect className={classes.ground} x={x} y={y} width={size} height={size} />
        {cell === null ? <Cross x={x} y={y} size={size} /> : <Square cell={cell} x={x} y={y} size={size} />}
      </g>
    );
  },
  (before, after) =>
    before.cell === after.cell &&
    before.report === after.report &&
    before.tabbable === after.tabbable &&
    before.chosen === after.chosen &&
    before.x === after.x &&
    before.y === after.y &&
    before.size === after.size,
);

function Square({
  cell,
  x,
  y,
  size,
}: {
  readonly cell: Cell;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}) {
  const side = (size - 2) * (0.22 + 0.78 * cell.certainty ** 0.8);
  const inset = (size - side) / 2;
  const ink = cell.share < 0 ? "var(--less)" : "var(--more)";
  const strength = 20 + 80 * Math.abs(cell.share) ** 0.8;
  return (
    <rect
      x={x + inset}
      y={y + inset}
      width={side}
      height={side}
      rx={Math.min(3, side / 4)}
      style={{ fill: `color-mix(in oklab, ${ink} ${strength.toFixed(0)}%, var(--panel))` }}
    />
  );
}

function Cross({ x, y, size }: { readonly x: number; readonly y: number; readonly size: number }) {
  const [cx, cy, arm] = [x + size / 2, y + size / 2, Math.min(3, size / 6)];
  return (
    <path
      className={classes.cross}
      d={`M${cx - arm} ${cy - arm}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}`}
    />
  );
}

/** What colours and sizes mean. */
export function HeatmapKey({ largest }: { readonly largest: string }) {
  const { t } = useTranslation("evidence");
  const shades = [-1, -0.5, -0.1, 0.1, 0.5, 1];
  return (
    <ul className={drawing.key} aria-label={t("key")}>
      <li>
        <span>{t("pairs.less", { largest })}</span>
        <svg width={shades.length * 16} height={14} aria-hidden="true">
          {shades.map((share, i) => (
            <Square key={share} cell={{ ...keyCell, share }} x={i * 16} y={0} size={14} />
          ))}
        </svg>
        <span>{t("pairs.more", { largest })}</span>
      </li>
      <li>
        <svg width={48} height={14} aria-hidden="true">
          {[0.1, 0.5, 1].map((certainty, i) => (
            <Square key={certainty} cell={{ ...keyCell, share: 0.6, certainty }} x={i * 16} y={0} size={14} />
          ))}
        </svg>
        {t("pairs.size")}
      </li>
      <li>
        <svg width={14} height={14} aria-hidden="true">
          <Cross x={0} y={0} size={14} />
        </svg>
        {t("pairs.cross")}
      </li>
    </ul>
  );
}

const nothing = { mean: 0, low: 0, high: 0 };
const keyCell: Cell = {
  pair: { a: "", b: "", objective: null, sense: "alone", estimate: nothing },
  share: 0,
  certainty: 1,
};
