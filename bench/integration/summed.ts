/**
 * Larger spaces, made by adding tables.
 *
 * Notation: parts p = 1..P, each a table with a baseline of its own, drawn as in A; `u_p` its utility over its sd over the
 * table, so that every part has variance 1. A combination is the parts' side by side, its utility `U = Σ_p u_p`, buildable
 * when every part is; ρ the rms main effect over all factors; σ = κ ρ, δ = ρ/20. The best of the sum is the sum of the bests:
 * nothing has to be enumerated. Over the parts' product space the parts are independent, so the share of Var U = P that the
 * best four factors explain is the best split of the four among the parts, over P.
 */
import type { Combination } from "../../src/contribution/contribution.ts";
import { additiveShare, denseBelow, rmsMainEffect, spread, utilityOf } from "./analysis.ts";
import { runNoise } from "./noise.ts";
import type { Table } from "./tables.ts";
import { rowsBetween, viewFrom } from "./view.ts";
import { judge, type World, type WorldOptions } from "./world.ts";

/** Most factors of a sum. */
const mostFactors = 68;

export interface Sum {
  readonly name: string;
  readonly parts: readonly Table[];
}

/**
 * Sums in which every table has a part: one of all tables where they fit into the most factors that a sum may have, else as
 * few as first-fit makes; and, where they fit, one that repeats tables in turn as long as they still do.
 */
export function sumsOf(tables: readonly Table[]): Sum[] {
  const bins: Table[][] = [];
  for (const table of tables) {
    const bin = bins.find((parts) => factorsOf(parts) + factorsOf([table]) <= mostFactors);
    if (bin === undefined) bins.push([table]);
    else bin.push(table);
  }
  const [all] = bins;
  if (bins.length === 1 && all !== undefined) {
    const filled = [...all];
    for (let added = true; added; ) {
      const before = filled.length;
      for (const table of tables) if (factorsOf(filled) + factorsOf([table]) <= mostFactors) filled.push(table);
      added = filled.length > before;
    }
    if (filled.length > all.length) bins.push(filled);
  }
  return bins.map((parts, i) => ({ name: `sum${bins.length > 2 ? `-${i + 1}` : ""}-of-${factorsOf(parts)}`, parts }));
}

function factorsOf(tables: readonly Table[]): number {
  return tables.reduce((sum, { factors }) => sum + factors.length, 0);
}

export function summedWorld({ name, parts }: Sum, kappa: number, options: WorldOptions): World {
  const label = `${options.seed}/summed/${name}/${options.repeat}`;
  let offset = 0;
  const placed = parts.map((table, p) => {
    const part = partOf(table, `${label}/${p}`, options.diverge && p === 0);
    const made = { ...part, from: offset, to: offset + table.factors.length };
    offset = made.to;
    return made;
  });
  const rms = Math.sqrt(placed.reduce((sum, part) => sum + part.rms ** 2 * (part.to - part.from), 0) / offset);
  const most = placed.reduce((sum, part) => sum + part.most, 0);
  const gain = (x: Combination) =>
    placed.reduce((sum, part) => sum + part.gain(part.find(x.slice(part.from, part.to))), 0);
  return {
    label,
    levels: placed.flatMap((part) => part.levels),
    objectives: [{ name: "utility", sign: 1, matters: rms / 20, guardrail: null, weight: 1 }],
    feasible: (x) => placed.every((part) => part.find(x.slice(part.from, part.to)) >= 0),
    measure: (x, seed) => [gain(x) + kappa * rms * runNoise(label, x, seed, 0)],
    judge: (x) => judge(x, gain(x), most, false),
    pipeline: null,
  };
}

function partOf(table: Table, label: string, diverge: boolean) {
  const utility = utilityOf(table).values;
  const { sd } = spread(utility);
  const values = utility.map((value) => (sd > 0 ? value / sd : 0));
  const view = viewFrom(table, rowsBetween(values, 0.25, 0.75, label)[0] ?? 0, label, diverge);
  const base = values[view.baseline] ?? Number.NaN;
  const gain = (row: number) => (view.spoilt(row) ? Number.NaN : (values[row] ?? Number.NaN) - base);
  let most = 0;
  for (const row of values.keys()) most = Math.max(most, gain(row) || 0);
  return { levels: view.levels, find: view.find, gain, most, rms: rmsMainEffect(table, values) };
}

export function isDenseSum({ parts }: Sum): boolean {
  /** Largest sum of shares by the number of factors given away so far. */
  let best = [0, 0, 0, 0, 0];
  for (const table of parts) {
    const { values } = utilityOf(table);
    const shares = best.map((_, size) => additiveShare(table, values, size));
    best = best.map((_, total) =>
      Math.max(...shares.slice(0, total + 1).map((share, size) => share + (best[total - size] ?? 0))),
    );
  }
  return (best[4] ?? 0) / parts.length < denseBelow;
}
