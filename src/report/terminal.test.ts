import fc from "fast-check";
import { expect, test } from "vitest";
import { sanitize } from "./safe.ts";
import { displayWidth, padEnd, toAscii, truncate, wrap } from "./terminal.ts";

test("width counts columns, not code units", () => {
  expect(["rotary", "旋转位置", "e\u0301", "\u001b[1mbold\u001b[0m", "🪨"].map(displayWidth)).toEqual([6, 8, 1, 4, 2]);
  expect(padEnd("旋转", 6)).toBe("旋转  ");
  expect(truncate("a rather long title", 9)).toBe("a rather…");
});

test("other people's text cannot move the cursor or turn round what follows", () => {
  expect(sanitize("a\u001b[2Jb\r\nc\u202ed\u009be")).toBe("a [2Jb c d e");
});

test("wrapped lines fit, and nothing is lost but spaces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 30, unit: "grapheme-ascii" })),
      fc.integer({ min: 2, max: 40 }),
      (words, width) => {
        const text = words.join(" ");
        const lines = wrap(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      },
    ),
  );
});

test("without Unicode nothing but ASCII is left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(Buffer.from(toAscii(text)).every((byte) => byte < 0x7f)).toBe(true);
    }),
  );
  expect(toAscii("−0.71 ≥ 20 · ●")).toBe("-0.71 >= 20 - *");
});
