// biome-ignore-all lint/a11y/useSemanticElements: rows that come and go by scrolling are no rows of a table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: its buttons and links are focused, not its cells.
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach that.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useRef } from "react";
import { IconChevronDown } from "../../components/icons.tsx";
import styles from "./matrix.module.css";

export interface MatrixColumn {
  readonly key: string;
  readonly head: ReactNode;
  /** CSS pixels. */
  readonly width: number;
  readonly numeric: boolean;
  /** Sorted by it, and how; null: it sorts nothing. */
  readonly sort: { readonly direction: "ascending" | "descending" | "none"; readonly onSort: () => void } | null;
}

export interface MatrixRow {
  readonly key: string;
  readonly head: ReactNode;
  readonly cells: readonly ReactNode[];
}

export interface MatrixProps {
  readonly label: string;
  readonly corner: string;
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
}

const rowHeight = 32;

/** A table with its first column and its head always in sight; only the rows in view are there. */
export function Matrix({ label, corner, columns, rows }: MatrixProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const layout: CSSProperties & Record<`--${string}`, string> = {
    "--columns": `var(--first) ${columns.map(({ width }) => `minmax(${width}px, 1fr)`).join(" ")}`,
    "--least": `calc(var(--first) + ${columns.reduce((sum, { width }) => sum + width, 0)}px)`,
  };
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={layout}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div className={styles.head} role="row" aria-rowindex={1}>
        <span role="columnheader">{corner}</span>
        {columns.map(({ key, head, numeric, sort }) => (
          <span key={key} role="columnheader" data-numeric={numeric || undefined} aria-sort={sort?.direction}>
            {sort === null ? (
              head
            ) : (
              <button type="button" data-direction={sort.direction} onClick={sort.onSort}>
                {head}
                {sort.direction !== "none" && <IconChevronDown size={12} />}
              </button>
            )}
          </span>
        ))}
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={row.key}
              className={styles.row}
              role="row"
              aria-rowindex={index + 2}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span role="rowheader">{row.head}</span>
              {row.cells.map((cell, i) => (
                <span key={columns[i]?.key} role="cell" data-numeric={columns[i]?.numeric || undefined}>
                  {cell}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
