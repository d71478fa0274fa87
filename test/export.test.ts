import { expect, test } from "vitest";
import { effectsCsv, runsCsv } from "../src/app/export.ts";
import { hostileReport } from "./report/fixtures/hostile.ts";
import { decided, diverging } from "./report/fixtures/samples.ts";

/** RFC 4180, as a reader would. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("every run is a line, with a column for each level and objective", () => {
  const report = decided();
  const [header, ...rows] = parse(runsCsv(report));
  expect(rows).toHaveLength(report.runs.length);
  const first = Object.fromEntries((header ?? []).map((name, i) => [name, rows[0]?.[i]]));
  expect(first.run).toBe(report.runs[0]?.id);
  for (const { level } of report.contributions)
    expect(first[level]).toBe(report.runs[0]?.levels.includes(level) ? "1" : "0");
  for (const { name } of report.objectives) expect(Number(first[name])).toBe(report.runs[0]?.values[name]);
});

test("a diverged value is written as what it is", () => {
  expect(runsCsv(diverging())).toMatch(/,NaN[,\r]/);
});

test("every effect is a line", () => {
  const report = decided();
  expect(parse(effectsCsv(report))).toHaveLength(report.effects.length + 1);
});

test("no text of other people begins a formula, or breaks out of its cell", () => {
  const report = hostileReport();
  for (const csv of [runsCsv(report), effectsCsv(report)]) {
    const rows = parse(csv);
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length ?? 0);
    for (const cell of rows.flat()) {
      if (!Number.isFinite(Number(cell)) && cell !== "-Infinity") expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  }
});
