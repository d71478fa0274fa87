import { QueryClient, QueryObserver } from "@tanstack/react-query";
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
  let client: QueryClient;
  beforeEach(() => {
    vi.useFakeTimers();
    client = new QueryClient();
  });
  afterEach(() => {
    client.clear();
    vi.useRealTimers();
  });

  /** A list that is shown, and how often it was asked for. */
  async function shown(milliseconds: number) {
    const asked = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return asked.mock.calls.length;
    });
    const observer = new QueryObserver(client, { queryKey: ["listRuns", {}], queryFn: asked, staleTime: 60_000 });
    const leave = observer.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(milliseconds);
    return { asked, answer: () => observer.getCurrentResult().data, leave };
  }

  it("is done at once, and then at most twice a second, until nothing changes", async () => {
    const { asked, leave } = await shown(1);
    const invalidator = throttledInvalidator(client);
    for (let i = 0; i < 100; i++) {
      invalidator.take(found("run", `r${i}`));
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(5);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(6);
    await vi.advanceTimersByTimeAsync(2000);
    const calls = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.mock.calls.length).toBe(calls);
    leave();
  });

  it("waits for a slow answer, and asks once more for what changed meanwhile", async () => {
    const { asked, answer, leave } = await shown(3000);
    const invalidator = throttledInvalidator(client);
    for (let i = 0; i < 50; i++) {
      invalidator.take(found("run", `r${i}`));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(answer()).toBe(2);
    await vi.advanceTimersByTimeAsync(10_000);
    // The third was on its way when the last change came.
    expect(answer()).toBe(4);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.mock.calls.length).toBe(4);
    leave();
  });

  it("leaves what a change does not concern alone, and stops with the page", async () => {
    const { asked, leave } = await shown(1);
    const invalidator = throttledInvalidator(client);
    invalidator.take(found("comment", "c1"));
    invalidator.take(found("report"));
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked.mock.calls.length).toBe(1);
    invalidator.take(found("run", "r1"));
    invalidator.take(found("run", "r2"));
    await vi.advanceTimersByTimeAsync(5);
    invalidator.take(found("run", "r3"));
    invalidator.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.mock.calls.length).toBe(2);
    leave();
  });
});
