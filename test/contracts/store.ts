import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { type Digest, digestJson, sha256 } from "../../src/base/digest.ts";
import { type KeyParts, stageKey } from "../../src/recipe/fingerprint.ts";
import type { Attempt, Claim, Journal, Metrics, StageResult } from "../../src/run/run.ts";
import type { NewRun, Store } from "../../src/store/store.ts";

/** What every store promises, whatever is behind it. */
export interface StoreBackend {
  readonly name: string;
  /** Opens the same store again, as another process would. */
  open(clock: Clock, isDead: (owner: string) => boolean): Promise<Store>;
  /** Throws away what is stored. */
  reset(): Promise<void>;
}

export interface TestClock extends Clock {
  pass(milliseconds: number): void;
}

export function testClock(): TestClock {
  let time = 1_000;
  return {
    now: () => time,
    monotonic: () => time,
    pass: (milliseconds) => {
      time += milliseconds;
    },
  };
}

export function partsOf(n: number, stage = "s"): KeyParts {
  return {
    schema: 1,
    stage,
    command: ["run", "{n}"],
    params: { n },
    code: { "a.ts": sha256("a") },
    inputs: {},
    seed: null,
    env: {},
    outputs: [],
  };
}

export function resultOf(attempt: Attempt, metrics: Metrics = new Map(), stage = "s"): StageResult {
  return {
    key: attempt.key,
    stage,
    output: sha256(`output of ${attempt.id}`),
    measurements: sha256(`measurements of ${attempt.id}`),
    metrics,
    attempt: attempt.id,
    seconds: 1.5,
    coreSeconds: 3,
    gpuSeconds: 0,
    finishedAt: 5,
  };
}

export function newRun(id: string, change: Partial<NewRun> = {}): NewRun {
  return {
    id,
    levels: ["a", "b=x"],
    seed: 1,
    scale: "full",
    purpose: "search",
    recipeDigest: sha256("recipe"),
    origin: {
      outside: sha256("lab at a scale"),
      lab: sha256("lab"),
      changes: { a: sha256("change of a"), "b=x": sha256("change of b") },
    },
    why: { kind: "baseline" },
    owner: "alive",
    stages: [{ stage: "s", key: null, attempt: null, reused: false, state: "pending" }],
    ...change,
  };
}

export function granted(claim: Claim): Attempt {
  if (claim.kind !== "granted") throw new Error(`not granted: ${claim.kind}`);
  return claim.attempt;
}

