import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { digestJson, sha256 } from "../../src/base/digest.ts";
import { createRng } from "../../src/base/rng.ts";
import { nodeSqliteDialect } from "../../src/store/dialect.ts";
import { knownVersion, migrations } from "../../src/store/migrations/migrate.ts";
import type { Schema } from "../../src/store/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { type NewRun, type Store, StoreError } from "../../src/store/store.ts";
import { makeLabFolder, removeLab } from "./rig.ts";

/** A database file that is not what it should be: a clear error that names it, and the file as it was. */

let folder = "";
let path = "";
beforeEach(() => {
  folder = makeLabFolder();
  path = join(folder, "cairn.db");
});
afterEach(() => removeLab(folder));

const earlyRun: NewRun = {
  id: "r1",
  levels: ["a"],
  seed: 1,
  scale: "full",
  purpose: "search",
  recipeDigest: sha256("recipe"),
  origin: null,
  why: { kind: "baseline" },
  owner: "o",
  stages: [],
};

async function fill(): Promise<void> {
  const store = await openSqliteStore(path, systemClock);
  for (let n = 0; n < 300; n++) await store.append("log", { n, text: "x".repeat(200) });
  await store.close();
}

/** A file as the first `version` migrations left it, with a row of everything that the first Cairn kept. */
async function makeEarlier(version: number): Promise<void> {
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(path) });
  await sql`create table migrations (number integer primary key, name text not null, applied_at double precision not null)`.execute(
    db,
  );
  for (const { number, name, up } of migrations.slice(0, version)) {
    await db.transaction().execute(up);
    await sql`insert into migrations values (${number}, ${name}, 0)`.execute(db);
  }
  const digest = sha256("x");
  const steps = new Uint8Array(Float64Array.of(1, 2).buffer);
  const values = new Uint8Array(Float64Array.of(0.5, 0.25).buffer);
  await sql`insert into runs (id, levels, seed, scale, purpose, recipe_digest, why, owner, state, stages, core_seconds, gpu_seconds, created_at, finished_at)
    values ('r1', '["a"]', 1, 'full', 'search', ${sha256("recipe")}, '{"kind":"baseline"}', 'o', 'done', '[]', 2, 0, 1, 2)`.execute(
    db,
  );
  await sql`insert into entries values ('landing', 1, 0, ${digestJson({ landing: 1 })}, '{"landing":1}')`.execute(db);
  await sql`insert into keys values (${digest}, 's', ${digest}, '{}')`.execute(db);
  await sql`insert into attempts (id, key, stage, fence, owner, state, started_at) values ('s-1', ${digest}, 's', 1, 'o', 'recorded', 1)`.execute(
    db,
  );
  await sql`insert into results (key, stage, attempt, output, measurements, metrics, seconds, core_seconds, gpu_seconds, finished_at)
    values (${digest}, 's', 's-1', ${digest}, ${digest}, '{"loss":"NaN"}', 1, 1, 0, 2)`.execute(db);
  await sql`insert into segments (attempt, name, number, count, steps, "values", finite, min, max, mean, first_step, last_step)
    values ('s-1', 'loss', 1, 2, ${steps}, ${values}, 2, 0.25, 0.5, 0.375, 1, 2)`.execute(db);
  await db.destroy();
}

/** What a session would read. */
async function readAll(store: Store): Promise<number> {
  await store.listRuns();
  await store.listResults();
  return (await store.entries("log")).length;
}

