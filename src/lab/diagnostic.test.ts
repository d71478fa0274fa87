import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDiagnostic, inTextOrder, lineColumn } from "./diagnostic.ts";
import type { Diagnostic, Source } from "./source.ts";

function at(text: string, word: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const source: Source = { path: "cairn.yaml", text };
  const start = text.indexOf(word);
  const span = { source, start, end: start + word.length };
  return { severity: "error", code: "test", message: "This is wrong.", span, help: null, related: [], ...more };
}

const show = (diagnostic: Diagnostic) => formatDiagnostic(diagnostic, { color: false }).split("\n");

describe("formatDiagnostic", () => {
  test("points at the text, helps, and shows related places", () => {
    const text = "a: 1\nneeds: [corpsu]\n";
    const related = [{ message: "it stands here", span: at(text, "a").span }];
    expect(show(at(text, "corpsu", { help: "Did you mean `corpus`?\nOr not.", related }))).toEqual([
      "cairn.yaml:2:9: error: This is wrong.",
      "    needs: [corpsu]",
      "            ^~~~~~",
      "  help: Did you mean `corpus`?",
      "        Or not.",
      "  cairn.yaml:1:1: it stands here",
      "      a: 1",
      "      ^",
    ]);
  });

  test("counts columns of tabs, wide characters, emoji and combining marks", () => {
    expect(show(at("a:\tb", "b")).slice(1)).toEqual(["    a:  b", "        ^"]);
    expect(show(at("模型: 好x", "好x")).slice(1)).toEqual(["    模型: 好x", "          ^~~"]);
    expect(show(at("🪨🚀 x", "x")).slice(1)).toEqual(["    🪨🚀 x", "         ^"]);
    expect(show(at("e\u0301 x", "x")).slice(1)).toEqual(["    e\u0301 x", "      ^"]);
    expect(show(at("ｶﾅ x", "x")).slice(1)).toEqual(["    ｶﾅ x", "       ^"]);
  });

  test("shows control and direction characters, and never obeys them", () => {
    const shown = show(at("x: \x1b[2J\u202e y", "y", { message: "\x1b[31m \u2066" })).join("\n");
    expect(shown).toContain("␛[2J");
    expect(["\x1b", "\u202e", "\u2066"].some((hidden) => shown.includes(hidden))).toBe(false);
  });

  test("knows lines that end in CR LF, and spans of several lines", () => {
    expect(show(at("a\r\nbad\r\n", "bad")).slice(1)).toEqual(["    bad", "    ^~~"]);
    expect(show(at("a: b\nc: d\n", "b\nc")).slice(1)).toEqual(["    a: b", "       ^"]);
  });

  test("points after the end of a line, and shows nothing of an empty one", () => {
    const source: Source = { path: "x", text: "abc" };
    expect(show(at("abc", "", { span: { source, start: 3, end: 3 } })).slice(1)).toEqual(["    abc", "       ^"]);
    expect(show(at("", "")).slice(1)).toEqual([]);
  });

  test("cuts long lines around the place", () => {
    const [, line = "", marks = ""] = show(at(`${"x".repeat(500)}HERE${"y".repeat(500)}`, "HERE"));
    expect(line.length).toBeLessThan(130);
    expect(line.startsWith("    …xxx") && line.endsWith("yyy…")).toBe(true);
    expect(line.slice(marks.indexOf("^"), marks.length)).toBe("HERE");
  });

  test("colours only when asked to", () => {
    const colored = formatDiagnostic(at("a", "a", { help: "b" }), { color: true });
    expect(colored).toContain("\x1b[31merror:\x1b[0m");
    expect(stripVTControlCharacters(colored)).toBe(formatDiagnostic(at("a", "a", { help: "b" }), { color: false }));
  });

  test("has an answer for every place of every text", () => {
    const place = fc
      .string({ unit: "binary", maxLength: 200 })
      .chain((text) => fc.tuple(fc.constant(text), fc.nat(text.length), fc.nat(text.length)));
    fc.assert(
      fc.property(place, ([text, a, b]) => {
        const span = { source: { path: "x", text }, start: Math.min(a, b), end: Math.max(a, b) };
        const [head = "", line, marks] = show(at(text, "", { span }));
        const { line: number, column } = lineColumn(span);
        expect(head.startsWith(`x:${number}:${column}: error:`)).toBe(true);
        expect(line === undefined || /^ *\^~*$/.test(marks ?? "")).toBe(true);
      }),
    );
  });
});

test("lineColumn counts from 1", () => {
  const source: Source = { path: "x", text: "ab\ncd" };
  const of = (start: number) => lineColumn({ source, start, end: start });
  expect([of(0), of(2), of(3), of(5)]).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 2, column: 3 },
  ]);
});

test("inTextOrder keeps files together, each in the order of its text", () => {
  const text = "one two";
  const other: Source = { path: "b.yaml", text };
  const inOther = at(text, "one", { span: { source: other, start: 0, end: 3 } });
  const [one, two] = [at(text, "one"), at(text, "two")];
  expect(inTextOrder([two, inOther, one])).toEqual([one, two, inOther]);
});
