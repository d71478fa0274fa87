/** Summaries as Markdown. */
import { moments } from "./jobs.ts";
import type { SummaryRow } from "./summary.ts";

/** A table a scenario and subset: methods by row, `median (mean)` by moment, and the worst table at the last. */
export function tableOf(rows: readonly SummaryRow[]): string {
  const groups = Map.groupBy(rows, ({ scenario, subset }) => `${scenario}, ${subset} tables`);
  return [...groups].map(([title, of]) => section(title, of)).join("\n");
}

function section(title: string, rows: readonly SummaryRow[]): string {
  const [first] = rows;
  const heads = [...moments.map(momentName), "worst table", "violations", "false landings"];
  const lines = [...Map.groupBy(rows, ({ method }) => method)].map(([method, of]) => {
    const cells = of.map((row) => `${number(row.median)} (${number(row.mean)})`);
    const last = of.at(-1);
    const rest = [last?.worst, last?.violations, last?.false_landings].map((value) => number(value ?? Number.NaN));
    return `| ${[method, ...cells, ...rest].join(" | ")} |`;
  });
  return [
    `### ${title} (${first?.tables}), ${first?.repeats} repeats\n`,
    `| method | ${heads.join(" | ")} |`,
    `|${"---|".repeat(heads.length + 1)}`,
    ...lines,
    "",
  ].join("\n");
}

function momentName(at: number): string {
  return at === 1 ? "N" : at < 1 ? `N/${1 / at}` : `${at}N`;
}

function number(value: number): string {
  return value.toFixed(2).replace(/^(-?)0\./, "$1.");
}