async function problemOf(work: Promise<unknown>): Promise<StoreError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("a database file", () => {
  it("that is something else altogether is refused and left alone", async () => {
    const text = "cairn: 1\n".repeat(1000);
    writeFileSync(path, text);
    const error = await problemOf(openSqliteStore(path, systemClock));
    expect(error.problem).toMatchObject({ kind: "corrupt", path });
    expect(error.message).toBe(
      `the database ${path} is damaged (file is not a database). It is left as it is. Run \`cairn doctor\`, or restore the file from a backup.`,
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("that is damaged anywhere either still tells the truth or says that it is damaged", async () => {
    await fill();
    const sound = join(folder, "sound.db");
    copyFileSync(path, sound);
    const { length } = readFileSync(sound);
    const rng = createRng("damage");
    let noticed = 0;
    for (let round = 0; round < 40; round++) {
      const bytes = readFileSync(sound);
      const at = round === 0 ? 0 : rng.int(length - 512);
      const noise = createRng(`damage/${round}`);
      for (let i = 0; i < 512; i++) bytes[at + i] = noise.int(256);
      for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
      writeFileSync(path, bytes);
      let store: Store | null = null;
      try {
        store = await openSqliteStore(path, systemClock);
        const found = await store.check();
        const read = await readAll(store);
        if (found.length > 0) noticed++;
        // What is read without an error is what was written, to the byte: entries carry their digests.
        else expect(read).toBe(300);
      } catch (error) {
        noticed++;
        if (!(error instanceof StoreError)) throw error;
        expect(error.problem).toMatchObject({ kind: "corrupt", path });
      } finally {
        await store?.close();
      }
    }
    expect(noticed).toBeGreaterThan(10);
  });

  it("that lost its end is refused", async () => {
    await fill();
    truncateSync(path, 20_000);
    const before = readFileSync(path);
    const error = await problemOf(openSqliteStore(path, systemClock).then(readAll));
    expect(error.problem.kind).toBe("corrupt");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("of another program is refused and left alone", async () => {
    const db = new DatabaseSync(path);
    db.exec("create table other (x); insert into other values (1)");
    db.close();
    const error = await problemOf(openSqliteStore(path, systemClock));
    expect(error.problem).toMatchObject({ kind: "corrupt", path });
    const after = new DatabaseSync(path);
    expect(after.prepare("select name from sqlite_master").all()).toEqual([{ name: "other" }]);
    after.close();
  });

  it("of a newer Cairn is refused and left alone", async () => {
    await fill();
    const db = new DatabaseSync(path);
    db.exec("insert into migrations values (99, 'from the future', 0)");
    db.close();
    const before = readFileSync(path);
    const error = await problemOf(openSqliteStore(path, systemClock));
    expect(error.problem).toEqual({ kind: "newer", path, version: 99, known: knownVersion });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each(migrations.slice(0, -1).map(({ number }) => number))(
    "of a Cairn that knew %i migrations is brought up to date, and what it held stays",
    async (version) => {
      await makeEarlier(version);
      const store = await openSqliteStore(path, systemClock);
      expect(await store.listRuns()).toMatchObject([{ ...earlyRun, state: "done", coreSeconds: 2 }]);
      expect((await store.entries("landing")).map((entry) => entry.body)).toEqual([{ landing: 1 }]);
      const result = await store.findAttemptResult("s-1");
      expect(result).toMatchObject({ stage: "s", metrics: new Map([["loss", Number.NaN]]) });
      expect(await store.readMetrics("s-1", "loss")).toEqual({
        steps: Float64Array.of(1, 2),
        values: Float64Array.of(0.5, 0.25),
        times: null,
      });
      // What is new begins empty, and works: points go on in the block that has no times.
      expect(await store.lastChange()).toBe(0);
      await store.appendMetrics("s-1", [{ name: "loss", step: 3, value: 0.125, at: 7 }]);
      await store.appendMetrics("s-1", [{ name: "lr", step: 3, value: 1, at: 7 }]);
      expect(await store.readMetrics("s-1", "loss")).toMatchObject({ steps: Float64Array.of(1, 2, 3), times: null });
      expect((await store.readMetrics("s-1", "lr")).times).toEqual(Float64Array.of(7));
      expect(await store.changesSince(0, 10)).toEqual([{ number: 2, kind: "curve", id: "s-1" }]);
      expect(await store.listAccounts()).toEqual([]);
      expect(await store.check()).toEqual([]);
      await store.close();
    },
  );

  it("where there is a folder cannot be opened", async () => {
    mkdirSync(path);
    expect((await problemOf(openSqliteStore(path, systemClock))).problem).toMatchObject({ kind: "io", path });
  });

  it("can be opened by many at once when it is new", async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openSqliteStore(path, systemClock)));
    await Promise.all(stores.map((store, i) => store.append("log", { i })));
    const [first] = stores;
    expect(await first?.entries("log")).toHaveLength(8);
    expect(await first?.check()).toEqual([]);
    await Promise.all(stores.map((store) => store.close()));
  });
});
