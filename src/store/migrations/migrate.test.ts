import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, sql, type Transaction } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { systemClock } from "../../base/clock.ts";
import { digestJson, sha256 } from "../../base/digest.ts";
import { nodeSqliteDialect } from "../dialect.ts";
import { makeCommits } from "../postgres/commits.ts";
import { placeAt } from "../postgres/place.ts";
import { connectPostgres, openPostgresStore } from "../postgres.ts";
import type { Schema } from "../schema.ts";
import { openSqliteStore } from "../sqlite.ts";
import type { Store } from "../store.ts";
import { isPostgres } from "./columns.ts";
import { knownVersion, migrations, versionOf } from "./migrate.ts";

/** The schema's history on either database: from every state that there was, and killed at every statement. */

interface Backend {
  /** The database as it is; one of its own for every name. */
  connect(name: string): Kysely<Schema>;
  /** As a session opens it. */
  open(name: string): Promise<Store>;
  /** What the migrating process is told of where it is. */
  place(name: string): readonly string[];
}

const schemaOf = (name: string) => `cairn_${name}`;
const script = join(import.meta.dirname, "migrator.test-util.ts");

/** A database as the first `version` migrations left it, with rows that the first Cairn wrote. */
async function makeEarlier(backend: Backend, name: string, version: number): Promise<void> {
  const db = backend.connect(name);
  await db.transaction().execute(async (trx) => {
    if (isPostgres(trx)) {
      await sql`create schema ${sql.id(schemaOf(name))}`.execute(trx);
      await sql.raw(makeCommits).execute(trx);
    }
    await sql`create table migrations (number integer primary key, name text not null, applied_at double precision not null)`.execute(
      trx,
    );
    for (const { number, name, up } of migrations.slice(0, version)) {
      await up(trx);
      await sql`insert into migrations values (${number}, ${name}, 0)`.execute(trx);
      if (number === 1) await keepAsTheFirst(trx);
    }
  });
  await db.destroy();
}

async function keepAsTheFirst(trx: Transaction<Schema>): Promise<void> {
  const digest = sha256("x");
  const [steps, values] = [
    [1, 2],
    [0.5, Number.NaN],
  ].map((column) => new Uint8Array(new Float64Array(column).buffer));
  await sql`insert into keys values (${digest}, 's', ${digest}, '{}')`.execute(trx);
  await sql`insert into attempts (id, key, stage, fence, owner, state, started_at) values ('s-1', ${digest}, 's', 1, 'o', 'recorded', 1)`.execute(
    trx,
  );
  await sql`insert into segments (attempt, name, number, count, steps, "values", finite, min, max, mean, first_step, last_step)
    values ('s-1', 'loss', 1, 2, ${steps}, ${values}, 1, 0.5, 0.5, 0.5, 1, 2)`.execute(trx);
  await sql`insert into entries values ('landing', 1, 0, ${digestJson({ landing: 1 })}, '{"landing":1}')`.execute(trx);
}

async function expectUpToDate(backend: Backend, name: string): Promise<void> {
  const store = await backend.open(name);
  expect((await store.entries("landing")).map(({ body }) => body)).toEqual([{ landing: 1 }]);
  expect((await store.readMetrics("s-1", "loss")).values).toEqual(Float64Array.of(0.5, Number.NaN));
  expect(await store.summariseMetrics("s-1", "loss")).toMatchObject([{ steps: { least: 1, most: 2 }, times: null }]);
  await store.appendMetrics("s-1", [{ name: "lr", step: 1, value: Number.POSITIVE_INFINITY, at: 7 }]);
  expect((await store.readMetrics("s-1", "lr")).times).toEqual(Float64Array.of(7));
  expect(await store.lastChange()).toBe(1);
  expect(await store.check()).toEqual([]);
  await store.close();
  const db = backend.connect(name);
  expect(await versionOf(db)).toBe(knownVersion);
  await db.destroy();
}

function suite(backend: Backend): void {
  it.each(migrations.map(({ number }) => number))("brings a record of version %i up to date", async (version) => {
    const name = `from_${version}`;
    await makeEarlier(backend, name, version);
    await expectUpToDate(backend, name);
  });

  it("is killed at any statement, and the next one begins where it began", async () => {
    await makeEarlier(backend, "whole", 1);
    const whole = execFileSync(process.execPath, [script, ...backend.place("whole"), "0"], { encoding: "utf8" });
    const statements = Number(whole);
    expect(statements).toBeGreaterThan(15);
    // The last one may be the commit itself.
    const points = Array.from({ length: 8 }, (_, i) => 1 + Math.round((i * (statements - 2)) / 7));
    for (const point of points) {
      const name = `killed_${point}`;
      await makeEarlier(backend, name, 1);
      const killed = spawnSync(process.execPath, [script, ...backend.place(name), String(point)]);
      expect([killed.signal, killed.stderr.toString()]).toEqual(["SIGKILL", ""]);
      const db = backend.connect(name);
      expect(await versionOf(db)).toBe(1);
      await db.destroy();
      await expectUpToDate(backend, name);
    }
  });
}

const folder = mkdtempSync(join(tmpdir(), "cairn-migrations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("migrating SQLite", () => {
  const path = (name: string) => join(folder, `${name}.db`);
  suite({
    connect: (name) => new Kysely<Schema>({ dialect: nodeSqliteDialect(path(name)) }),
    open: (name) => openSqliteStore(path(name), systemClock),
    place: (name) => ["sqlite", path(name)],
  });
});

const program = needs("postgres");
describe.skipIf(program === null)("migrating PostgreSQL", () => {
  let rig: PostgresRig;
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(() => rig.close());
  suite({
    connect: (name) => connectPostgres(placeAt(rig.url, schemaOf(name))),
    open: (name) => openPostgresStore({ place: placeAt(rig.url, schemaOf(name)), clock: systemClock }),
    place: (name) => ["postgres", rig.url, schemaOf(name)],
  });
});
