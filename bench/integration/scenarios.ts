import { isDense, utilityOf } from "./analysis.ts";
import { hasNativeNoise } from "./noise.ts";
import { isDenseSum, type Sum, summedWorld, sumsOf } from "./summed.ts";
import { guardedWorld, middlingWorld, nullWorld, stagedWorld, strongWorld } from "./table-worlds.ts";
import type { Table } from "./tables.ts";
import type { Kappa, World, WorldOptions } from "./world.ts";

export const scenarios = ["A", "B", "guarded", "null", "summed", "staged"] as const;
export type Scenario = (typeof scenarios)[number];

/** A table, or a sum of tables with its noise, in a scenario: what has repeats. */
export interface Subject {
  readonly scenario: Scenario;
  /** What its results are shown under: the scenario, and for a sum its noise. */
  readonly panel: string;
  readonly name: string;
  readonly dense: boolean;
  readonly factors: number;
  /** The tables it is made of. */
  readonly parts: readonly Table[];
  readonly worldOf: (options: WorldOptions) => World;
}

/** κ where none is asked for: sums are also played at 1. */
const usualKappa = 0.3;
const summedKappas = [1, usualKappa];

/** Tables that a scenario has no use for are not among them. `kappa` null: the usual. */
export function subjectsOf(tables: readonly Table[], wanted: readonly Scenario[], kappa: Kappa | null): Subject[] {
  const dense = new Map(tables.map((table) => [table.name, isDense(table, utilityOf(table).values)]));
  const each = (scenario: Scenario, of: readonly Table[], worldOf: (table: Table, options: WorldOptions) => World) =>
    of.map(
      (table): Subject => ({
        scenario,
        panel: scenario,
        name: table.name,
        dense: dense.get(table.name) ?? false,
        factors: table.factors.length,
        parts: [table],
        worldOf: (options) => worldOf(table, options),
      }),
    );
  const noise = kappa ?? usualKappa;
  const noisy = noise === "native" ? tables.filter(hasNativeNoise) : tables;
  const several = noisy.filter(({ objectives }) => objectives.length > 1);
  const subjects: { readonly [S in Scenario]: () => Subject[] } = {
    A: () => each("A", noisy, (table, options) => middlingWorld(table, noise, options)),
    B: () => each("B", tables, strongWorld),
    guarded: () => each("guarded", several, (table, options) => guardedWorld(table, noise, options)),
    null: () => each("null", tables, (table, options) => nullWorld(table, noise, options)),
    staged: () => each("staged", noisy, (table, options) => stagedWorld(table, noise, options)),
    summed: () => summedSubjects(sumsOf(tables), kappa),
  };
  return wanted.flatMap((scenario) => subjects[scenario]());
}

function summedSubjects(sums: readonly Sum[], kappa: Kappa | null): Subject[] {
  const kappas = kappa === null ? summedKappas : kappa === "native" ? [usualKappa] : [kappa];
  return kappas.flatMap((noise) =>
    sums.map(
      (sum): Subject => ({
        scenario: "summed",
        panel: `summed, κ = ${noise}`,
        name: `${sum.name}-at-${noise}`,
        dense: isDenseSum(sum),
        parts: sum.parts,
        factors: sum.parts.reduce((total, { factors }) => total + factors.length, 0),
        worldOf: (options) => summedWorld(sum, noise, options),
      }),
    ),
  );
}
