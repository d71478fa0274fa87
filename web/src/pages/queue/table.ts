import type { ContributionRow } from "../../../../src/api/contributions.ts";
import type { Words } from "../../../../src/api/words.ts";
import type { Table } from "../../copying.ts";
import type { Format } from "../../format.ts";
import { estimateOf, type Measure } from "./measures.ts";

/** The queue as a table for elsewhere, a row a level. Intervals are written as the page writes them. */
export function queueTable(
  rows: readonly ContributionRow[],
  measures: readonly Measure[],
  word: (column: string) => string,
  format: Format,
  words: Words,
): Table {
  const objectives = measures.filter(({ objective }) => objective !== null);
  const names = ["contribution", "title", "area", "by", "state", "level", "change", "utility"];
  const written = (level: ContributionRow["levels"][number], { objective, unit }: Measure) => {
    const estimate = estimateOf(level, objective);
    return estimate === null ? null : format.difference(estimate, unit);
  };
  return {
    head: [
      ...names.map(word),
      ...objectives.map(({ objective }) => objective ?? ""),
      ...["runs", "cost", "runsToDecide", "worth", "blocked"].map(word),
    ],
    rows: rows.flatMap((row) =>
      row.levels.map((level) => [
        ...[row.id, row.title, row.area, row.by.join(", "), row.state, level.level, level.change.join("; ")],
        ...measures.map((measure) => written(level, measure)),
        ...[
          row.runs,
          Math.round(row.coreSeconds),
          row.toDecide?.runs ?? null,
          row.worth,
          row.obstacle === null ? null : words.obstacle(row.obstacle),
        ],
      ]),
    ),
  };
}
