import { describe, expect, it } from "vitest";
import { csvOf, markdownOf } from "./copying.ts";

describe("a table as CSV", () => {
  it("quotes what must be quoted", () => {
    const rows = [["a, b", 1.5, null] as const, ['say "hi"\nnow', -2, "c"] as const];
    expect(csvOf({ head: ["x", "y", "z"], rows })).toBe('x,y,z\r\n"a, b",1.5,\r\n"say ""hi""\nnow",-2,c');
  });

  it("holds no formula that a spreadsheet would run, and leaves numbers alone", () => {
    const rows = [["=HYPERLINK(1)", "+1.5", "-x", "@a", -3] as const];
    expect(csvOf({ head: ["a", "b", "c", "d", "e"], rows }).split("\r\n")[1]).toBe("'=HYPERLINK(1),+1.5,'-x,'@a,-3");
  });
});

describe("a table as Markdown", () => {
  it("aligns numbers to the right and keeps signs as signs", () => {
    const rows = [["a|b *c*", 1] as const, ["d\ne", null] as const];
    expect(markdownOf({ head: ["name", "n"], rows })).toBe(
      ["| name | n |", "| --- | ---: |", "| a\\|b \\*c\\* | 1 |", "| d e |  |"].join("\n"),
    );
  });
});