export function storeContract(backend: StoreBackend): void {
  describe(`the store contract: ${backend.name}`, () => {
    let clock: TestClock;
    let dead: Set<string>;
    let store: Store;
    beforeEach(async () => {
      await backend.reset();
      clock = testClock();
      dead = new Set();
      store = await backend.open(clock, (owner) => dead.has(owner));
    });
    afterEach(() => store.close());

    const claim = (journal: Journal, n: number) => journal.claim(stageKey(partsOf(n)), partsOf(n), "s", false);

    describe("leases", () => {
      it("are held by one at a time, and a record ends them for good", async () => {
        const [a, b] = [store.journal("a"), store.journal("b")];
        const attempt = granted(await claim(a, 1));
        expect(await claim(b, 1)).toEqual({ kind: "held" });
        expect(await claim(a, 1)).toEqual({ kind: "held" });
        const result = resultOf(attempt);
        expect(await a.record(attempt, result)).toBe("recorded");
        expect(await a.record(attempt, result)).toBe("fenced");
        expect(await claim(b, 1)).toEqual({ kind: "recorded", result });
        expect(await b.findResult(attempt.key)).toEqual(result);
      });

      it("come with rising fencing numbers", async () => {
        const a = store.journal("a");
        const first = granted(await claim(a, 1));
        await a.fail(first, { kind: "exit", code: 1 });
        const second = granted(await claim(a, 1));
        await a.release(second);
        const third = granted(await claim(a, 1));
        expect([first, second, third].map((attempt) => attempt.fence)).toEqual([1, 2, 3]);
        expect(new Set([first.id, second.id, third.id]).size).toBe(3);
        expect(
          (await store.listAttempts(first.key)).map((row) => [row.state, row.cause, row.endedAt === null]),
        ).toEqual([
          ["failed", { kind: "exit", code: 1 }, false],
          ["released", null, false],
          ["started", null, true],
        ]);
      });

      it("of a dead process are taken at once, and its record is refused", async () => {
        const [a, b] = [store.journal("a"), store.journal("b")];
        const old = granted(await claim(a, 1));
        dead.add("a");
        expect(await b.isAbandoned(old.id)).toBe(true);
        const taken = await claim(b, 1);
        expect(taken).toMatchObject({ kind: "granted", from: "takenOver" });
        dead.delete("a");
        expect(await a.record(old, resultOf(old))).toBe("fenced");
        expect(await a.fail(old, { kind: "exit", code: 1 })).toBe("fenced");
        await a.release(old);
        expect((await store.listAttempts(old.key)).map((row) => row.state)).toEqual(["fenced", "started"]);
        expect(await b.findResult(old.key)).toBeNull();
        expect(await b.record(granted(taken), resultOf(granted(taken)))).toBe("recorded");
      });

      it("are passed on with their attempt where it can be watched on, and the one before is refused", async () => {
        const [a, b] = [store.journal("a"), store.journal("b")];
        const adopt = (journal: Journal) => journal.claim(stageKey(partsOf(1)), partsOf(1), "s", true);
        const old = granted(await adopt(a));
        expect(await adopt(b)).toEqual({ kind: "held" });
        expect(await adopt(a)).toEqual({ kind: "held" });
        dead.add("a");
        const taken = await adopt(b);
        expect(taken).toEqual({ kind: "granted", from: "adopted", attempt: { ...old, fence: old.fence + 1 } });
        dead.delete("a");
        expect(await b.isOver(old.id)).toBe(false);
        expect([await a.holds(old), await b.holds(granted(taken))]).toEqual([false, true]);
        expect(await a.record(old, resultOf(old))).toBe("fenced");
        expect(await a.fail(old, { kind: "exit", code: 1 })).toBe("fenced");
        await a.release(old);
        expect((await store.listAttempts(old.key)).map((row) => row.state)).toEqual(["started"]);
        // Left by a watcher that lives: its own next claim watches on, nobody else's does.
        b.leave(granted(taken));
        expect(await adopt(a)).toEqual({ kind: "held" });
        const back = granted(await adopt(b));
        expect(back).toEqual({ ...old, fence: old.fence + 2 });
        expect(await b.record(back, resultOf(back))).toBe("recorded");
        expect(await b.isOver(old.id)).toBe(true);
        expect(await b.holds(back)).toBe(false);
        expect(await b.isOver("s-0123456789-1-01234567")).toBe(false);
      });

      it("of owners that are gone can be given back, and nobody else's are", async () => {
        const [a, b] = [store.journal("a"), store.journal("b")];
        const [left, kept] = [granted(await claim(a, 1)), granted(await claim(b, 2))];
        expect(await store.releaseAbandoned()).toEqual([]);
        dead.add("a");
        expect(await store.releaseAbandoned()).toEqual([left.id]);
        expect(await store.releaseAbandoned()).toEqual([]);
        expect([await b.isOver(left.id), await b.isOver(kept.id)]).toEqual([true, false]);
        expect(await a.record(left, resultOf(left))).toBe("fenced");
      });

      it("of a silent owner are taken after thirty seconds, watched; heartbeats keep them", async () => {
        const [a, b] = [store.journal("a"), store.journal("b")];
        const old = granted(await claim(a, 1));
        for (let i = 0; i < 10; i++) {
          expect(await claim(b, 1)).toEqual({ kind: "held" });
          clock.pass(20_000);
          await a.heartbeat();
        }
        expect(await claim(b, 1)).toEqual({ kind: "held" });
        clock.pass(29_999);
        expect(await claim(b, 1)).toEqual({ kind: "held" });
        expect(await b.isAbandoned(old.id)).toBe(false);
        clock.pass(1);
        // Until then it may come back.
        expect(await b.isAbandoned(old.id)).toBe(false);
        expect(await claim(b, 1)).toMatchObject({ kind: "granted", from: "takenOver" });
        expect(await b.isAbandoned(old.id)).toBe(true);
      });

      it("of an owner are known to its other sessions of the store, not as its own", async () => {
        const other = await backend.open(clock, (owner) => dead.has(owner));
        const old = granted(await claim(store.journal("a"), 1));
        expect(await claim(other.journal("b"), 1)).toEqual({ kind: "held" });
        expect(await other.journal("b").isAbandoned(old.id)).toBe(false);
        await other.close();
      });

      it("of attempts that are not of this store are nobody's business", async () => {
        expect(await store.journal("a").isAbandoned("s-0123456789-1-01234567")).toBe(false);
      });
    });

    describe("results", () => {
      it("keep numbers as they are, NaN and the infinities too", async () => {
        await fc.assert(
          fc.asyncProperty(fc.dictionary(fc.string(), fc.double()), fc.integer(), async (values, n) => {
            const a = store.journal("a");
            const claimed = await claim(a, n);
            if (claimed.kind !== "granted") return;
            const metrics = new Map(Object.entries(values));
            await a.record(claimed.attempt, resultOf(claimed.attempt, metrics));
            const found = await store.findResult(claimed.attempt.key);
            // −0 is 0 in JSON, and no measurement tells them apart.
            const plain = (map: Metrics | undefined) =>
              [...(map ?? [])].map(([name, value]) => [name, value === 0 ? 0 : value]).sort();
            expect(plain(found?.metrics)).toEqual(plain(metrics));
          }),
          { numRuns: 50, examples: [[JSON.parse('{"__proto__": 1.5}'), 0]] },
        );
      });

      it("are set aside, never deleted, and their key may be executed again", async () => {
        const a = store.journal("a");
        const attempt = granted(await claim(a, 1));
        const result = resultOf(attempt);
        await a.record(attempt, result);
        await a.invalidate(result, "lost");
        expect(await store.findResult(attempt.key)).toBeNull();
        expect(await store.listResults()).toEqual([]);
        expect(await store.findAttemptResult(attempt.id)).toEqual(result);
        const again = granted(await claim(a, 1));
        await a.record(again, resultOf(again));
        // The second invalidation is of the first result: the new one stands.
        await a.invalidate(result, "lost again");
        expect((await store.listResults()).map((r) => r.attempt)).toEqual([again.id]);
      });

      it("tell what a stage is made of and what it costs", async () => {
        const a = store.journal("a");
        for (const n of [1, 2, 1]) {
          const parts = { ...partsOf(n), seed: n + (await store.listResults()).length };
          const attempt = granted(await a.claim(stageKey(parts), parts, "s", false));
          await a.record(attempt, { ...resultOf(attempt), coreSeconds: n * 2, seconds: n, gpuSeconds: n * 4 });
          expect(await store.findKeyParts(attempt.key)).toEqual(parts);
          expect(await store.latestKeyParts("s")).toEqual(parts);
        }
        const params = (n: number) => digestJson({ n });
        expect(new Map((await store.stageCosts()).map((cost) => [cost.params, cost]))).toEqual(
          new Map([
            [params(1), { stage: "s", params: params(1), results: 2, seconds: 1, coreSeconds: 2, gpuSeconds: 4 }],
            [params(2), { stage: "s", params: params(2), results: 1, seconds: 2, coreSeconds: 4, gpuSeconds: 8 }],
          ]),
        );
        expect(await store.latestKeyParts("other")).toBeNull();
        expect(await store.findKeyParts(sha256("nothing"))).toBeNull();
      });
    });

    describe("runs", () => {
      it("are there once while they count, and again after they failed", async () => {
        const first = await store.insertRun(newRun("1"));
        expect(first).toMatchObject({
          inserted: true,
          run: { ...newRun("1"), state: "pending", createdAt: 1000, finishedAt: null },
        });
        const again = await store.insertRun(newRun("2"));
        expect(again).toEqual({ inserted: false, run: first.run });
        expect((await store.insertRun(newRun("3", { seed: 2 }))).inserted).toBe(true);
        expect((await store.insertRun(newRun("4", { purpose: "confirm" }))).inserted).toBe(true);
        clock.pass(5);
        expect(await store.updateRun("1", "alive", { state: "failed", coreSeconds: 4 })).toMatchObject({
          finishedAt: 1005,
          coreSeconds: 4,
        });
        expect((await store.insertRun(newRun("5"))).inserted).toBe(true);
        expect((await store.listRuns()).map((run) => run.id)).toEqual(["1", "3", "4", "5"]);
        expect(await store.findRun("none")).toBeNull();
        expect((await store.findRuns(["5", "none", "3"])).map((run) => run.id)).toEqual(["3", "5"]);
        expect(await store.findRuns([])).toEqual([]);
      });

      it("are changed by their owner alone, and taken over from the dead", async () => {
        await store.insertRun(newRun("1", { owner: "a" }));
        await store.insertRun(newRun("2", { owner: "a", seed: 2 }));
        await store.insertRun(newRun("3", { owner: "b", seed: 3 }));
        await store.updateRun("1", "a", { state: "running" });
        await store.updateRun("2", "a", { state: "done" });
        expect(await store.updateRun("1", "b", { state: "done" })).toBeNull();
        expect(await store.takeOverRuns("b")).toEqual([]);
        dead.add("a");
        expect(await store.takeOverRuns("b", [])).toEqual([]);
        expect(await store.takeOverRuns("b", ["2", "3"])).toEqual([]);
        const taken = await store.takeOverRuns("b", ["1", "2"]);
        expect(taken.map((run) => [run.id, run.owner, run.state])).toEqual([["1", "b", "pending"]]);
        expect(await store.updateRun("1", "a", { state: "done" })).toBeNull();
        expect(await store.takeOverRuns("b")).toEqual([]);
        expect((await store.updateRun("1", "b", {}))?.state).toBe("pending");
      });
    });

    describe("ledgers", () => {
      it("number their entries and never change them", async () => {
        const bodies = [{ set: ["a"] }, { set: ["b"], note: "ü" }];
        for (const body of bodies) await store.append("landing", body);
        await store.append("decision", { x: 1 });
        const entries = await store.entries("landing");
        expect(entries.map((entry) => [entry.number, entry.body, entry.digest])).toEqual(
          bodies.map((body, i) => [i + 1, body, digestJson(body)]),
        );
        expect(await store.entries("log")).toEqual([]);
      });
    });

    describe("curves", () => {
      it("are read as they were appended, in whatever portions", async () => {
        const point = fc.record({
          name: fc.constantFrom("loss", "lr"),
          step: fc.double(),
          value: fc.double(),
          at: fc.double(),
        });
        const portions = fc.array(
          fc.oneof(fc.array(point, { maxLength: 5 }), fc.array(point, { minLength: 1500, maxLength: 3000 })),
          { maxLength: 4 },
        );
        let n = 0;
        await fc.assert(
          fc.asyncProperty(portions, async (all) => {
            const attempt = granted(await claim(store.journal("a"), n++));
            for (const portion of all) await store.appendMetrics(attempt.id, portion);
            for (const name of ["loss", "lr"]) {
              const own = all.flat().filter((p) => p.name === name);
              const { steps, values, times } = await store.readMetrics(attempt.id, name);
              expect(values).toEqual(Float64Array.from(own, (p) => p.value));
              expect(steps).toEqual(Float64Array.from(own, (p) => p.step));
              expect(times).toEqual(Float64Array.from(own, (p) => p.at));
              const blocks = await store.summariseMetrics(attempt.id, name);
              expect(blocks.reduce((sum, block) => sum + block.count, 0)).toBe(own.length);
              // Full blocks but the last, however small the portions.
              expect(blocks.slice(0, -1).every((block) => block.count === blocks[0]?.count)).toBe(true);
              const finite = own.map((p) => p.value).filter(Number.isFinite);
              expect(blocks.reduce((sum, block) => sum + block.finite, 0)).toBe(finite.length);
              const least = Math.min(...blocks.flatMap((block) => (block.min === null ? [] : [block.min])));
              expect(least).toBe(Math.min(...finite));
            }
            expect(await store.metricNames(attempt.id)).toEqual([...new Set(all.flat().map((p) => p.name))].sort());
          }),
          { numRuns: 15 },
        );
      });

      it("are read in part, by the blocks that go over a window", async () => {
        const point = fc.record({ step: fc.double(), value: fc.double(), at: fc.double() });
        const portion = fc.array(point, { minLength: 900, maxLength: 2500 });
        const window = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }));
        let n = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(portion, { minLength: 1, maxLength: 3 }), window, async (portions, ends) => {
            const [from, to] = [Math.min(...ends), Math.max(...ends)];
            const attempt = granted(await claim(store.journal("a"), n++));
            const named = portions.map((part) => part.map((each) => ({ name: "loss", ...each })));
            for (const part of named) await store.appendMetrics(attempt.id, part);
            const all = named.flat();
            const blocks = await store.summariseMetrics(attempt.id, "loss");
            for (const column of ["steps", "times"] as const) {
              const at = (each: (typeof all)[number]) => (column === "steps" ? each.step : each.at);
              const over = blocks.filter(({ [column]: x }) => x !== null && x.most >= from && x.least <= to);
              const parts = await Promise.all(
                over.map(({ number }) => store.readMetrics(attempt.id, "loss", { first: number, last: number })),
              );
              expect(parts.map(({ values }) => values.length)).toEqual(over.map(({ count }) => count));
              const read = parts.flatMap((part) => [...(part[column] ?? [])]).filter((x) => x >= from && x <= to);
              expect(read).toEqual(all.map(at).filter((x) => x >= from && x <= to));
            }
            const [first, last] = [blocks[0]?.number ?? 0, blocks.at(-1)?.number ?? 0];
            const whole = await store.readMetrics(attempt.id, "loss", { first, last });
            expect(whole).toEqual(await store.readMetrics(attempt.id, "loss"));
          }),
          { numRuns: 10 },
        );
      });
    });

    it("behaves as the model does over random histories", async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(commandArbitraries(), { maxCommands: 40 }), async (commands) => {
          await backend.reset();
          const time = testClock();
          const gone = new Set<string>();
          const real = await backend.open(time, (owner) => gone.has(owner));
          try {
            const setup = () => ({ model: newModel(), real: { store: real, gone, time } });
            await fc.asyncModelRun(setup, commands);
          } finally {
            await real.close();
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

/** The model: what leases and results are, in a few maps. */
interface Model {
  readonly keys: Map<
    number,
    { fence: number; lease: { attempt: Attempt; owner: string } | null; recorded: string | null }
  >;
  readonly attempts: { readonly attempt: Attempt; readonly owner: string; readonly key: number }[];
  readonly gone: Set<string>;
}
interface Real {
  readonly store: Store;
  readonly gone: Set<string>;
  readonly time: TestClock;
}
type Command = fc.AsyncCommand<Model, Real>;

function newModel(): Model {
  return { keys: new Map(), attempts: [], gone: new Set() };
}

function keyOf(model: Model, key: number) {
  const there = model.keys.get(key) ?? { fence: 0, lease: null, recorded: null };
  model.keys.set(key, there);
  return there;
}

const owners = ["a", "b", "c"];

function commandArbitraries() {
  const owner = fc.constantFrom(...owners);
  const key = fc.integer({ min: 0, max: 2 });
  const which = fc.nat({ max: 30 });
  return [
    fc.tuple(owner, key).map(([o, k]) => claimCommand(o, k)),
    fc.tuple(owner, key).map(([o, k]) => claimCommand(o, k)),
    which.map((w) => endCommand("record", w)),
    which.map((w) => endCommand("fail", w)),
    which.map((w) => endCommand("release", w)),
    owner.map(dieCommand),
    key.map(invalidateCommand),
  ];
}

function claimCommand(owner: string, key: number): Command {
  return {
    toString: () => `${owner} claims ${key}`,
    check: (model) => !model.gone.has(owner),
    run: async (model, real) => {
      const own = keyOf(model, key);
      const claim = await real.store.journal(owner).claim(stageKey(partsOf(key)), partsOf(key), "s", false);
      if (own.recorded !== null) {
        expect(claim).toMatchObject({ kind: "recorded", result: { attempt: own.recorded } });
        return;
      }
      if (own.lease !== null && !model.gone.has(own.lease.owner)) {
        expect(claim).toEqual({ kind: "held" });
        return;
      }
      own.fence++;
      expect(claim).toMatchObject({
        kind: "granted",
        from: own.lease === null ? "nobody" : "takenOver",
        attempt: { fence: own.fence },
      });
      const attempt = granted(claim);
      own.lease = { attempt, owner };
      model.attempts.push({ attempt, owner, key });
    },
  };
}

function endCommand(how: "record" | "fail" | "release", which: number): Command {
  return {
    toString: () => `${how} ${which}`,
    check: (model) => model.attempts.length > 0,
    run: async (model, real) => {
      const tried = model.attempts[which % model.attempts.length];
      if (tried === undefined) return;
      const { attempt, owner, key } = tried;
      const own = keyOf(model, key);
      const holds = own.lease?.attempt.id === attempt.id;
      const journal = real.store.journal(owner);
      if (how === "record") {
        expect(await journal.record(attempt, resultOf(attempt))).toBe(holds ? "recorded" : "fenced");
        if (holds) own.recorded = attempt.id;
      } else if (how === "fail")
        expect(await journal.fail(attempt, { kind: "signal", signal: "SIGKILL" })).toBe(holds ? "failed" : "fenced");
      else await journal.release(attempt);
      if (holds) own.lease = null;
      await agree(model, real);
    },
  };
}

function dieCommand(owner: string): Command {
  return {
    toString: () => `${owner} dies`,
    // One stays.
    check: (model) => !model.gone.has(owner) && model.gone.size < owners.length - 1,
    run: async (model, real) => {
      model.gone.add(owner);
      real.gone.add(owner);
    },
  };
}

function invalidateCommand(key: number): Command {
  return {
    toString: () => `invalidate ${key}`,
    check: (model) => (model.keys.get(key)?.recorded ?? null) !== null,
    run: async (model, real) => {
      const own = keyOf(model, key);
      const result = await real.store.findResult(stageKey(partsOf(key)));
      if (result === null) throw new Error("the model knows a result");
      await real.store.journal("a").invalidate(result, "lost");
      own.recorded = null;
      await agree(model, real);
    },
  };
}

async function agree(model: Model, real: Real): Promise<void> {
  const recorded = [...model.keys.values()].flatMap((own) => (own.recorded === null ? [] : [own.recorded]));
  const listed = (await real.store.listResults()).map((result) => result.attempt);
  expect(listed.sort()).toEqual(recorded.sort());
  for (const [key, own] of model.keys) {
    const digest: Digest = stageKey(partsOf(key));
    const rows = await real.store.listAttempts(digest);
    expect(rows.map((row) => row.fence)).toEqual(Array.from({ length: own.fence }, (_, i) => i + 1));
    expect(rows.filter((row) => row.state === "started").map((row) => row.id)).toEqual(
      own.lease === null ? [] : [own.lease.attempt.id],
    );
  }
}
