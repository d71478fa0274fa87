import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMetrics } from "./metrics.ts";

const values = (text: string) => {
  const parsed = parseMetrics(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return [...parsed.value];
};
const problem = (text: string) => {
  const parsed = parseMetrics(text);
  return parsed.ok ? null : `${parsed.error.line}:${parsed.error.column} ${parsed.error.message}`;
};

describe("a metrics file", () => {
  it("is read as JSON reads it", () => {
    const object = fc.dictionary(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2, "\t"), (metrics, indent) => {
        const text = JSON.stringify(metrics, null, indent);
        expect(values(text)).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
  });

  it("may hold what diverged: as strings, or as Python writes it", () => {
    expect(values('{"a": "NaN", "b": "Infinity", "c": "-Infinity"}')).toEqual(
      values('{"a": NaN, "b": Infinity, "c": -Infinity}'),
    );
    expect(values('{"a": NaN}')).toEqual([["a", Number.NaN]]);
  });

  it("is refused at the place where it goes wrong", () => {
    const cases: Readonly<Record<string, string>> = {
      "": "1:1 the file ends where an object: { should be",
      "[1]": "1:1 an object: { should be here, not [",
      '{"a": 1': "1:8 the file ends where a comma or } should be",
      '{"a": 1,}': "1:9 a metric's name in double quotes, 200 characters at most, should be here, not }",
      '{\n  "a": 1\n  "b": 2\n}': '3:3 a comma or } should be here, not "b"',
      "{a: 1}": "1:2 a metric's name in double quotes, 200 characters at most, should be here, not a",
      '{"a" 1}': "1:6 a colon should be here, not 1",
      '{"a": 01}': '1:7 "a" should be a number, "NaN", "Infinity" or "-Infinity", not 01',
      '{"a": true}': '1:7 "a" should be a number, "NaN", "Infinity" or "-Infinity", not true',
      '{"a": "1"}': '1:7 "a" should be a number, "NaN", "Infinity" or "-Infinity", not "1"',
      '{"a": null}': `1:7 "a" is null. Write "NaN" for a diverged value (JavaScript's JSON.stringify makes null of NaN)`,
      '{"a": {"b": 1}}': '1:7 "a" should be one number: metrics.json is a flat object, names to numbers',
      '{"a": 1, "a": 2}': '1:10 "a" is there twice',
      '{"a": 1} x': "1:10 the end of the file should be here, not x",
      '{"a": 1, "b': "1:10 a metric's name in double quotes, 200 characters at most, should be here, not \"",
    };
    expect(Object.fromEntries(Object.keys(cases).map((text) => [text, problem(text)]))).toEqual(cases);
  });

  it("has names of at most 200 characters, and is read to its end by none that is longer", () => {
    expect(values(`{"${"\\\\".repeat(200)}": 1}`)).toEqual([["\\".repeat(200), 1]]);
    for (const length of [201, 15_000_000])
      expect(problem(`{"${"a".repeat(length)}": 1}`)).toMatch(/^1:2 a metric's name .* 200 characters at most/);
  });

  it("never makes the reader fail, whatever it holds", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMetrics(text)));
    const pieces = fc.array(fc.constantFrom("{", "}", '"a"', ":", ",", "1", "NaN", "null", "[", " ", "\n", '"', "\\"));
    fc.assert(fc.property(pieces, (all) => void parseMetrics(all.join(""))));
  });
});
