/** What `--out DIR` holds in the end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { csvLine } from "./csv.ts";
import { momentsOf, type Replay } from "./jobs.ts";
import { plotOf } from "./plot.ts";
import type { Scenario, Subject } from "./scenarios.ts";
import { type Subset, showingsOf, subsets, summarise } from "./summary.ts";
import { type NotRun, type Panel, tablesOf } from "./text.ts";

export interface Results {
  readonly subjects: readonly Subject[];
  readonly replays: readonly Replay[];
  readonly notRun: readonly NotRun[];
  /** The command and the machine, as Markdown. */
  readonly heading: string;
}

/** A panel a scenario (sums apart by their noise) and subset. */
export function panelsOf({ subjects, replays }: Results): Panel[] {
  return [...Map.groupBy(subjects, ({ panel }) => panel)].flatMap(([name, of]) => {
    const [scenario] = of.map((subject) => subject.scenario);
    const names = new Set(of.map((subject) => subject.name));
    const among = replays.filter((replay) => replay.scenario === scenario && names.has(replay.table));
    const showings = showingsOf(among, of);
    return subsets.flatMap((subset) => {
      const these = showings.filter((showing) => showing.subset === subset);
      return these.length === 0 ? [] : [{ title: `${name}, ${subset} tables`, showings: these }];
    });
  });
}

export function markdownOf(results: Results): string {
  const notes = results.notRun.map(({ method, because }) => `${method} was not run: ${because}`);
  return [results.heading, reading, tablesOf(panelsOf(results), results.notRun), ...notes, ""].join("\n");
}

const reading = `Fraction of the oracle's gain in the recommended set, at multiples of N runs (staged: of N whole runs' cost), N the
number of factors: median of repeats, then mean of tables (in brackets the mean of both). A set that breaks a guardrail scores
0. "To 95%": where the curve first reaches .95. "matches its 4N": how many times fewer runs cairn needs for what the method has
at 4N. Differences are paired, with 90% bootstrap intervals over tables. "+model": the method's search, with the best
posterior mean of cairn's model among what it measured as the recommendation. cairn-landing is the whole decision loop,
which lands only what fresh paired seeds have confirmed; cairn-blind plans as if every run cost the same.
`;

export function writeOutput(folder: string, results: Results): void {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("summary.json", `${JSON.stringify(summaryOf(results), null, 1)}\n`);
  write("replays.csv", csvOf(results));
  write("table.md", markdownOf(results));
  write("plot.svg", plotOf(panelsOf(results)));
}

/** Rows of what was played, then a row with nulls for each that was not. */
function summaryOf({ subjects, replays, notRun }: Results) {
  const played = showingsOf(replays, subjects);
  const places = [...Map.groupBy(played, ({ scenario, subset }) => `${scenario}/${subset}`).values()].flatMap(
    ([first]): { scenario: Scenario; subset: Subset }[] => (first === undefined ? [] : [first]),
  );
  const absent = places.flatMap(({ scenario, subset }) =>
    notRun.flatMap(({ method, because }) =>
      momentsOf(scenario).map((at) => ({ scenario, subset, method, at, ...nothing, not_run: because })),
    ),
  );
  return [...played.flatMap(summarise), ...absent];
}

const nothing = {
  mean: null,
  median: null,
  worst: null,
  violations: null,
  false_landings: null,
  landings: null,
  tables: 0,
  repeats: 0,
};

function csvOf({ subjects, replays }: Results): string {
  const header = "scenario,table,dense,factors,repeat,method,runs,cost,fraction,violates,lands,falsely";
  const lines = replays.flatMap(({ scenario, table, repeat, method, curve }) => {
    const subject = subjects.find((of) => of.scenario === scenario && of.name === table);
    const first = [scenario, table, subject?.dense ?? false, subject?.factors ?? 0, repeat, method];
    return curve.map(({ cost, fraction, violates, lands, falsely }, i) =>
      csvLine([...first, i + 1, short(cost), short(fraction), violates, lands, falsely]),
    );
  });
  return `${[header, ...lines].join("\n")}\n`;
}

function short(value: number): number {
  return Number(value.toFixed(4));
}
