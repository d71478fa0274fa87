import { describe, expect, it } from "vitest";
import { reportOf } from "../report.test-util.ts";
import { gridOf, surePairs, turnsOf } from "./grid.ts";

const pair = (a: string, b: string, mean: number, half: number) => ({
  a,
  b,
  objective: "loss",
  sense: "alone" as const,
  estimate: { mean, low: mean - half, high: mean + half },
});
const effect = (level: string, sense: "alone" | "in-set" | "on-average", mean: number) => ({
  level,
  objective: "loss",
  sense,
  estimate: { mean, low: mean - 0.1, high: mean + 0.1 },
});

const report = reportOf({
  interactions: [pair("a", "b", 0.4, 0.1), pair("a", "c", -0.1, 0.2), pair("b", "c", 0.02, 0.2)],
});

describe("gridOf", () => {
  it("is symmetric, turned so that more is better, and fills what is sure", () => {
    const grid = gridOf(report, "loss", "alone", 10);
    expect(grid.cell("a", "b")).toBe(grid.cell("b", "a"));
    // The loss is minimized: a positive interaction is worse.
    expect(grid.cell("a", "b")).toMatchObject({ share: -1, certainty: 1 });
    expect(grid.cell("a", "c")?.share).toBeCloseTo(0.25);
    expect(grid.cell("a", "c")?.certainty).toBeCloseTo(0.5);
    expect(grid.cell("a", "a")).toBeNull();
  });

  it("keeps the levels with the largest interactions, and counts the rest", () => {
    const grid = gridOf(report, "loss", "alone", 2);
    expect(grid.levels).toEqual(["a", "b"]);
    expect(grid.total).toBe(3);
  });

  it("is empty where nothing was measured in a sense", () => {
    expect(gridOf(report, "loss", "in-set", 10)).toMatchObject({ levels: [], total: 0, largest: 0 });
  });
});

describe("turnsOf", () => {
  it("says what each does without and with the other, in every sense", () => {
    const effects = (["alone", "in-set", "on-average"] as const).map((sense) => effect("a", sense, -0.3));
    const measured = reportOf({ effects, recommended: ["a", "b"] });
    const turn = (sense: "alone" | "in-set" | "on-average") =>
      turnsOf(measured, { ...pair("a", "b", 0.2, 0.1), sense })[0];
    expect(turn("alone")).toMatchObject({ level: "a", other: "b", without: -0.3 });
    expect(turn("alone")?.with).toBeCloseTo(-0.1);
    expect(turn("in-set")?.with).toBeCloseTo(-0.3);
    expect(turn("in-set")?.without).toBeCloseTo(-0.5);
    expect(turn("on-average")?.without).toBeCloseTo(-0.4);
    expect(turn("on-average")?.with).toBeCloseTo(-0.2);
  });
});

describe("surePairs", () => {
  it("are those whose interval leaves zero out", () => {
    expect(surePairs(report, "loss", "alone").map(({ a, b }) => a + b)).toEqual(["ab"]);
  });
});
