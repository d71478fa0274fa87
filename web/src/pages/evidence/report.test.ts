import { describe, expect, it } from "vitest";
import { reportOf } from "./report.test-util.ts";
import { canLand, currentBaseline, toldFrom, unitOf } from "./report.ts";

const none = { mean: 0, low: 0, high: 0 };
const setWith = (outcome: "pending" | "confirmed") => ({
  utility: none,
  objectives: [],
  confirmation: { pairs: 3, threshold: 20, tests: [], outcome },
});

describe("canLand", () => {
  it("asks for a confirmed set that is another than the baseline and has not landed", () => {
    const confirmed = { recommended: ["a"], set: setWith("confirmed") };
    expect(canLand(reportOf(confirmed))).toBe(true);
    expect(canLand(reportOf({ ...confirmed, set: setWith("pending") }))).toBe(false);
    expect(canLand(reportOf({ ...confirmed, baseline: ["a"] }))).toBe(false);
    expect(canLand(reportOf({ ...confirmed, landing: 1 }))).toBe(false);
  });
});

describe("currentBaseline", () => {
  it("is the landed set once the report is a landing's", () => {
    expect(currentBaseline(reportOf({ baseline: ["a"], recommended: ["b"] }))).toEqual(["a"]);
    expect(currentBaseline(reportOf({ baseline: ["a"], recommended: ["b"], landing: 2 }))).toEqual(["b"]);
  });
});

describe("toldFrom", () => {
  const report = reportOf({ recommended: ["a", "b", "c"] });
  it("tells a combination from the nearer of the two that people know", () => {
    expect(toldFrom(report, ["d"])).toEqual({ from: "baseline", added: ["d"], removed: [] });
    expect(toldFrom(report, ["b", "a", "d"])).toEqual({ from: "recommended", added: ["d"], removed: ["c"] });
    expect(toldFrom(report, [])).toEqual({ from: "baseline", added: [], removed: [] });
  });
});

describe("unitOf", () => {
  it("is not said twice", () => {
    const objective = { stage: "s", goal: "maximize" as const, matters: 1, guardrail: null, weight: 1, baseline: null };
    const report = reportOf({
      objectives: [
        { ...objective, name: "sort_accuracy", unit: "accuracy" },
        { ...objective, name: "loss", unit: "nats" },
      ],
    });
    expect([unitOf(report, "sort_accuracy"), unitOf(report, "loss"), unitOf(report, null)]).toEqual([
      null,
      "nats",
      null,
    ]);
  });
});
