import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRoom, type Grant } from "./capacity.ts";

const never = new AbortController().signal;
const needs = (cpus: number, gpus = 0, memory: number | null = null) => ({ cpus, gpus, memory });
/** Lets everything that can happen happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("the machine's room", () => {
  it("is never given out twice, and everybody gets a turn", async () => {
    const demand = fc.record({
      cpus: fc.constantFrom(0.5, 1, 2, 3, 9),
      gpus: fc.nat({ max: 2 }),
      memory: fc.nat({ max: 12 }),
      rank: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(demand, { maxLength: 15 }), fc.infiniteStream(fc.nat()), async (demands, picks) => {
        const room = createRoom({ kind: "machine", cpus: 4, gpus: 2, memory: 10 }, "3,5");
        const held = new Map<Grant, (typeof demands)[number]>();
        let served = 0;
        for (const demand of demands) {
          void room.acquire(needs(demand.cpus, demand.gpus, demand.memory), demand.rank, never).then((grant) => {
            if (grant !== null) held.set(grant, demand);
            served++;
          });
        }
        while (served < demands.length || held.size > 0) {
          await settle();
          const all = [...held];
          const sum = (of: (d: (typeof demands)[number]) => number) => all.reduce((total, [, d]) => total + of(d), 0);
          expect(sum((d) => Math.min(d.cpus, 4))).toBeLessThanOrEqual(4);
          expect(sum((d) => Math.min(d.memory, 10))).toBeLessThanOrEqual(10);
          const gpus = all.flatMap(([grant]) => grant.gpus);
          expect(new Set(gpus).size).toBe(gpus.length);
          expect(gpus.every((gpu) => ["3", "5"].includes(gpu))).toBe(true);
          expect(all.every(([grant, d]) => grant.gpus.length === d.gpus)).toBe(true);
          const picked = all[(picks.next().value ?? 0) % Math.max(all.length, 1)];
          expect(picked).toBeDefined();
          picked?.[0].release();
          picked?.[0].release();
          if (picked) held.delete(picked[0]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps the order: small ones do not overtake a large one that waits, earlier ranks go first", async () => {
    const room = createRoom({ kind: "machine", cpus: 2, gpus: 0, memory: 10 }, undefined);
    const order: string[] = [];
    const ask = async (name: string, cpus: number, rank: number) => {
      const grant = await room.acquire(needs(cpus), rank, never);
      order.push(name);
      return grant;
    };
    const first = await ask("first", 1, 0);
    const all = [ask("large", 2, 1), ask("small", 1, 2), ask("earlier", 1, 1), ask("urgent", 1, 0)];
    await settle();
    // There is room for the one of the earliest rank; the large one is next and must wait for both.
    expect(order).toEqual(["first", "urgent"]);
    first?.release();
    (await all[3])?.release();
    (await all[0])?.release();
    await Promise.all(all);
    expect(order).toEqual(["first", "urgent", "large", "earlier", "small"]);
  });

  it("lets go of those who no longer want it", async () => {
    const room = createRoom({ kind: "machine", cpus: 1, gpus: 0, memory: 10 }, undefined);
    const controller = new AbortController();
    const first = await room.acquire(needs(1), 0, never);
    const gone = room.acquire(needs(1), 0, controller.signal);
    const next = room.acquire(needs(1), 0, never);
    controller.abort();
    expect(await gone).toBeNull();
    first?.release();
    expect(await next).not.toBeNull();
    expect(await room.acquire(needs(1), 0, controller.signal)).toBeNull();
  });
});
