import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decided, diverging, empty } from "../../../test/report/fixtures/samples.ts";
import type { Report } from "../../api/report.ts";
import { effectsOn, interactionsOn, isSure } from "../view.ts";
import { drawForest } from "./forest.ts";
import { drawFront } from "./front.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawNarrowing } from "./narrowing.ts";

const report = decided();
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found ?? "");

describe("the forest plot", () => {
  test.each(["val_bpb", "cloze", null])(
    "of %s calls better what is surely better, whichever way its goal goes",
    (measure) => {
      const sign = measure === "val_bpb" ? -1 : 1;
      const words = effectsOn(report, measure, "alone").map(({ estimate }) =>
        !isSure(estimate) ? "unsure" : estimate.mean * sign > 0 ? "better" : "worse",
      );
      expect(new Set(words).size).toBe(3);
      expect(all(drawForest(report, measure, "alone").text, /<tr class="(better|worse|unsure)">/g)).toEqual(words);
    },
  );

  test("lists the best first, and places marks in the order of their numbers", () => {
    const text = drawForest(report, "val_bpb", "in-set").text;
    const means = effectsOn(report, "val_bpb", "in-set").map(({ estimate }) => estimate.mean);
    expect(means).toEqual(means.toSorted((a, b) => a - b));
    const places = all(text, /<svg x="([\d.]+)%" y="50%"/g).map(Number);
    expect(places).toHaveLength(means.length);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("says so when there is nothing to draw", () => {
    expect(drawForest(empty(), null, "alone").text).toContain("Nothing has been measured");
  });
});

describe("the heatmap", () => {
  test.each(["val_bpb", null])(
    "of %s has a cell a pair, shaded by what the pair gains, marked where it is sure",
    (measure) => {
      const sign = measure === "val_bpb" ? -1 : 1;
      const text = drawHeatmap(report, measure, "in-set").text;
      const pairs = interactionsOn(report, measure, "in-set");
      const cells = [...text.matchAll(/class="cell (less|more|zero)\d?( sure)?" tabindex="-?\d" title="([^"]*)"/g)];
      expect(cells).toHaveLength(pairs.length);
      for (const { a, b, estimate } of pairs) {
        const cell = cells.find(([, , , title]) => title?.startsWith(`${a} and ${b}`));
        expect(cell?.[2] === " sure").toBe(isSure(estimate));
        if (cell?.[1] !== "zero") expect(cell?.[1]).toBe(estimate.mean * sign > 0 ? "more" : "less");
      }
      expect(cells.filter(([, shade]) => shade !== "zero").length).toBeGreaterThan(5);
    },
  );
});

describe("the front", () => {
  /** Points on a coarse grid, so that ties and repeats are common. */
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
    minLength: 1,
    maxLength: 20,
  });

  test("fills exactly the dots that no other beats, val_bpb down and cloze up", () => {
    fc.assert(
      fc.property(points, (places) => {
        const text = drawFront(withPoints(places), "val_bpb", "cloze").text;
        const beaten = ([x, y]: readonly [number, number]) =>
          places.some(([otherX, otherY]) => otherX <= x && otherY >= y && (otherX < x || otherY > y));
        const best = new Set(places.filter((place) => !beaten(place)).map(([x, y]) => `${x} ${y}`));
        const filled = all(text, /<circle class="dot best"[^>]*><title>(\+p\d+)/g).map((name) =>
          places[Number(name.slice(2))]?.join(" "),
        );
        expect(new Set(filled)).toEqual(best);
        expect(filled).toHaveLength(best.size);
        expect(all(text, /<(circle class="dot)/g)).toHaveLength(places.length);
      }),
    );
  });

  function withPoints(places: readonly (readonly [number, number])[]): Report {
    const exactly = (value: number) => ({ mean: value, low: value, high: value });
    return {
      ...report,
      points: places.map(([x, y], i) => ({
        levels: [`p${i}`],
        runs: 1,
        values: [
          { objective: "val_bpb", estimate: exactly(x) },
          { objective: "cloze", estimate: exactly(y) },
        ],
        utility: exactly(0),
        onFront: false,
      })),
    };
  }
});

describe("narrowing", () => {
  const text = drawNarrowing(report)?.text ?? "";

  test("has a dot a count and a band around it, the later to the right, the higher gain above", () => {
    const places = [...text.matchAll(/<circle class="dot best" cx="([\d.]+)%" cy="([\d.]+)%"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(places).toHaveLength(report.narrowing.length);
    const across = places.map(([x = 0]) => x);
    expect(across).toEqual(across.toSorted((a, b) => a - b));
    const byGain = report.narrowing.map(({ gain }, i) => ({ mean: gain.mean, y: places[i]?.[1] ?? 0 }));
    const heights = byGain.toSorted((a, b) => a.mean - b.mean).map(({ y }) => y);
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
    const band = /<path class="spread" d="M([^Z]*)Z"/.exec(text)?.[1]?.split("L") ?? [];
    expect(band).toHaveLength(2 * report.narrowing.length);
    const height = (point: string | undefined) => Number(point?.split(" ")[1]);
    for (const [i, [, y = 0]] of places.entries()) {
      expect(height(band[i])).toBeLessThan(y);
      expect(height(band.at(-1 - i))).toBeGreaterThan(y);
    }
  });

  test("has a line for each of the least known, on one scale", () => {
    expect(all(text, /<(svg class="spark")/g)).toHaveLength(10);
    expect(drawNarrowing({ ...report, narrowing: report.narrowing.slice(0, 1) })).toBeNull();
    expect(drawNarrowing(empty())).toBeNull();
  });

  test("leaves the set's chart out where no set is recommended", () => {
    const still = drawNarrowing(diverging())?.text ?? "";
    expect(still).toContain('class="spark"');
    expect(still).not.toContain('class="trend"');
  });
});
