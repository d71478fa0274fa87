import { describe, expect, it } from "vitest";
import { createLifecycle, type Phase } from "./lifecycle.ts";

const phases: readonly Phase[] = [
  "started",
  "running",
  "checking",
  "publishing",
  "recorded",
  "failed",
  "released",
  "fenced",
];

describe("an attempt's life", () => {
  it("goes one way, and ends once", () => {
    const main: readonly Phase[] = ["started", "running", "checking", "publishing"];
    for (const [i, at] of main.entries()) {
      const allowed = new Set<Phase>(["failed", "released", "fenced", main[i + 1] ?? "recorded"]);
      for (const to of phases) {
        const life = createLifecycle("a");
        for (const step of main.slice(1, i + 1)) life.advance(step);
        expect(life.phase()).toBe(at);
        if (allowed.has(to)) life.advance(to);
        else expect(() => life.advance(to)).toThrow(`attempt a cannot go from ${at} to ${to}`);
      }
    }
    for (const end of ["recorded", "failed", "released", "fenced"] as const) {
      const life = createLifecycle("a");
      for (const step of main.slice(1)) life.advance(step);
      life.advance(end);
      for (const to of phases) expect(() => life.advance(to)).toThrow();
    }
  });
});
