// biome-ignore-all lint/a11y/useSemanticElements: rows that come and go by scrolling are no rows of a table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type MouseEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { RunRow } from "../../../../src/api/runs.ts";
import { IconChevronDown } from "../../components/icons.tsx";
import { usePageKeys } from "../../keys.ts";
import { type CellContext, type Column, Levels, Value } from "./columns.tsx";
import type { Objective } from "./objective.ts";
import { nextSort } from "./query.ts";
import { allToggled, extended, nothingSelected, type Selection, toggled } from "./selection.ts";
import { LiveState } from "./state.tsx";
import styles from "./table.module.css";

const rowHeight = 36;
const narrowRowHeight = 66;
const chooserWidth = 36;

export interface RunTableProps {
  readonly rows: readonly RunRow[];
  /** Loaded or not. */
  readonly total: number;
  readonly columns: readonly Column[];
  readonly widths: Readonly<Record<string, number>>;
  readonly onWidth: (column: string, width: number) => void;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly context: CellContext;
  readonly objectives: readonly Objective[];
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly onLook: (first: number, last: number) => void;
  readonly narrow: boolean;
  readonly stale: boolean;
  /** Another list from here on: it is read from its beginning. */
  readonly listKey: string;
}

/**
 * A list of any length. What is not in view has no element; rows have one height and are drawn again only when they
 * change, so that scrolling lays nothing out but what comes into view.
 */
