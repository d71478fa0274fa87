/**
 * What the page of runs shows, as the URL's query has it: filter, order, grouping, columns. A saved view is these words
 * and nothing else.
 */

const states = ["pending", "running", "done", "failed", "cancelled"] as const;
const purposes = ["search", "confirm", "audit"] as const;
export const choices = { state: states, purpose: purposes };

export interface RunFilter {
  readonly state: readonly (typeof states)[number][];
  readonly purpose: readonly (typeof purposes)[number][];
  readonly level: readonly string[];
  readonly seed: readonly string[];
  readonly scale: readonly string[];
  readonly q: string;
}

export interface RunsQuery {
  readonly filter: RunFilter;
  /** As the API has it: `-created`. */
  readonly sort: string;
  /** What runs are grouped by; empty: not at all. */
  readonly group: string;
  /** Ids of columns in their order; null: the lab's usual ones. */
  readonly columns: readonly string[] | null;
  /** CSS pixels, of the columns that somebody has resized. */
  readonly widths: Readonly<Record<string, number>>;
  /** Whether objectives are shown as differences from the baseline's mean. */
  readonly delta: boolean;
}

export const usualSort = "-created";
export const noFilter: RunFilter = { state: [], purpose: [], level: [], seed: [], scale: [], q: "" };

export function parseQuery(search: URLSearchParams): RunsQuery {
  const list = (name: string) => (search.get(name) ?? "").split(",").filter((part) => part !== "");
  return {
    filter: {
      state: states.filter((one) => list("state").includes(one)),
      purpose: purposes.filter((one) => list("purpose").includes(one)),
      level: list("level"),
      // What is no number would be refused by the server, and show nothing at all.
      seed: list("seed").filter((seed) => Number.isFinite(Number(seed))),
      scale: list("scale"),
      q: search.get("q") ?? "",
    },
    sort: search.get("sort") || usualSort,
    group: search.get("group") ?? "",
    columns: search.has("columns") ? list("columns") : null,
    widths: Object.fromEntries(list("widths").flatMap(widthOf)),
    delta: search.get("delta") === "1",
  };
}

function widthOf(text: string): [string, number][] {
  const at = text.lastIndexOf("~");
  const width = Number(text.slice(at + 1));
  return at > 0 && Number.isFinite(width) && width > 0 ? [[text.slice(0, at), width]] : [];
}

export function writeQuery({ filter, sort, group, columns, widths, delta }: RunsQuery): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    const text = typeof value === "string" ? value : value.join(",");
    if (text !== "") search.set(name, text);
  }
  if (sort !== usualSort) search.set("sort", sort);
  if (group !== "") search.set("group", group);
  if (columns !== null) search.set("columns", columns.join(","));
  const resized = Object.entries(widths).map(([id, width]) => `${id}~${Math.round(width)}`);
  if (resized.length > 0) search.set("widths", resized.join(","));
  if (delta) search.set("delta", "1");
  return search;
}

/** The filter as the API takes it. */
export function apiFilter({ state, purpose, level, seed, scale, q }: RunFilter) {
  return {
    ...(state.length > 0 && { state: [...state] }),
    ...(purpose.length > 0 && { purpose: [...purpose] }),
    ...(level.length > 0 && { level: [...level] }),
    ...(seed.length > 0 && { seed: [...seed] }),
    ...(scale.length > 0 && { scale: [...scale] }),
    ...(q !== "" && { q }),
  };
}

export function isFiltered(filter: RunFilter): boolean {
  return Object.values(filter).some((value) => value.length > 0);
}

/** Sorting by `key` when `sort` is what it was: first its better end, then the other, then the usual order again. */
export function nextSort(sort: string, key: string, largestFirst: boolean): string {
  const [first, second] = largestFirst ? [`-${key}`, key] : [key, `-${key}`];
  if (sort === first) return second;
  if (sort === second && key !== usualSort.slice(1)) return usualSort;
  return first;
}
