/**
 * Methods beside one another.
 *
 * Notation: `q_{t,r}(a)` the fraction of the oracle's gain on table t in repeat r at a·N runs (or cost). A method's curve is the
 * mean over tables of the mean over repeats of q, or of their median, on a grid of eighths of N up to 4N.
 * Runs to 95%: where the curve first reaches .95, straight between grid points. Speed of Cairn beside a method: 4N over where
 * Cairn's curve first reaches what the method's has at 4N.
 * Differences are paired: `d_{t,r} = q_{t,r}(Cairn) − q_{t,r}(other)`, the same world and noise. Their interval is the
 * bootstrap's over tables: tables are drawn with replacement, and each one drawn contributes a normal draw of its mean, with
 * its standard error over repeats.
 */
import { createRng } from "../../src/base/rng.ts";
import { median, quantile, standardDeviation } from "../../src/math/robust.ts";
import { mean, pointsAt, type Showing } from "./summary.ts";

/** Eighths of N. */
export const grid: readonly number[] = Array.from({ length: 32 }, (_, i) => (i + 1) / 8);
export const centres = { median, mean } as const;
export type Centre = keyof typeof centres;

/** Fractions at a moment: one list a table, one value a repeat. */
export function fractionsAt(showing: Showing, at: number): number[][] {
  return pointsAt(showing, at).map((points) => points.map(({ fraction }) => fraction));
}

/** On the grid. */
export function curveOf(showing: Showing, centre: Centre): number[] {
  return grid.map((at) => mean(fractionsAt(showing, at).map((values) => centres[centre](values))));
}

/** Where a curve on the grid first reaches the level, in multiples of N; null: not on the grid. */
export function firstAt(curve: readonly number[], level: number): number | null {
  const i = curve.findIndex((value) => value >= level);
  const [at, value] = [grid[i], curve[i]];
  if (at === undefined || value === undefined) return null;
  const [before, below] = [grid[i - 1], curve[i - 1]];
  if (before === undefined || below === undefined || value === below) return at;
  return before + ((at - before) * (level - below)) / (value - below);
}

export interface Difference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/** `ours` minus `other`, over the tables and repeats that both have; a 90% interval. */
export function difference(ours: Showing, other: Showing, at: number): Difference {
  const [mine, theirs] = [fractionsAt(ours, at), fractionsAt(other, at)];
  const tables = mine.map((values, t) => {
    const gaps = values.map((value, r) => value - (theirs[t]?.[r] ?? Number.NaN)).filter(Number.isFinite);
    return { mean: mean(gaps), error: standardDeviation(gaps) / Math.sqrt(gaps.length) };
  });
  const rng = createRng(`difference/${ours.scenario}/${ours.method}/${other.method}/${at}`);
  const drawn = Array.from({ length: resamples }, () =>
    mean(
      tables.map(() => {
        const table = tables[rng.int(tables.length)];
        return table === undefined ? Number.NaN : table.mean + table.error * rng.normal();
      }),
    ),
  );
  return { mean: mean(tables.map((table) => table.mean)), low: quantile(drawn, 0.05), high: quantile(drawn, 0.95) };
}

/** 90% of the bootstrap over repeats, within tables, of the mean curve. */
export function bandOf(showing: Showing): { readonly low: readonly number[]; readonly high: readonly number[] } {
  const rng = createRng(`band/${showing.scenario}/${showing.method}`);
  const perMoment = grid.map((at) => fractionsAt(showing, at));
  const curves = Array.from({ length: 200 }, () => {
    const picks = showing.tables.map(({ replays }) => replays.map(() => rng.int(replays.length)));
    return perMoment.map((tables) =>
      mean(tables.map((values, t) => mean((picks[t] ?? []).map((pick) => values[pick] ?? Number.NaN)))),
    );
  });
  const at = (i: number, p: number) =>
    quantile(
      curves.map((curve) => curve[i] ?? Number.NaN),
      p,
    );
  return { low: grid.map((_, i) => at(i, 0.05)), high: grid.map((_, i) => at(i, 0.95)) };
}