export function RunTable(props: RunTableProps) {
  const { rows, total, columns, widths, sort, context, selection, onSelect, onLook, narrow, stale, listKey } = props;
  const { t } = useTranslation("runs");
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const height = narrow ? narrowRowHeight : rowHeight;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => onLook(first, last), [onLook, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list begins at its top, whatever the old one was.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setCursor(null);
  }, [listKey]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change with the width alone.
  useEffect(() => virtual.measure(), [height]);

  const shown = useMemo(() => rows.map(({ id }) => id), [rows]);
  // Rows are memoised, so what they call must stay the same; it finds the newest state here.
  const now = useRef({ selection, shown, onSelect });
  now.current = { selection, shown, onSelect };
  const choose = useCallback((id: string, range: boolean) => {
    const { selection: was, shown: ids, onSelect: tell } = now.current;
    setCursor(id);
    tell(range ? extended(was, id, ids) : toggled(was, id));
  }, []);

  useRowKeys({
    shown,
    cursor,
    setCursor,
    choose,
    scrollTo: (index) => virtual.scrollToIndex(index),
    anyChosen: selection.ids.size > 0,
    onSelect,
  });

  const template = columns.map(({ id, width }) => `${widths[id] ?? width}px`).join(" ");
  const wide = chooserWidth + columns.reduce((sum, { id, width }) => sum + (widths[id] ?? width), 0);
  const layout: CSSProperties & Record<`--${string}`, string> = {
    "--columns": `${chooserWidth}px ${template}`,
    "--row": `${height}px`,
  };
  const allChosen = shown.length > 0 && selection.ids.size >= Math.min(shown.length, 500);
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={layout}
      role="grid"
      aria-label={t("grid")}
      aria-rowcount={total + 1}
      aria-multiselectable="true"
      aria-busy={stale}
      aria-activedescendant={cursor === null ? undefined : `run-${cursor}`}
      tabIndex={0}
      data-narrow={narrow || undefined}
      data-stale={stale || undefined}
      onScroll={({ currentTarget }) => currentTarget.toggleAttribute("data-sideways", currentTarget.scrollLeft > 0)}
    >
      <div className={styles.head} role="row" aria-rowindex={1} style={narrow ? undefined : { width: wide }}>
        <div className={styles.chooser} role="columnheader">
          <input
            type="checkbox"
            aria-label={t("chooseAll")}
            checked={allChosen}
            ref={(box) => {
              if (box !== null) box.indeterminate = !allChosen && selection.ids.size > 0;
            }}
            onChange={() => onSelect(allToggled(selection, shown))}
          />
        </div>
        {!narrow &&
          columns.map((column) => (
            <HeadCell key={column.id} column={column} sort={sort} onSort={props.onSort} onWidth={props.onWidth} />
          ))}
      </div>
      <div
        role="rowgroup"
        className={styles.body}
        style={{ height: virtual.getTotalSize(), width: narrow ? undefined : wide }}
      >
        {items.map(({ index, start }) => {
          const row = rows[index];
          const place = { transform: `translateY(${start}px)` };
          return row === undefined ? (
            <div key={`missing ${index}`} className={styles.missing} style={place} role="row" aria-rowindex={index + 2}>
              <div role="gridcell" />
            </div>
          ) : narrow ? (
            <NarrowRow
              key={row.id}
              row={row}
              index={index}
              start={start}
              context={context}
              objective={props.objectives[0]}
              chosen={selection.ids.has(row.id)}
              onChoose={choose}
            />
          ) : (
            <Row
              key={row.id}
              row={row}
              index={index}
              start={start}
              columns={columns}
              widths={widths}
              context={context}
              chosen={selection.ids.has(row.id)}
              current={cursor === row.id}
              onChoose={choose}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowKeys {
  readonly shown: readonly string[];
  readonly cursor: string | null;
  readonly setCursor: (id: string) => void;
  readonly choose: (id: string, range: boolean) => void;
  readonly scrollTo: (index: number) => void;
  readonly anyChosen: boolean;
  readonly onSelect: (selection: Selection) => void;
}

/** j and k (or arrows, in the grid) move, x chooses, X chooses up to here, Enter opens, Escape chooses nothing. */
function useRowKeys({ shown, cursor, setCursor, choose, scrollTo, anyChosen, onSelect }: RowKeys): void {
  const navigate = useNavigate();
  usePageKeys((key, event) => {
    const inGrid = event.target instanceof HTMLElement && event.target.role === "grid";
    const step =
      key === "j" || (inGrid && key === "ArrowDown") ? 1 : key === "k" || (inGrid && key === "ArrowUp") ? -1 : 0;
    if (step !== 0) {
      const at = cursor === null ? -1 : shown.indexOf(cursor);
      const to = at === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step));
      const id = shown[to];
      if (id === undefined) return false;
      setCursor(id);
      scrollTo(to);
      return true;
    }
    if (key === "Escape") {
      if (anyChosen) onSelect(nothingSelected);
      return anyChosen;
    }
    if (cursor === null) return false;
    if (key === "x" || key === "X") choose(cursor, key === "X");
    else if (key === "Enter" && (inGrid || event.target === document.body))
      navigate(`/runs/${encodeURIComponent(cursor)}`);
    else return false;
    return true;
  });
}

interface HeadCellProps {
  readonly column: Column;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly onWidth: (column: string, width: number) => void;
}

function HeadCell({ column: { id, title, help, numeric, sort: by }, sort, onSort, onWidth }: HeadCellProps) {
  const { t } = useTranslation("runs");
  const direction = by === null ? null : sort === by.key ? "ascending" : sort === `-${by.key}` ? "descending" : null;
  return (
    <div
      className={styles.headCell}
      role="columnheader"
      data-numeric={numeric || undefined}
      data-first={id === "id" || undefined}
      aria-sort={by === null ? undefined : (direction ?? "none")}
      title={help ?? undefined}
    >
      {by === null ? (
        <span className={styles.title}>{title}</span>
      ) : (
        <button
          type="button"
          className={styles.sorter}
          data-direction={direction ?? undefined}
          onClick={() => onSort(nextSort(sort, by.key, by.largestFirst))}
          aria-label={t("sort.by", { column: title })}
        >
          <span className={styles.title}>{title}</span>
          {direction !== null && <IconChevronDown size={12} />}
        </button>
      )}
      <Resizer label={t("resize", { column: title })} onWidth={(width) => onWidth(id, width)} />
    </div>
  );
}

const narrowest = 56;
const widest = 900;

/** The right edge of a column, to be dragged or moved by arrow keys. */
function Resizer({ label, onWidth }: { readonly label: string; readonly onWidth: (width: number) => void }) {
  const [width, setWidth] = useState<number | null>(null);
  const begin = (event: MouseEvent<HTMLElement>) => {
    event.preventDefault();
    const cell = event.currentTarget.parentElement;
    if (cell === null) return;
    const from = { x: event.clientX, width: cell.offsetWidth };
    const at = (x: number) => Math.min(widest, Math.max(narrowest, from.width + x - from.x));
    const move = ({ clientX }: globalThis.MouseEvent) => onWidth(at(clientX));
    addEventListener("mousemove", move);
    addEventListener("mouseup", () => removeEventListener("mousemove", move), { once: true });
  };
  return (
    <span
      className={styles.resizer}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width ?? narrowest}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      onFocus={(event) => setWidth(event.currentTarget.parentElement?.offsetWidth ?? null)}
      onMouseDown={begin}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
        const now = event.currentTarget.parentElement?.offsetWidth;
        if (step === undefined || now === undefined) return;
        event.preventDefault();
        const next = Math.min(widest, Math.max(narrowest, now + step));
        setWidth(next);
        onWidth(next);
      }}
    />
  );
}

