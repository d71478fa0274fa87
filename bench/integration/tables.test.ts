import { describe, expect, test } from "vitest";
import { csvLine, parseCsv } from "./csv.ts";
import { parseTable, readTables, TableError } from "./tables.ts";

const meta = {
  factors: { cache: ["small", "large, fast"], level: ["0", "1", "2"], fixed: ["x"] },
  objectives: { time: "min", score: "max" },
} as const;
const mutable = { factors: { cache: [...meta.factors.cache], level: [...meta.factors.level], fixed: ["x"] } };
const text = `cache,level,note,obj:time,obj:score,sd:time,sd:score
small,0,a,1.5,10,0.1,1
"large, fast",1,"said ""no""",2.5,,0.3,
small,0,c,2.5,14,0.5,1
small,2,d,nan,inf,,
`;

describe("a table", () => {
  const table = parseTable("t", { ...meta, ...mutable, has_sd: true }, text);

  test("has its factors in meta's order, without those that cannot vary", () => {
    expect(table.factors).toEqual([
      { name: "cache", levels: ["small", "large, fast"] },
      { name: "level", levels: ["0", "1", "2"] },
    ]);
    expect(table.objectives).toEqual([
      { name: "time", sign: -1 },
      { name: "score", sign: 1 },
    ]);
  });

  test("gathers replicates, and squares of their sds", () => {
    const row = table.rows[table.find([0, 0])];
    expect(row).toMatchObject({
      means: [2, 12],
      replicates: [
        [1.5, 2.5],
        [10, 14],
      ],
    });
    expect(row?.sds[0]).toBeCloseTo(Math.sqrt((0.01 + 0.25) / 2), 12);
  });

  test("a result that is empty or not finite diverged; a configuration without a row is none", () => {
    expect(table.rows[table.find([1, 1])]).toMatchObject({ means: [2.5, Number.NaN], sds: [0.3, null] });
    expect(table.rows[table.find([0, 2])]?.means).toEqual([Number.NaN, Number.NaN]);
    expect(table.find([1, 2])).toBe(-1);
    expect(table.find([0, 7])).toBe(-1);
  });
});

describe("errors say what is wrong and where", () => {
  const parse =
    (csv: string, rest = {}) =>
    () =>
      parseTable("t", { ...meta, ...mutable, ...rest }, csv);

  test.each([
    ["small,5,,1,1\n", 't.csv line 2: level is "5"; meta.json lists 0, 1, 2'],
    ["", "t.csv: fewer than two configurations"],
  ])("%j", (line, message) => {
    expect(parse(`cache,level,note,obj:time,obj:score\n${line}`)).toThrow(new TableError(message));
  });

  test("a column that is not there", () => {
    expect(parse("cache,obj:time\n")).toThrow("t.csv has no column level; it has cache, obj:time");
    expect(parse("cache,level,obj:time,obj:score\n", { has_sd: true })).toThrow("t.csv has no column sd:time");
  });

  test("a folder that is not there", () => {
    expect(() => readTables("no such folder")).toThrow(/^cannot read no such folder.meta\.json/);
  });
});

test("fields with commas, quotes and line ends come back", () => {
  const rows = [
    ["a", "b,c", 'say "x"'],
    ["", "two\nlines", "3"],
  ];
  expect(parseCsv(`${rows.map(csvLine).join("\r\n")}\r\n`)).toEqual(rows);
});
