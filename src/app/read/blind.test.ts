import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { authorsIn, veiledFile, veiledLines, veiledOrigin, withoutNames } from "./blind.ts";

/** A name that nothing else is called. */
const name = fc.constantFrom("Zyzzyva Quux", "zyzzyva", "Zyz-7", "柳", "zy.zyva@example.org");

describe("a contribution's file", () => {
  test("says nothing of its authors, in whatever form they stand", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.constantFrom(0, 1, 2, 3), (by, form) => {
        const fields = { title: "T", area: "data", why: "x # y", set: { "a.b": { by: 3, branch: "c" } } };
        const texts = [
          stringify({ by, ...fields }),
          stringify({ ...fields, by }, { collectionStyle: "flow" }),
          `# ${by.join()}\n${stringify({ ...fields, by: by[0] })}# last: ${by.join()}`,
          `by: &us ${JSON.stringify(by)} # ${by[0]}\n${stringify(fields)}branch: ${JSON.stringify(`${by[0]}/x`)}\n`,
        ];
        const text = texts[form] ?? "";
        expect(authorsIn(text).length).toBeGreaterThan(0);
        const veiled = veiledFile(text);
        for (const author of by) expect(veiled).not.toContain(author);
        expect(parse(veiled)).toMatchObject(fields);
      }),
    );
  });

  test("keeps everything else to the letter", () => {
    const text = `# yaml-language-server: $schema=../.cairn/contribution.schema.json
title: "Cool # it"   # by lin
by:
  - lin # that is me
  - kim
area:   data
why: |
  # not a comment
  because
levels:
  a: { branch: lin/a }
  b: { set: { x.y: 1 } }
`;
    expect(veiledFile(text)).toBe(`# yaml-language-server: $schema=../.cairn/contribution.schema.json
title: "Cool # it"   #…
by:
  …
area:   data
why: |
  # not a comment
  because
levels:
  a: { branch: … }
  b: { set: { x.y: 1 } }
`);
  });

  test("that cannot be read is not shown", () => {
    for (const text of ["by: [lin", "- lin", "", "lin", "a: b: c\nby: lin"]) expect(veiledFile(text)).toBe("");
  });
});

test("lines of a diff lose what says whose they are, and nothing else", () => {
  const veiled = veiledLines(
    [
      "@@ -1,2 +1,9 @@",
      " def f(q, k):",
      "+    return q@k.transpose(-1, -2)",
      "+# Author: Lin Wu",
      '+__author__ = "Lin Wu"',
      "+ * @author Lin Wu",
      "+// Signed-off-by: Lin Wu <lin@x.org>",
      "+# (c) Lin Wu <lin@x.org>",
      '+  url = "mailto:lin@x.org"',
      '+author = row["author"]',
    ].join("\n"),
  );
  expect(veiled).not.toMatch(/lin/i);
  expect(veiled.split("\n").map((line) => line[0])).toEqual([..."@ ++++++++"]);
  for (const kept of ["q@k.transpose(-1, -2)", 'author = row["author"]', " def f(q, k):"])
    expect(veiled).toContain(kept);
});

test("a diff is read once, whatever is in it: a line made for it stops nobody's server", () => {
  // What takes time by the square of the text would take minutes at these.
  for (const part of ["@", " ", "<", "<a", "<a@", "# ", "* ", "mailto:", "@author", "# author "]) {
    const line = `+<#${part.repeat(300_000)}`;
    expect(veiledLines(line).length).toBeLessThanOrEqual(line.length);
  }
});

test("a branch is not named, a file is", () => {
  expect(["branch lin/rotary", "contributions/x.patch"].map(veiledOrigin)).toEqual(["branch", "contributions/x.patch"]);
});

test("names are taken out of a sentence as words", () => {
  expect(withoutNames("`lin` is linear; Lin, kim+k", ["lin", "kim+k"])).toBe("`…` is linear; …, …");
});

test("branches are taken out of a sentence, whatever they are called", () => {
  const said = [
    "`branch l.wu/rotary` cannot be used: git does not know it (branches here: main, l.wu/rotary).",
    "`branch l.wu/rotary` does not apply to the lab: hunk 1 does not fit `model.py`.",
    "`l.wu/rotary..x` is not the name of a git branch or tag.",
  ];
  expect(said.map((sentence) => withoutNames(sentence, ["Lin Wu"]))).toEqual([
    "`branch` cannot be used: git does not know it (branches here: …).",
    "`branch` does not apply to the lab: hunk 1 does not fit `model.py`.",
    "`…` is not the name of a git branch or tag.",
  ]);
});
