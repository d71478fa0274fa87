import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listOf, textOf, withParam } from "./url-state.ts";

describe("state in the address", () => {
  it("sets one parameter and leaves the others", () => {
    expect(withParam(new URLSearchParams("a=1&b=2"), "b", "3").toString()).toBe("a=1&b=3");
    expect(withParam(new URLSearchParams("a=1&b=2"), "a", "").toString()).toBe("b=2");
  });

  it("gives any list back as it was", () => {
    const part = fc.string({
      unit: fc.constantFrom("a", "%", ",", "2C", "25", "+", "&", "=", " ", "é", "层"),
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.array(part), (values) => {
        const search = withParam(new URLSearchParams(), "x", textOf(values));
        expect(listOf(new URLSearchParams(search.toString()).get("x") ?? "")).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it("takes an address that somebody broke by hand", () => {
    expect(listOf("a,%zz,b")).toEqual(["a", "%zz", "b"]);
  });
});
