import type { RunRow } from "../../../../src/api/runs.ts";

/** A stretch of the list that came in one answer: asked again with its cursor, it is fresh. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
  readonly cursor: string | null;
}

/**
 * A list of runs as it was when it was first asked for: rows become fresh in their place, and none comes in between or
 * goes while it is read. What has come since is counted.
 */
export interface RunList {
  readonly rows: readonly RunRow[];
  readonly stretches: readonly Stretch[];
  /** Cursor of what follows; null: that is all. */
  readonly next: string | null;
  /** Of all rows, loaded or not. */
  readonly total: number;
  /** How many more the server has now. */
  readonly arrived: number;
}

export interface PageAnswer {
  readonly items: readonly RunRow[];
  readonly total: number;
  readonly next: string | null;
}

export function firstPage({ items, total, next }: PageAnswer): RunList {
  const stretches = [{ start: 0, length: items.length, cursor: null }];
  return { rows: items, stretches, next, total, arrived: 0 };
}

export function withPage(list: RunList, { items, next }: PageAnswer): RunList {
  const known = new Set(list.rows.map(({ id }) => id));
  // A page by its place moves when a row comes in before it: what was there already is not there twice.
  const added = items.filter(({ id }) => !known.has(id));
  const stretch = { start: list.rows.length, length: added.length, cursor: list.next };
  const rows = [...list.rows, ...added];
  return {
    ...list,
    rows,
    stretches: [...list.stretches, stretch],
    next,
    total: next === null ? rows.length : Math.max(list.total, rows.length),
  };
}

/** @param total that the server has now */
export function refreshed(list: RunList, items: readonly RunRow[], total: number): RunList {
  const fresh = new Map(items.map((row) => [row.id, row]));
  return { ...list, rows: list.rows.map((row) => fresh.get(row.id) ?? row), arrived: Math.max(0, total - list.total) };
}

/** The stretches that hold rows from `first` to `last`. */
export function stretchesOf(list: RunList, first: number, last: number): readonly Stretch[] {
  return list.stretches.filter(({ start, length }) => start <= last && start + length > first);
}

/** How many rows to ask for next: more at a time for who scrolls far ahead. */
export function nextLimit(list: RunList, wanted: number): number {
  return wanted - list.rows.length > pageSize ? 1000 : pageSize;
}

export const pageSize = 200;
