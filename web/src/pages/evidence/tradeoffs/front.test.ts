import { describe, expect, it } from "vitest";
import { reportOf } from "../report.test-util.ts";
import { dotsOf, frontOf } from "./front.ts";

const at = (loss: number, speed: number) => [
  { objective: "loss", estimate: { mean: loss, low: loss - 0.1, high: loss + 0.1 } },
  { objective: "speed", estimate: { mean: speed, low: speed - 1, high: speed + 1 } },
];
const point = (levels: readonly string[], loss: number, speed: number) => ({
  levels: [...levels],
  runs: 1,
  values: at(loss, speed),
  utility: { mean: 0, low: 0, high: 0 },
  onFront: false,
});

const report = reportOf({
  recommended: ["a", "b"],
  points: [
    point([], 3, 100),
    point(["a"], 2, 90),
    point(["b"], 2.5, 80),
    point(["b", "a"], 1, 70),
    // Better on loss by less than a tenth of what matters.
    point(["c"], 0.999, 60),
  ],
});

describe("trade-offs", () => {
  it("are what nothing else beats on both, each in its own direction", () => {
    const dots = dotsOf(report, "loss", "speed");
    expect(frontOf(report, dots, "loss", "speed").map(({ key }) => key)).toEqual(["a+b", "a", ""]);
  });

  it("know the baseline and the recommended set in whatever order they are written", () => {
    expect(dotsOf(report, "loss", "speed").map(({ role }) => role)).toEqual([
      "baseline",
      "front",
      "other",
      "recommended",
      "other",
    ]);
  });

  it("leave out combinations that were not measured on both", () => {
    expect(dotsOf(report, "loss", "absent")).toEqual([]);
  });
});