interface RowProps {
  readonly row: RunRow;
  readonly index: number;
  /** CSS pixels from the top. */
  readonly start: number;
  readonly columns: readonly Column[];
  readonly widths: Readonly<Record<string, number>>;
  readonly context: CellContext;
  readonly chosen: boolean;
  readonly current: boolean;
  readonly onChoose: (id: string, range: boolean) => void;
}

const Row = memo(function Row({ row, index, start, columns, widths, context, chosen, current, onChoose }: RowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys, for all its rows.
    <div
      id={`run-${row.id}`}
      className={styles.row}
      style={{ transform: `translateY(${start}px)` }}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-current={current || undefined}
      onClick={(event) => chooseByClick(event, row.id, onChoose)}
    >
      <Chooser id={row.id} chosen={chosen} label={context.t("choose", { run: row.id })} onChoose={onChoose} />
      {columns.map((column) => (
        <div
          key={column.id}
          className={styles.cell}
          role="gridcell"
          data-numeric={column.numeric || undefined}
          data-first={column.id === "id" || undefined}
        >
          {column.cell(row, context, widths[column.id] ?? column.width)}
        </div>
      ))}
    </div>
  );
});

/** With Shift or a modifier a click anywhere in the row chooses it; links keep theirs. */
function chooseByClick(event: MouseEvent, id: string, onChoose: RowProps["onChoose"]): void {
  if (!event.shiftKey && !event.metaKey && !event.ctrlKey) return;
  if (event.target instanceof HTMLElement && event.target.closest("a, input") !== null) return;
  event.preventDefault();
  getSelection()?.removeAllRanges();
  onChoose(id, event.shiftKey);
}

interface ChooserProps {
  readonly id: string;
  readonly chosen: boolean;
  readonly label: string;
  readonly onChoose: RowProps["onChoose"];
}

function Chooser({ id, chosen, label, onChoose }: ChooserProps) {
  return (
    <div className={styles.chooser} role="gridcell">
      <label>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={label}
          checked={chosen}
          onChange={() => undefined}
          onClick={(event) => onChoose(id, event.shiftKey)}
        />
      </label>
    </div>
  );
}

interface NarrowRowProps extends Omit<RowProps, "columns" | "widths" | "current"> {
  readonly objective: Objective | undefined;
}

/** A run on a phone: two lines. */
const NarrowRow = memo(function NarrowRow({ row, index, start, context, objective, chosen, onChoose }: NarrowRowProps) {
  return (
    <div
      className={styles.narrowRow}
      style={{ transform: `translateY(${start}px)` }}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
    >
      <Chooser id={row.id} chosen={chosen} label={context.t("choose", { run: row.id })} onChoose={onChoose} />
      <div role="gridcell" className={styles.lines}>
        <div className={styles.line}>
          <LiveState run={row} t={context.t} />
          <Link className={styles.narrowId} to={`/runs/${encodeURIComponent(row.id)}`}>
            {row.id}
          </Link>
          <span className={styles.dim}>{context.format.ago(row.createdAt)}</span>
        </div>
        <div className={styles.line}>
          <Levels levels={row.levels} baseline={context.baseline.levels} width={innerWidth - 170} t={context.t} />
          {objective !== undefined && (
            <span className={styles.narrowValue}>
              <Value value={row.values[objective.name]} name={objective.name} state={row.state} context={context} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
});
