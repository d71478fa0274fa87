import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { granted, partsOf, resultOf, testClock } from "../../../test/contracts/store.ts";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { systemClock } from "../../base/clock.ts";
import { createRng } from "../../base/rng.ts";
import { stageKey } from "../../recipe/fingerprint.ts";
import { openPostgresStore } from "../postgres.ts";
import { type Store, StoreError } from "../store.ts";
import { type PostgresPlace, placeAt } from "./place.ts";
import { startWire, type Wire } from "./wire.test-util.ts";

/** A server that goes away, connections that break, many at once: nothing is lost, and nothing is there twice. */

const program = needs("postgres");
const secret = "a%2Fb%20c%25d";

describe.skipIf(program === null)("a record in PostgreSQL", () => {
  let rig: PostgresRig;
  let schema = "";
  let number = 0;
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    schema = `cairn_fault_${number++}`;
  });
  const place = (url = rig.url): PostgresPlace => placeAt(url, schema);
  const open = (url?: string) => openPostgresStore({ place: place(url), clock: systemClock });
  const through = (wire: Wire) => rig.url.replace(`:${rig.port}/`, `:${wire.port}/`);

  async function refusal(url: string): Promise<StoreError> {
    try {
      await (await open(url)).close();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const told = `${error.message}\n${error.stack}\n${JSON.stringify(error.problem)}`;
      expect(told).not.toContain(secret);
      expect(told).not.toContain(decodeURIComponent(secret));
      expect(told).not.toContain("wrong-password");
      return error;
    }
    throw new Error("nothing was refused");
  }

  describe("that cannot be had says why, and never the password:", () => {
    it("a wrong password, no such user, no such database", async () => {
      const wrong = await refusal(rig.url.replace(secret, "wrong-password"));
      expect(wrong.problem).toMatchObject({ kind: "denied", detail: 'password authentication failed for user "lin"' });
      expect(wrong.message).toContain(`postgresql://lin@127.0.0.1:${rig.port}/postgres (schema ${schema})`);
      expect((await refusal(rig.url.replace("lin:", "kai:"))).problem.kind).toBe("denied");
      const none = await refusal(rig.url.replace("/postgres", "/nowhere"));
      expect(none.problem).toMatchObject({ kind: "denied", detail: 'database "nowhere" does not exist' });
    });

    it("a server that is not there, not known, or speaks no TLS", async () => {
      expect((await refusal(rig.url.replace(`:${rig.port}`, ":1"))).problem.kind).toBe("unreachable");
      expect((await refusal(rig.url.replace("127.0.0.1", "nowhere.invalid"))).problem.kind).toBe("unreachable");
      expect((await refusal(`${rig.url}?sslmode=verify-full`)).problem.kind).toBe("denied");
      expect((await refusal("postgresql://lin:a%2Fb%20c%25d@[/postgres")).problem.kind).toBe("denied");
    });

    it("a schema that may not be made, or was made by something else", async () => {
      await rig.ask("create role guest login password 'wrong-password'");
      const guest = rig.url.replace(`lin:${secret}`, "guest:wrong-password");
      expect((await refusal(guest)).problem).toMatchObject({ kind: "denied" });
      await rig.ask(`create schema ${schema}; create table ${schema}.other (x int)`);
      expect((await refusal(rig.url)).problem.kind).toBe("corrupt");
    });

    it("a newer Cairn's record, which stays as it is", async () => {
      await (await open()).close();
      await rig.ask(`insert into ${schema}.migrations values (99, 'from the future', 0)`);
      expect((await refusal(rig.url)).problem).toMatchObject({ kind: "newer", version: 99 });
    });

    it("is reached through a socket too", async () => {
      const store = await open(`postgresql://lin:${secret}@/postgres?host=${rig.socket}&port=${rig.port}`);
      expect(await store.listRuns()).toEqual([]);
      await store.close();
    });
  });

  it("keeps two labs in one database apart", async () => {
    const one = await open();
    const other = await openPostgresStore({ place: placeAt(rig.url, `${schema}_b`), clock: systemClock });
    await one.append("log", { of: "one" });
    expect(await other.entries("log")).toEqual([]);
    expect(await other.lastChange()).toBe(0);
    await Promise.all([one.close(), other.close()]);
  });

  it("records once what was committed when the connection broke, whichever way it did", async () => {
    const wire = await startWire(rig.port);
    const store = await open(through(wire));
    const rng = createRng("breaks");
    let cuts = 0;
    wire.fate = (message) => {
      // The messages in which something is decided, and some others.
      const chance = /; commit/.test(message) ? 0.4 : 0.03;
      if (rng.uniform() > chance) return "pass";
      cuts++;
      return rng.uniform() < 0.5 ? "lost" : "unheard";
    };
    const journal = store.journal("a");
    for (let n = 0; n < 25; n++) {
      await store.append("decision", { n });
      const attempt = granted(await journal.claim(stageKey(partsOf(n)), partsOf(n), "s", false));
      await store.appendMetrics(attempt.id, [{ name: "loss", step: n, value: n, at: n }]);
      expect(await journal.record(attempt, resultOf(attempt))).toBe("recorded");
    }
    wire.fate = () => "pass";
    expect(cuts).toBeGreaterThan(20);
    expect((await store.entries("decision")).map(({ body }) => body.n)).toEqual(
      Array.from({ length: 25 }, (_, n) => n),
    );
    const results = await store.listResults();
    expect(results).toHaveLength(25);
    for (const { attempt, key } of results) {
      expect((await store.readMetrics(attempt, "loss")).values).toHaveLength(1);
      expect(await store.listAttempts(key)).toHaveLength(1);
    }
    await store.close();
    await wire.close();
  });

  it("finds out what became of many at once, with as many connections as it has", { timeout: 20_000 }, async () => {
    const wire = await startWire(rig.port);
    const store = await open(through(wire));
    let cuts = 0;
    wire.fate = (message) => (/; commit/.test(message) && cuts++ < 6 ? "unheard" : "pass");
    await Promise.all(Array.from({ length: 16 }, (_, n) => store.append("log", { n })));
    expect((await store.entries("log")).map(({ body }) => body.n).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 16 }, (_, n) => n),
    );
    expect(cuts).toBeGreaterThan(15);
    await store.close();
    await wire.close();
  });

  it("waits for a server that is stopped, or dies, and comes back; nothing is lost and nothing twice", async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const times = 40;
    let finished = 0;
    const work = stores.map(async (store, who) => {
      for (let n = 0; n < times; n++) {
        await store.append("log", { who, n });
        finished++;
      }
    });
    for (const [round, how] of (["fast", "kill"] as const).entries()) {
      while (finished < (round + 1) * times * 0.8) await delay(5);
      await rig.stop(how);
      // Whoever asks whether there is anything new is told at once that nobody knows.
      await expect(stores[0]?.lastChange()).rejects.toThrow(/cannot be reached/);
      await delay(300);
      // After a power cut the lock file of the old one is still there.
      await rig.start();
    }
    await Promise.all(work);
    const entries = await stores[0]?.entries("log");
    expect(entries?.map((entry) => entry.number)).toEqual(Array.from({ length: 3 * times }, (_, i) => i + 1));
    for (const who of stores.keys()) {
      const own = entries?.filter(({ body }) => body.who === who).map(({ body }) => body.n);
      expect(own).toEqual(Array.from({ length: times }, (_, n) => n));
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  it("takes nobody for silent who could not be heard", async () => {
    const clock = testClock();
    const wire = await startWire(rig.port);
    const owner = await openPostgresStore({ place: place(), clock, isDead: () => false });
    const other = await openPostgresStore({ place: place(through(wire)), clock, isDead: () => false });
    const claim = (store: Store, who: string) => store.journal(who).claim(stageKey(partsOf(1)), partsOf(1), "s", false);
    granted(await claim(owner, "a"));
    expect(await claim(other, "b")).toEqual({ kind: "held" });
    wire.shut();
    clock.pass(60_000);
    const waiting = claim(other, "b");
    await delay(200);
    wire.open();
    expect(await waiting).toEqual({ kind: "held" });
    clock.pass(30_000);
    expect(await claim(other, "b")).toMatchObject({ kind: "granted", from: "takenOver" });
    await Promise.all([owner.close(), other.close()]);
    await wire.close();
  });

  it("is written by eight processes at once, a hundred times each, and a reader that reads on misses nothing", async () => {
    const store = await open();
    let working = true;
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const told = Promise.all(names.map((name) => linesOf(start(rig.url, schema, name, "50")))).finally(() => {
      working = false;
    });
    const seen = new Map<string, number>();
    let last = 0;
    for (let more = true; more; more = working || last < (await store.lastChange())) {
      for (const change of await store.changesSince(last, 5)) {
        expect(change.number).toBeGreaterThan(last);
        last = change.number;
        seen.set(change.id, change.number);
      }
      await delay(1);
    }
    const numbers = (await told).map((lines) => lines.map(Number));
    expect(numbers.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    for (const own of numbers) expect(own).toEqual(own.toSorted((a, b) => a - b));
    expect(new Map((await store.changesSince(0, 1000)).map(({ id, number }) => [id, number]))).toEqual(seen);
    const entries = await store.entries("log");
    expect(entries.map((entry) => entry.number)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    for (const name of names) {
      const own = entries.filter((entry) => entry.body.process === name).map((entry) => entry.body.n);
      expect(own).toEqual(Array.from({ length: 50 }, (_, i) => i));
    }
    await store.close();
  });
});

function start(...args: string[]): ChildProcessByStdio<null, Readable, null> {
  const script = join(import.meta.dirname, "writer.test-util.ts");
  return spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

async function linesOf(worker: ChildProcessByStdio<null, Readable, null>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: worker.stdout })) lines.push(line);
  return lines;
}
