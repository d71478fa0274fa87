import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainOf, spansOf } from "./ansi.ts";
import { logOf, shownOf, withEarlier, withMore } from "./log-text.ts";

const plain = { color: null, bold: false, dim: false };

describe("terminal colours", () => {
  test("become spans", () => {
    expect(spansOf("a \u001b[1;31mred\u001b[0m b")).toEqual([
      { text: "a ", ...plain },
      { text: "red", color: 1, bold: true, dim: false },
      { text: " b", ...plain },
    ]);
    expect(spansOf("\u001b[38;5;196mx\u001b[2;92my\u001b[22;39mz")).toEqual([
      { text: "x", ...plain },
      { text: "y", color: 2, bold: false, dim: true },
      { text: "z", ...plain },
    ]);
  });

  test("nothing else of a terminal is obeyed or seen", () => {
    expect(plainOf("\u001b]0;title\u0007a\u001b[2J\u001b[10;3Hb\u0007\u001b")).toBe("ab");
  });

  test("no text is lost or made up, and no control character is left", () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b[1;2;95m", "\u001b[m"));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join("");
        const text = spansOf(line)
          .map((span) => span.text)
          .join("");
        expect(text).toBe(plainOf(line));
        expect([...text].every((letter) => letter === "\t" || letter === "\n" || letter >= " ")).toBe(true);
      }),
    );
  });
});

describe("a log that is followed", () => {
  const part = (text: string, offset: number, over = false) => {
    const next = offset + new TextEncoder().encode(text).length;
    return { text, offset, next, size: next, over };
  };
  const textOf = ({ lines, open }: { lines: readonly string[]; open: string }) => [...lines, open].join("\n");

  test("is the same however it came", () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\n", "文") }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(texts, (pieces) => {
        let log = logOf(part(pieces[0] ?? "", 0));
        for (const piece of pieces.slice(1)) log = withMore(log, part(piece, log.next));
        expect(textOf(log)).toBe(pieces.join(""));
      }),
    );
  });

  test("what was before it goes before it, once", () => {
    const whole = "first\nsecond é\nthird\nopen";
    const bytes = new TextEncoder().encode(whole);
    const late = logOf(part(new TextDecoder().decode(bytes.subarray(10)), 10));
    expect(textOf(withEarlier(late, part(whole, 0)))).toBe(whole);
    expect(withEarlier(late, part(whole, 0)).offset).toBe(0);
  });

  test("a part that does not follow is not joined", () => {
    const log = logOf(part("abc\n", 0));
    expect(withMore(log, part("xyz\n", 9))).toBe(log);
  });

  test("a line that was written over shows what a terminal shows last", () => {
    expect(shownOf("10%\r50%\r100%\r")).toBe("100%");
    expect(shownOf("plain")).toBe("plain");
    expect(logOf(part("1\r2\r3\nnext", 0)).lines).toEqual(["3"]);
  });
});
