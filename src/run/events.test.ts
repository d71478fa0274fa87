import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEventReader, type EventReader, parseEvent, type StageEvent } from "./events.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-events-"));
  path = join(folder, "events.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that arrived in one look, put together. */
async function look(reader: EventReader, last: boolean) {
  const all = { points: 0, messages: [] as string[], garbage: 0, progress: null as unknown };
  for await (const batch of reader.read(last)) {
    all.points += batch.points.length;
    all.messages.push(...batch.messages);
    all.garbage += batch.garbage;
    all.progress = batch.progress ?? all.progress;
  }
  return all;
}

describe("an event", () => {
  it("is progress, a metric or a message; anything else is garbage", () => {
    const good: Readonly<Record<string, StageEvent>> = {
      '{"type":"progress","done":1,"total":3}': { type: "progress", done: 1, total: 3 },
      '{"type":"metric","name":"loss","step":0,"value":-1.5e-3}': {
        type: "metric",
        name: "loss",
        step: 0,
        value: -0.0015,
      },
      '{"type":"metric","name":"loss","step":1,"value":"-Infinity"}': {
        type: "metric",
        name: "loss",
        step: 1,
        value: Number.NEGATIVE_INFINITY,
      },
      '{"type": "metric", "name": "NaN", "step": 1, "value": NaN}': {
        type: "metric",
        name: "NaN",
        step: 1,
        value: Number.NaN,
      },
      '{"type":"metric","name":"loss","step":2,"value":1,"time":1767225600.25}': {
        type: "metric",
        name: "loss",
        step: 2,
        value: 1,
        time: 1767225600.25,
      },
      // A time of another form was no error before times were kept, and is none now.
      '{"type":"metric","name":"loss","step":3,"value":1,"time":"12:04"}': {
        type: "metric",
        name: "loss",
        step: 3,
        value: 1,
        time: undefined,
      },
      '{"type":"log","message":"value: NaN, so it goes"}': { type: "log", message: "value: NaN, so it goes" },
    };
    for (const [line, event] of Object.entries(good)) expect(parseEvent(line)).toEqual(event);
    const bad = [
      "",
      "x",
      "null",
      "[]",
      '{"type":"progress","done":1}',
      '{"type":"metric","name":"","step":1,"value":1}',
      '{"type":"metric","name":"a","step":1,"value":null}',
      '{"type":"other"}',
      '{"type":"log"}',
    ];
    for (const line of bad) expect(parseEvent(line)).toBeNull();
  });
});

describe("following an events file", () => {
  it("gives every line once, however the writes are cut", async () => {
    const message = fc.string({ unit: "grapheme", maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 20 }),
        fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
        async (messages, cuts) => {
          rmSync(path, { force: true });
          const bytes = Buffer.from(messages.map((m) => `${JSON.stringify({ type: "log", message: m })}\n`).join(""));
          const ends = [...cuts, bytes.length].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
          const reader = createEventReader(path, { now: () => 5 });
          const seen: string[] = [];
          let from = 0;
          for (const end of ends) {
            appendFileSync(path, bytes.subarray(from, end));
            from = end;
            const { messages: some, garbage } = await look(reader, false);
            seen.push(...some);
            expect(garbage).toBe(0);
          }
          expect(seen).toEqual(messages);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("gives points the time that they say, else that at which they were read", async () => {
    const metric = { type: "metric", name: "loss", value: 1 };
    let now = 1_000;
    const reader = createEventReader(path, { now: () => now });
    const times = async (...events: readonly object[]) => {
      appendFileSync(path, events.map((event) => `${JSON.stringify({ ...metric, ...event })}\n`).join(""));
      const points = [];
      for await (const batch of reader.read(false)) points.push(...batch.points);
      return points.map(({ step, at }) => [step, at]);
    };
    expect(await times({ step: 1 }, { step: 2, time: 1767225600.25 })).toEqual([
      [1, 1_000],
      [2, 1_767_225_600_250],
    ]);
    now = 2_000;
    expect(await times({ step: 3, time: null }, { step: 4, time: -1 })).toEqual([
      [3, 2_000],
      [4, -1_000],
    ]);
  });

  it("takes the last line without its line feed only at the end", async () => {
    writeFileSync(path, '{"type":"progress","done":1,"total":2}');
    const reader = createEventReader(path, { now: () => 5 });
    expect(await look(reader, false)).toMatchObject({ progress: null, garbage: 0 });
    expect(await look(reader, true)).toMatchObject({ progress: { done: 1, total: 2 }, garbage: 0 });
    expect(await look(reader, true)).toMatchObject({ progress: null, garbage: 0 });
  });

  it("does not hold a line without end, and goes on behind it", async () => {
    const reader = createEventReader(path, { now: () => 5 });
    expect(await look(reader, true)).toMatchObject({ garbage: 0 });
    for (let i = 0; i < 8; i++) {
      appendFileSync(path, "x".repeat(1 << 19));
      await look(reader, false);
    }
    appendFileSync(path, '\n{"type":"log","message":"after"}\n');
    expect(await look(reader, false)).toMatchObject({ messages: ["after"] });
  });
});
