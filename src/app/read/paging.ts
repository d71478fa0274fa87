import { z } from "zod";
import { usage } from "../errors.ts";

/** What an item is sorted by. Finite numbers and texts come first, then what diverged, then what is not there. */
export type SortKey = number | string | null;

/** A total order of a list: by a key, then by id. What has no finite key is last in both directions. */
export interface Order<T> {
  /** As it is asked for: a cursor is good for this order alone. */
  readonly name: string;
  readonly descending: boolean;
  key(item: T): SortKey;
  id(item: T): string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly total: number;
  readonly next: string | null;
}

/** Where an item stands: `rank` 0 with its key, 1 diverged, 2 nothing. */
interface Place {
  readonly rank: number;
  readonly value: number | string;
  readonly id: string;
}

/**
 * The items that come after the cursor. A page begins where an item stands, not at a count, so that items that are added
 * or removed meanwhile neither repeat nor hide others.
 * @throws CairnError `usage` when the cursor is of another order, or none.
 */
export function pageOf<T>(items: readonly T[], order: Order<T>, { limit, cursor }: PageRequest): Page<T> {
  const compare = comparison(order.descending);
  const placed = items.map((item) => ({ item, place: placeOf(item, order) }));
  const after = cursor === undefined ? null : decodeCursor(cursor, order.name);
  const rest = after === null ? placed : placed.filter(({ place }) => compare(place, after) > 0);
  rest.sort((a, b) => compare(a.place, b.place));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next = last === undefined || rest.length <= limit ? null : encodeCursor(last.place, order.name);
  return { items: page.map(({ item }) => item), total: items.length, next };
}

function placeOf<T>(item: T, order: Order<T>): Place {
  const key = order.key(item);
  const id = order.id(item);
  if (key === null) return { rank: 2, value: "", id };
  return typeof key === "number" && !Number.isFinite(key) ? { rank: 1, value: "", id } : { rank: 0, value: key, id };
}

function comparison(descending: boolean): (a: Place, b: Place) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => a.rank - b.rank || sign * compareValues(a.value, b.value) || compareValues(a.id, b.id);
}

/** By code unit, never by locale; a list's keys are all numbers or all texts. */
function compareValues(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const cursorSchema = z.tuple([z.string(), z.int(), z.union([z.number(), z.string()]), z.string()]);

function encodeCursor({ rank, value, id }: Place, order: string): string {
  return Buffer.from(JSON.stringify([order, rank, value, id])).toString("base64url");
}

function decodeCursor(text: string, order: string): Place {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(text, "base64url").toString()));
  if (!parsed.success || parsed.data[0] !== order)
    throw usage("the cursor is not of this list in this order", "Ask for the first page again, without a cursor.");
  const [, rank, value, id] = parsed.data;
  return { rank, value, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
