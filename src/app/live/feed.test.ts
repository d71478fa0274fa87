import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change } from "../../api/lab.ts";
import type { ChangeRow } from "../../store/store.ts";
import { openFeed } from "./feed.ts";

/** An outbox as the store has it: a subject is there once, with the number of its newest change. */
function createOutbox() {
  const numbers = new Map<string, number>();
  let last = 0;
  return {
    numbers,
    note(id: string) {
      last++;
      numbers.set(id, last);
    },
    lastChange: async () => last,
    changesSince: async (number: number, limit: number): Promise<ChangeRow[]> =>
      [...numbers]
        .map(([id, own]): ChangeRow => ({ number: own, kind: id === "s" ? "setting" : "run", id }))
        .filter((row) => row.number > number)
        .sort((a, b) => a.number - b.number)
        .slice(0, limit),
  };
}

const never = (error: unknown) => {
  throw error;
};

/** Lets everything that is ready be done. */
const settle = () => new Promise((done) => setImmediate(done));

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("note" as const), id: fc.constantFrom("a", "b", "c", "d") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("poll" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("connect" as const), back: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("tell" as const) }) },
);

test("whoever listens, from whenever on, is told of every change since, in order, none twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const outbox = createOutbox();
      outbox.note("a");
      const feed = await openFeed(outbox, async () => {}, never);
      const end = new AbortController();
      const clients: { since: number; seen: Change[] }[] = [];
      for (const now of steps) {
        if (now.kind === "note") outbox.note(now.id);
        else if (now.kind === "poll") await feed.poll();
        else if (now.kind === "tell") feed.tell("report");
        else {
          const since = Math.max(0, feed.last - now.back);
          const seen: Change[] = [];
          clients.push({ since, seen });
          void (async () => {
            for await (const change of feed.changes(since, end.signal)) seen.push(change);
          })();
        }
        if (now.kind !== "note") await settle();
      }
      await feed.poll();
      await settle();
      for (const { since, seen } of clients) {
        const runs = seen.filter(({ kind }) => kind === "run");
        for (const [id, number] of outbox.numbers)
          if (number > since) expect(runs.findLast((change) => change.id === id)?.number).toBe(number);
        expect(runs.every(({ number }) => number > since)).toBe(true);
        const names = runs.map(({ id, number }) => `${id}/${number}`);
        expect(new Set(names).size).toBe(names.length);
        const numbers = seen.map(({ number }) => number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
      end.abort();
      await feed.close();
    }),
    { numRuns: 60 },
  );
});

test("a client that does not read is told of each subject once, however often it changed", async () => {
  const outbox = createOutbox();
  const feed = await openFeed(outbox, async () => {}, never);
  const end = new AbortController();
  const changes = feed.changes(null, end.signal);
  const first = changes.next();
  for (let i = 0; i < 1000; i++) {
    outbox.note(i % 2 === 0 ? "a" : "b");
    await feed.poll();
  }
  const told = [(await first).value, (await changes.next()).value, (await changes.next()).value];
  expect(told.map((change) => change?.number)).toEqual([1, 999, 1000]);
  end.abort();
  expect((await changes.next()).done).toBe(true);
  await feed.close();
});

test("settings are told of as the queue, and a number of another record as everything", async () => {
  const outbox = createOutbox();
  outbox.note("s");
  outbox.note("a");
  const feed = await openFeed(outbox, async () => {}, never);
  const end = new AbortController();
  const seen: Change[] = [];
  void (async () => {
    for await (const change of feed.changes(99, end.signal)) seen.push(change);
  })();
  await settle();
  expect(seen).toEqual([
    { number: 1, kind: "queue", id: "" },
    { number: 2, kind: "run", id: "a" },
    { number: 2, kind: "report", id: "" },
    { number: 2, kind: "queue", id: "" },
  ]);
  end.abort();
  await feed.close();
});

test("a store that fails for a while is asked again, and nothing is skipped", async () => {
  const outbox = createOutbox();
  let broken = false;
  const store = {
    lastChange: outbox.lastChange,
    changesSince: (number: number, limit: number) =>
      broken ? Promise.reject(new Error("busy")) : outbox.changesSince(number, limit),
  };
  const heard: number[] = [];
  const problems: unknown[] = [];
  const feed = await openFeed(
    store,
    async (rows) => void heard.push(...rows.map(({ number }) => number)),
    (error) => problems.push(error),
  );
  broken = true;
  outbox.note("a");
  await feed.poll();
  expect(feed.last).toBe(0);
  broken = false;
  outbox.note("b");
  await feed.poll();
  expect(heard).toEqual([1, 2]);
  expect(problems).toHaveLength(1);
  await feed.close();
});
