import fc from "fast-check";
import { expect, test } from "vitest";
import { unzoomed, type Zoom } from "./chart.tsx";
import { withZoom, zoomOf } from "./zoom.ts";

const end = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
  .map((x) => Number(x.toPrecision(9)) + 0);
const range = fc
  .tuple(end, end)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));
const zoom: fc.Arbitrary<Zoom> = fc.record({ x: fc.option(range), y: fc.option(range) });

test("a chart's part is read from the query as it was kept, whatever the chart is called and whatever else is there", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 2 }),
      zoom,
      zoom,
      (names, a, b) => {
        const [one = "", two = ""] = names;
        const first = withZoom(new URLSearchParams("axis=step"), one, "step", a);
        const both = new URLSearchParams(withZoom(first, two, "tokens", b).toString());
        expect(zoomOf(both, one, "step")).toEqual(a);
        expect(zoomOf(both, two, "tokens")).toEqual(b);
        expect(zoomOf(both, one, "time")).toEqual(unzoomed);
        expect(both.get("axis")).toBe("step");
        const cleared = withZoom(withZoom(both, one, "step", unzoomed), two, "tokens", unzoomed);
        expect(cleared.toString()).toBe("axis=step");
      },
    ),
  );
});

test("what is no part of a chart is none", () => {
  for (const text of [
    "loss~step~2~1~~",
    "loss~step~a~b~~",
    "loss~step",
    "loss",
    "~~~",
    "loss~step~1~~~",
    "loss~step~0~Infinity~~",
  ])
    expect(zoomOf(new URLSearchParams({ zoom: text }), "loss", "step")).toEqual(unzoomed);
});
