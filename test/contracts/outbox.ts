import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageKey } from "../../src/recipe/fingerprint.ts";
import type { ChangeRow, Store } from "../../src/store/store.ts";
import { granted, newRun, partsOf, type StoreBackend, testClock } from "./store.ts";
import { accountRow, commentRow, viewRow } from "./team.ts";

/** What every store promises of its outbox: whoever reads on from the last number seen misses nothing. */
export function outboxContract(backend: StoreBackend): void {
  describe(`the outbox of a store: ${backend.name}`, () => {
    const clock = testClock();
    let store: Store;
    beforeEach(async () => {
      await backend.reset();
      store = await backend.open(clock, () => false);
    });
    afterEach(() => store.close());

    it("has every kind of change, in the order they were made", async () => {
      expect(await store.lastChange()).toBe(0);
      await store.insertRun(newRun("r1"));
      const claim = await store.journal("a").claim(stageKey(partsOf(1)), partsOf(1), "s", false);
      const { id } = granted(claim);
      await store.appendMetrics(id, [{ name: "loss", step: 1, value: 1, at: 1 }]);
      await store.append("decision", { x: 1 });
      await store.append("landing", { x: 1 });
      await store.append("log", { x: 1 });
      await store.changeAccount(() => ({
        account: accountRow("lin"),
        issue: null,
        revoke: { accounts: [], kinds: [], at: 0 },
      }));
      await store.insertComment(commentRow("c1"));
      await store.insertView(viewRow("v1"));
      await store.noteChange("contribution", "rotary");
      await store.noteChange("lab", "");
      await store.writeSetting("paused", true);
      const expected: readonly [ChangeRow["kind"], string][] = [
        ["run", "r1"],
        ["curve", id],
        ["decision", ""],
        ["landing", ""],
        ["account", "lin"],
        ["comment", "rotary"],
        ["view", "v1"],
        ["contribution", "rotary"],
        ["lab", ""],
        ["setting", "paused"],
      ];
      const changes = await store.changesSince(0, 100);
      expect(changes).toEqual(expected.map(([kind, id], i) => ({ number: i + 1, kind, id })));
      expect(await store.lastChange()).toBe(expected.length);
      expect(await store.changesSince(4, 2)).toEqual(changes.slice(4, 6));
    });

    it("has a subject once, with its newest number, and nothing of what changed nothing", async () => {
      await store.insertRun(newRun("r1"));
      await store.insertRun(newRun("r2", { seed: 2 }));
      // There already, or another's: nothing changes.
      await store.insertRun(newRun("r3"));
      await store.updateRun("r2", "another", { state: "done" });
      await store.changeComment("none", (row) => row);
      await store.removeView("none");
      expect(await store.changesSince(0, 10)).toEqual([
        { number: 1, kind: "run", id: "r1" },
        { number: 2, kind: "run", id: "r2" },
      ]);
      await store.updateRun("r1", "alive", { state: "running" });
      await store.updateRun("r1", "alive", { state: "done" });
      expect(await store.changesSince(0, 10)).toEqual([
        { number: 2, kind: "run", id: "r2" },
        { number: 4, kind: "run", id: "r1" },
      ]);
    });

    it("has no change of what was not done", async () => {
      const refuse = () => {
        throw new Error("no");
      };
      await expect(store.changeAccount(refuse)).rejects.toThrow("no");
      await store.insertComment(commentRow("c1"));
      await expect(store.changeComment("c1", refuse)).rejects.toThrow("no");
      expect(await store.changesSince(0, 10)).toEqual([{ number: 1, kind: "comment", id: "rotary" }]);
    });

    it("tells a reader that resumes anywhere of everything since, each subject once, over restarts", async () => {
      const subject = fc.nat({ max: 5 }).map((n) => `contribution-${n}`);
      const step = fc.oneof(
        { weight: 6, arbitrary: subject.map((id) => ({ do: "change" as const, id })) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((limit) => ({ do: "read" as const, limit })) },
        { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          await backend.reset();
          let own = await backend.open(clock, () => false);
          const other = await backend.open(clock, () => false);
          try {
            // What the reader has not been told yet, by a model that needs no numbers.
            const unseen = new Set<string>();
            let seen = 0;
            let last = 0;
            const read = async (limit: number) => {
              const changes = await own.changesSince(seen, limit);
              expect(changes.length).toBe(Math.min(limit, unseen.size));
              for (const { number, id } of changes) {
                expect(number).toBeGreaterThan(seen);
                seen = number;
                expect(unseen.delete(id)).toBe(true);
              }
            };
            for (const [i, it] of steps.entries()) {
              if (it.do === "change") {
                const number = await (i % 2 === 0 ? own : other).noteChange("contribution", it.id);
                expect(number).toBeGreaterThan(last);
                last = number;
                unseen.add(it.id);
              } else if (it.do === "read") {
                await read(it.limit);
              } else {
                await own.close();
                own = await backend.open(clock, () => false);
              }
              expect(await own.lastChange()).toBe(last);
            }
            await read(100);
            expect(unseen.size).toBe(0);
          } finally {
            await own.close();
            await other.close();
          }
        }),
        { numRuns: 30 },
      );
    });
  });
}
