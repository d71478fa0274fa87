import { afterEach, describe, expect, it, vi } from "vitest";
import type { Change } from "../../src/api/lab.ts";
import { createStreams, eventStream, mostStreams } from "../../src/server/events.ts";

afterEach(() => vi.useRealTimers());

/** Changes that are handed over one at a time. */
function source() {
  const waiting: ((result: IteratorResult<Change>) => void)[] = [];
  const ready: Change[] = [];
  let asked = 0;
  const changes: AsyncIterable<Change> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        asked += 1;
        const value = ready.shift();
        if (value !== undefined) return Promise.resolve({ done: false, value });
        return new Promise((resolve) => waiting.push(resolve));
      },
    }),
  };
  return {
    changes,
    asked: () => asked,
    tell(value: Change) {
      const wait = waiting.shift();
      if (wait === undefined) ready.push(value);
      else wait({ done: false, value });
    },
  };
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | null> {
  const { done, value } = await reader.read();
  return done ? null : new TextDecoder().decode(value);
}

const run = (number: number): Change => ({ number, kind: "run", id: `r${number}` });

describe("a stream of events", () => {
  it("starts with when to come back, and numbers what has a number", async () => {
    const from = source();
    const stop = new AbortController();
    const reader = eventStream({ changes: from.changes, stop, allowed: async () => true }).getReader();
    expect(await read(reader)).toBe("retry: 2000\n\n");
    from.tell(run(7));
    expect(await read(reader)).toBe(`id: 7\ndata: {"number":7,"kind":"run","id":"r7"}\n\n`);
    from.tell({ number: 7, kind: "report", id: "" });
    expect(await read(reader)).toBe(`data: {"number":7,"kind":"report","id":""}\n\n`);
    stop.abort();
    expect(await read(reader)).toBeNull();
  });

  it("takes nothing from the source before the client has taken what there is", async () => {
    const from = source();
    for (let i = 0; i < 50; i++) from.tell(run(i));
    const reader = eventStream({
      changes: from.changes,
      stop: new AbortController(),
      allowed: async () => true,
    }).getReader();
    await read(reader);
    await read(reader);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(from.asked()).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it("says that it is alive when nothing happens, loses nothing by it, and ends for who may not read any more", async () => {
    vi.useFakeTimers();
    const from = source();
    const stop = new AbortController();
    let allowed = true;
    const reader = eventStream({ changes: from.changes, stop, allowed: async () => allowed }).getReader();
    await read(reader);
    const beat = read(reader);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await beat).toBe(": still here\n\n");
    from.tell(run(1));
    expect(await read(reader)).toContain("id: 1");
    allowed = false;
    const end = read(reader);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await end).toBeNull();
    expect(stop.signal.aborted).toBe(true);
  });

  it("stops its source when the client goes", async () => {
    const stop = new AbortController();
    const stream = eventStream({ changes: source().changes, stop, allowed: async () => true });
    await stream.cancel();
    expect(stop.signal.aborted).toBe(true);
  });
});

describe("places for streams", () => {
  it("are so many a reader and so many in all, and come free once", () => {
    const streams = createStreams();
    const leave = Array.from({ length: mostStreams.perAccount }, () => streams.enter("lin"));
    expect(leave.every((one) => one !== null)).toBe(true);
    expect(streams.enter("lin")).toBeNull();
    for (let i = 0; i < mostStreams.inAll - mostStreams.perAccount; i++) expect(streams.enter(`p${i}`)).not.toBeNull();
    expect(streams.enter("another")).toBeNull();
    leave[0]?.();
    leave[0]?.();
    expect(streams.count()).toBe(mostStreams.inAll - 1);
    expect(streams.enter("another")).not.toBeNull();
    expect(streams.enter("one more")).toBeNull();
  });
});
