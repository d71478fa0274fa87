import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { change } from "../../../src/api/lab.ts";
import { operations } from "../../../src/api/operations.ts";
import { concerns, throttledInvalidator } from "./live.ts";

const found = (kind: "run" | "comment" | "report" | "landing", id = "") => ({ number: 1, kind, id });

describe("what a change concerns", () => {
  it("is the subject alone, where the answer is about one subject", () => {
    expect(concerns(["run", { params: { run: "r1" } }], found("run", "r1"))).toBe(true);
    expect(concerns(["run", { params: { run: "r2" } }], found("run", "r1"))).toBe(false);
    expect(concerns(["listRuns", { query: {} }], found("run", "r1"))).toBe(true);
  });

  it("is every answer of a kind, where the subject is not named", () => {
    expect(concerns(["report", {}], found("report"))).toBe(true);
    expect(concerns(["listComments", { params: { contribution: "rotary" } }], found("comment", "c9"))).toBe(true);
    expect(concerns(["listRuns", {}], found("report"))).toBe(false);
    expect(concerns(["unknown"], found("landing"))).toBe(false);
  });

  it("is something, for every kind of change", () => {
    const reads = Object.entries(operations).filter(([, { method }]) => method === "get");
    for (const kind of change.shape.kind.options) {
      expect(reads.some(([id]) => concerns([id, {}], { number: 1, kind, id: "" }))).toBe(true);
    }
  });
});

describe("asking again", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is done at once, and then at most twice a second, for all that changed meanwhile", async () => {
    const invalidateQueries = vi.fn(async () => {});
    const invalidator = throttledInvalidator({ invalidateQueries });
    for (let i = 0; i < 100; i++) {
      invalidator.take(found("run", `r${i}`));
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(invalidateQueries.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(invalidateQueries.mock.calls.length).toBeLessThanOrEqual(5);
    await vi.advanceTimersByTimeAsync(2000);
    const calls = invalidateQueries.mock.calls.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(invalidateQueries.mock.calls.length).toBe(calls);
  });

  it("stops with the page", async () => {
    const invalidateQueries = vi.fn(async () => {});
    const invalidator = throttledInvalidator({ invalidateQueries });
    invalidator.take(found("run", "r1"));
    invalidator.take(found("run", "r2"));
    invalidator.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(invalidateQueries.mock.calls.length).toBe(1);
  });
});
