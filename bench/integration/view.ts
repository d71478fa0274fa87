/** A table seen from one of its rows: that row is the baseline. */
import { createRng } from "../../src/base/rng.ts";
import type { Combination } from "../../src/contribution/contribution.ts";
import type { Table } from "./tables.ts";

export interface View {
  /** The baseline's row. */
  readonly baseline: number;
  readonly levels: readonly number[];
  /** The row of a combination, whose level 0 is the baseline's in every factor; −1: it has none. */
  readonly find: (x: Combination) => number;
  /** Rows that are made to diverge. */
  readonly spoilt: (row: number) => boolean;
}

/** The baseline's level is numbered 0, the others keep their order. `diverge`: a pair of other levels is spoilt. */
export function viewFrom(table: Table, baseline: number, label: string, diverge: boolean): View {
  const original = table.factors.map(({ levels }, j) => {
    const first = table.rows[baseline]?.levels[j] ?? 0;
    return [first, ...levels.keys().filter((level) => level !== first)];
  });
  const corner = diverge ? drawCorner(original, label) : [];
  return {
    baseline,
    levels: original.map((levels) => levels.length),
    find: (x) => table.find(original.map((levels, j) => levels[x[j] ?? -1] ?? -1)),
    spoilt: (row) =>
      corner.length > 0 && corner.every(({ factor, level }) => table.rows[row]?.levels[factor] === level),
  };
}

/** Levels of two factors, neither the baseline's. */
function drawCorner(original: readonly (readonly number[])[], label: string) {
  const rng = createRng(`${label}/corner`);
  return rng
    .shuffle([...original.keys()])
    .slice(0, 2)
    .map((factor) => ({ factor, level: rng.shuffle(original[factor]?.slice(1) ?? [])[0] ?? 0 }));
}

/** In random order, the rows with a finite value whose rank lies between the two quantiles, both included. */
export function rowsBetween(values: Float64Array, low: number, high: number, label: string): number[] {
  const ranked = [...values.keys()]
    .filter((i) => Number.isFinite(values[i]))
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const first = Math.ceil(low * (ranked.length - 1));
  const last = Math.max(first, Math.floor(high * (ranked.length - 1)));
  return createRng(`${label}/baseline`).shuffle(ranked.slice(first, last + 1));
}
