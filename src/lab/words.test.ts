import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTemplate } from "./template.ts";
import { splitWords } from "./words.ts";

const words = (line: string) => splitWords(line).words.map((word) => word.text);

describe("splitWords", () => {
  test.each<[string, string[]]>([
    ["node train.ts --lr {lr}", ["node", "train.ts", "--lr", "{lr}"]],
    ["  a \t b\n", ["a", "b"]],
    [`a 'b c' "d e" f\\ g`, ["a", "b c", "d e", "f g"]],
    [`a"b"'c'd`, ["abcd"]],
    [`'' ""`, ["", ""]],
    [`"\\"\\\\\\x" '\\"'`, [`"\\\\x`, `\\"`]],
    ["a \\\n b", ["a", "b"]],
    ["a\\\nb", ["ab"]],
    ["语言 '模型 好'", ["语言", "模型 好"]],
    ["'|' \"&\" \\; '$x'", ["|", "&", ";", "$x"]],
  ])("%j", (line, expected) => {
    expect(splitWords(line)).toMatchObject({ problems: [] });
    expect(words(line)).toEqual(expected);
  });

  test("says what only a shell understands, all at once", () => {
    expect(splitWords('a | b && "$c" `d`').problems).toEqual([
      { kind: "shell", operators: ["|", "&&", "$", "`"], start: 2, end: 17 },
    ]);
    expect(splitWords("a 'b").problems).toEqual([{ kind: "unclosed", quote: "'", start: 2, end: 3 }]);
    expect(splitWords("a\nb").problems).toEqual([{ kind: "newline", start: 1, end: 2 }]);
  });

  test("knows where each word stands", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z{}=./-]+$/), { minLength: 1 }), (plain) => {
        const line = plain.join("  ");
        expect(splitWords(line).words.map(({ start, end }) => line.slice(start, end))).toEqual(plain);
      }),
    );
  });

  test("reads any words that were put in single quotes", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (plain) => {
        expect(words(plain.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" "))).toEqual(plain);
      }),
    );
  });

  // A hundred lines in one process: what has no problem is split as sh splits it.
  test("agrees with sh", () => {
    const line = fc.string({ unit: fc.constantFrom(..."ab '\"\\=/.-{}:,@%+é".split("")), minLength: 1, maxLength: 16 });
    const lines = fc.sample(line, { numRuns: 400, seed: 1 }).filter((text) => splitWords(text).problems.length === 0);
    // A backslash at the very end, a brace list or a lone `~` is read differently by some shells: not by this one.
    const fair = lines.filter((text) => !/\\$|\{|\}/.test(text));
    expect(fair.length).toBeGreaterThan(50);
    const script = fair
      .map((text) => `set -- ${text}\nfor w in "$@"; do printf '%s\\0' "$w"; done; printf '\\001\\0'`)
      .join("\n");
    const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
    const expected = fair.flatMap((text) => [...words(text), "\u0001"]);
    expect(printed).toEqual(expected);
  });
});

describe("parseTemplate", () => {
  test("finds holes, doubled braces and strays", () => {
    expect(parseTemplate("a{b}{{c}}")).toEqual([
      { kind: "text", text: "a" },
      { kind: "hole", param: "b", start: 1, end: 4 },
      { kind: "text", text: "{" },
      { kind: "text", text: "c" },
      { kind: "text", text: "}" },
    ]);
    expect(parseTemplate("a}")).toEqual([
      { kind: "text", text: "a" },
      { kind: "stray", brace: "}", start: 1 },
    ]);
  });

  test("loses nothing of a text whose braces are doubled", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const pieces = parseTemplate(text.replaceAll("{", "{{").replaceAll("}", "}}"));
        expect(pieces.map((piece) => (piece.kind === "text" ? piece.text : "!")).join("")).toBe(text);
      }),
    );
  });
});
