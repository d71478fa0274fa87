/** Summaries as Markdown. */
import { incompleteBeta } from "../../src/math/student.ts";
import { type Centre, curveOf, difference, firstAt } from "./compare.ts";
import { momentsOf } from "./jobs.ts";
import { type Showing, type SummaryRow, summarise } from "./summary.ts";

/** A method that was asked for and could not be played. */
export interface NotRun {
  readonly method: string;
  /** Why, and what would help. */
  readonly because: string;
}

/** Showings of one scenario and subset under a heading. */
export interface Panel {
  readonly title: string;
  readonly showings: readonly Showing[];
}

const ours = "cairn";

export function tablesOf(panels: readonly Panel[], notRun: readonly NotRun[]): string {
  return panels.map((panel) => section(panel, notRun)).join("\n");
}

function section({ title, showings }: Panel, notRun: readonly NotRun[]): string {
  const rows = showings.map((showing) => ({ showing, rows: summarise(showing) }));
  const [first] = rows;
  const tables = first?.rows[0]?.tables ?? 0;
  const repeats = Math.min(...rows.map((row) => row.rows[0]?.repeats ?? 0));
  const columns = first?.showing.scenario === "null" ? nullColumns : gainColumns(showings);
  const heads = ["method", ...columns.map(({ head }) => head)];
  const lines = rows.map((row) => [row.showing.method, ...columns.map(({ cell }) => cell(row.showing, row.rows))]);
  const absent = notRun.map(({ method }) => [method, "not run", ...columns.slice(1).map(() => "")]);
  return [
    `### ${title}: ${tables} ${tables === 1 ? "table" : "tables"}, ${repeats} ${repeats === 1 ? "repeat" : "repeats"}`,
    "",
    line(heads),
    line(heads.map(() => "---")),
    ...[...lines, ...absent].map(line),
    "",
  ].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

interface Column {
  readonly head: string;
  readonly cell: (showing: Showing, rows: readonly SummaryRow[]) => string;
}

const nullColumns: readonly Column[] = [
  ...momentsOf("null").map(
    (at, i): Column => ({
      head: `false landings by ${momentName(at)}`,
      cell: (_, rows) => percent(rows[i]?.false_landings),
    }),
  ),
  { head: "in the end, 95% bound", cell: (showing) => boundOf(showing) },
];

/** How many of how many, and the largest rate under which so few are still seen one time in twenty (Clopper–Pearson). */
function boundOf(showing: Showing): string {
  const ends = showing.tables.flatMap(({ replays }) => replays.flatMap(({ curve }) => curve.at(-1) ?? []));
  const landed = ends.filter(({ falsely }) => falsely).length;
  return `${landed} of ${ends.length}, under ${percent(upperBound(landed, ends.length))}`;
}

/** The p at which P(at most `hits` of `trials`) is 5%: the distribution function of a binomial is an incomplete beta. */
export function upperBound(hits: number, trials: number): number {
  let [low, high] = [0, 1];
  if (hits >= trials) return 1;
  while (high - low > 1e-9) {
    const p = (low + high) / 2;
    if (incompleteBeta(trials - hits, hits + 1, 1 - p, p) > 0.05) low = p;
    else high = p;
  }
  return high;
}

function gainColumns(showings: readonly Showing[]): readonly Column[] {
  const cairn = showings.find(({ method }) => method === ours);
  const fractions = momentsOf(showings[0]?.scenario ?? "A").map(
    (at, i): Column => ({
      head: momentName(at),
      cell: (_, rows) => `${number(rows[i]?.median)} (${number(rows[i]?.mean)})`,
    }),
  );
  const last = (pick: (row: SummaryRow) => number, show: (value: number | undefined) => string): Column["cell"] => {
    return (_, rows) => {
      const row = rows.at(-1);
      return show(row === undefined ? undefined : pick(row));
    };
  };
  return [
    ...fractions,
    { head: "worst at 4N", cell: last(({ worst }) => worst, number) },
    { head: "to 95%", cell: (showing) => pair((centre) => multiple(firstAt(curveOf(showing, centre), 0.95))) },
    ...(cairn === undefined ? [] : besideCairn(cairn)),
    { head: "violations", cell: last(({ violations }) => violations, percent) },
    { head: "lands, truly better", cell: last(({ landings }) => landings, percent) },
    { head: "lands, no better", cell: last(({ false_landings }) => false_landings, percent) },
  ];
}

function besideCairn(cairn: Showing): readonly Column[] {
  const other = (cell: (showing: Showing) => string): Column["cell"] => {
    return (showing) => (showing.method === ours ? "–" : cell(showing));
  };
  const gaps = [1, 2].map(
    (at): Column => ({
      head: `${ours} minus it at ${momentName(at)}`,
      cell: other((showing) => {
        const { mean, low, high } = difference(cairn, showing, at);
        return `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
      }),
    }),
  );
  return [
    { head: `${ours} matches its 4N`, cell: other((showing) => pair((centre) => speed(cairn, showing, centre))) },
    ...gaps,
  ];
}

function speed(cairn: Showing, other: Showing, centre: Centre): string {
  const at = firstAt(curveOf(cairn, centre), curveOf(other, centre).at(-1) ?? Number.NaN);
  return at === null ? "not by 4N" : `${(4 / at).toFixed(1)}×`;
}

/** `median (mean)`, as everywhere in these tables. */
function pair(show: (centre: Centre) => string): string {
  return `${show("median")} (${show("mean")})`;
}

function multiple(at: number | null): string {
  return at === null ? "> 4N" : `${at.toFixed(1)}N`;
}

export function momentName(at: number): string {
  return at === 1 ? "N" : at < 1 ? `N/${1 / at}` : `${at}N`;
}

function number(value: number | undefined): string {
  return value === undefined
    ? "–"
    : value
        .toFixed(2)
        .replace(/^(-?)0\./, "$1.")
        .replace("-", "−");
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${number(value)}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(100 * share).toFixed(share > 0 && share < 0.095 ? 1 : 0)}%`;
}
