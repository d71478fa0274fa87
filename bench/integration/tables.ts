/**
 * Tables of measured configurations: a folder with `meta.json` and a `NAME.csv` for every name in it.
 *
 * A column is a factor's level, `obj:NAME` a result, or `sd:NAME` the standard deviation of the runs behind a result; other
 * columns are not read. Several rows with one configuration are native replicates. A configuration without a row cannot be
 * built; a result that is empty or not finite has diverged.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseCsv } from "./csv.ts";

export interface Table {
  readonly name: string;
  readonly factors: readonly { readonly name: string; readonly levels: readonly string[] }[];
  readonly objectives: readonly { readonly name: string; readonly sign: 1 | -1 }[];
  /** One a configuration. */
  readonly rows: readonly Row[];
  /** The index of the configuration's row; −1: none. */
  readonly find: (levels: readonly number[]) => number;
}

export interface Row {
  /** One level a factor, in meta's order. */
  readonly levels: readonly number[];
  /** One value an objective, own sign and unit: the mean of the finite replicates; NaN: diverged. */
  readonly means: readonly number[];
  /** The finite results, one list an objective. */
  readonly replicates: readonly (readonly number[])[];
  /** sd of a single run, as the table has it; null: not in it. */
  readonly sds: readonly (number | null)[];
}

/** A table that cannot be read, in words for whoever wrote it. */
export class TableError extends Error {}

const tableMeta = z.looseObject({
  factors: z.record(z.string(), z.array(z.coerce.string()).min(1)),
  objectives: z.record(z.string(), z.enum(["min", "max"])),
  has_sd: z.boolean().default(false),
});
const folderMeta = z.record(z.string(), tableMeta);

/** The folder's tables, in meta's order; `only`: those names, in that order. @throws TableError */
export function readTables(folder: string, only: readonly string[] = []): Table[] {
  const file = join(folder, "meta.json");
  const parsed = folderMeta.safeParse(readJson(file));
  if (!parsed.success) throw new TableError(`${file}: ${z.prettifyError(parsed.error)}`);
  const names = Object.keys(parsed.data);
  const wanted = only.length > 0 ? only : names;
  return wanted.map((name) => {
    const meta = parsed.data[name];
    if (meta === undefined) throw new TableError(`${file} has no table ${name}; it has ${names.join(", ")}`);
    const csv = join(folder, `${name}.csv`);
    return parseTable(name, meta, readText(csv), csv);
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TableError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TableError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `where` names the text in errors. Factors with a single level cannot vary and are left out. @throws TableError */
export function parseTable(name: string, meta: z.input<typeof tableMeta>, text: string, where = `${name}.csv`): Table {
  const { factors: levelsOf, objectives: directions, has_sd } = tableMeta.parse(meta);
  const [header = [], ...lines] = parseCsv(text);
  const column = (title: string): number => {
    const at = header.indexOf(title);
    if (at < 0) throw new TableError(`${where} has no column ${title}; it has ${header.join(", ")}`);
    return at;
  };
  const factors = Object.entries(levelsOf)
    .filter(([, levels]) => levels.length > 1)
    .map(([factor, levels]) => ({ name: factor, levels, at: column(factor) }));
  const objectives = Object.entries(directions).map(([objective, direction]): ObjectiveColumn => {
    const sign = direction === "max" ? 1 : -1;
    return { name: objective, sign, at: column(`obj:${objective}`), sdAt: has_sd ? column(`sd:${objective}`) : null };
  });
  if (factors.length === 0) throw new TableError(`${where}: no factor has two levels`);
  if (objectives.length === 0) throw new TableError(`${where}: no objective`);

  const index = createIndex(factors.map(({ levels }) => levels.length));
  const gathered: Gathered[] = [];
  for (const [i, line] of lines.entries()) {
    const levels = factors.map((factor) => levelAt(factor, line[factor.at] ?? "", `${where} line ${i + 2}`));
    const results = objectives.map(({ at }) => numberAt(line[at]));
    const sds = objectives.map(({ sdAt }) => (sdAt === null ? Number.NaN : numberAt(line[sdAt])));
    const known = gathered[index.add(levels, gathered.length)];
    if (known === undefined) gathered.push({ levels, results: [results], sds: [sds] });
    else {
      known.results.push(results);
      known.sds.push(sds);
    }
  }
  if (gathered.length < 2) throw new TableError(`${where}: fewer than two configurations`);
  return {
    name,
    factors: factors.map(({ name: factor, levels }) => ({ name: factor, levels })),
    objectives: objectives.map(({ name: objective, sign }) => ({ name: objective, sign })),
    rows: gathered.map((row) => finished(row, objectives.length)),
    find: index.find,
  };
}

interface ObjectiveColumn {
  readonly name: string;
  readonly sign: 1 | -1;
  readonly at: number;
  readonly sdAt: number | null;
}

/** One configuration while the file is read: results and sds by line, then by objective. */
interface Gathered {
  readonly levels: readonly number[];
  readonly results: number[][];
  readonly sds: number[][];
}

function levelAt(
  factor: { readonly name: string; readonly levels: readonly string[] },
  text: string,
  where: string,
): number {
  const level = factor.levels.indexOf(text);
  if (level >= 0) return level;
  throw new TableError(
    `${where}: ${factor.name} is ${JSON.stringify(text)}; meta.json lists ${factor.levels.join(", ")}`,
  );
}

function numberAt(text: string | undefined): number {
  const trimmed = text?.trim() ?? "";
  const value = trimmed === "" ? Number.NaN : Number(trimmed);
  return Number.isFinite(value) ? value : Number.NaN;
}

function finished({ levels, results, sds }: Gathered, objectives: number): Row {
  const perObjective = (rows: readonly (readonly number[])[]) =>
    Array.from({ length: objectives }, (_, m) => rows.map((row) => row[m] ?? Number.NaN).filter(Number.isFinite));
  const replicates = perObjective(results);
  return {
    levels,
    replicates,
    means: replicates.map(meanOf),
    sds: perObjective(sds).map((of) => (of.length === 0 ? null : Math.sqrt(meanOf(of.map((sd) => sd * sd))))),
  };
}

/** NaN when empty. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Numbers by combination: a tree with a branch a level, so that any number of factors will do. */
function createIndex(levels: readonly number[]): {
  /** The number the combination has, or else gets. */
  readonly add: (x: readonly number[], number: number) => number;
  /** −1 when it has none. */
  readonly find: (x: readonly number[]) => number;
} {
  const nodes: Int32Array[] = [];
  const grow = (depth: number): number => nodes.push(new Int32Array(levels[depth] ?? 0).fill(-1)) - 1;
  grow(0);
  return {
    add: (x, number) => {
      let at = 0;
      for (let j = 0; j < levels.length; j++) {
        const node = nodes[at];
        const level = x[j] ?? 0;
        if (node === undefined) break;
        if (node[level] === -1) node[level] = j === levels.length - 1 ? number : grow(j + 1);
        at = node[level] ?? -1;
      }
      return at;
    },
    find: (x) => {
      let at = 0;
      for (let j = 0; j < levels.length && at >= 0; j++) at = nodes[at]?.[x[j] ?? -1] ?? -1;
      return at;
    },
  };
}
