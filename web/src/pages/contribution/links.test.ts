import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkedParts } from "./links.ts";

const ids = new Set(["rotary", "qk-norm", "context"]);

describe("links in plain text", () => {
  test("runs and contributions are found, words are left alone", () => {
    expect(linkedParts("See qk-norm and rtowlpld419, a Rotary thing; `rotary`, context=long, recontext.", ids)).toEqual(
      [
        { kind: "text", text: "See " },
        { kind: "contribution", id: "qk-norm", text: "qk-norm" },
        { kind: "text", text: " and " },
        { kind: "run", id: "rtowlpld419" },
        { kind: "text", text: ", a Rotary thing; `" },
        { kind: "contribution", id: "rotary", text: "rotary" },
        { kind: "text", text: "`, " },
        { kind: "contribution", id: "context", text: "context=long" },
        { kind: "text", text: ", recontext." },
      ],
    );
  });

  test("no address and no markup is ever linked", () => {
    const text = "https://evil.example/x <img src=x onerror=alert(1)> javascript:alert(1)";
    expect(linkedParts(text, ids)).toEqual([{ kind: "text", text }]);
  });

  test("put together again, the parts are the text", () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("qk-norm", "rotary", "`rotary`", "rtowlpld419", " ", "\n"));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const again = linkedParts(text, ids).map((part) => (part.kind === "run" ? part.id : part.text));
        expect(again.join("")).toBe(text);
      }),
    );
  });
});
