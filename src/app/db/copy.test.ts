import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { granted, newRun, partsOf, resultOf } from "../../../test/contracts/store.ts";
import { accountRow, commentRow, tokenRow, viewRow } from "../../../test/contracts/team.ts";
import { needs } from "../../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../../test/rigs/postgres.ts";
import { systemClock } from "../../base/clock.ts";
import { createRng } from "../../base/rng.ts";
import { stageKey } from "../../recipe/fingerprint.ts";
import { digestRecord } from "../../store/copy.ts";
import { knownVersion } from "../../store/migrations/migrate.ts";
import { connectSqlite, openSqliteStore } from "../../store/sqlite.ts";
import { type Store, StoreError } from "../../store/store.ts";
import { CairnError } from "../errors.ts";
import { backUp, restore } from "./backup.ts";
import { copyLab } from "./copy.ts";
import { lookAt, openRecord, parsePlace, type RecordedLab } from "./record.ts";
import { databaseStatus, migrateRecord } from "./status.ts";

/** A record that goes from one database to another and back, and into a file and back. */

let folder = "";
let lab: RecordedLab;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-copy-"));
  lab = { name: "Planted, 2nd", workspace: join(folder, ".cairn"), url: undefined };
  mkdirSync(lab.workspace);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const onProgress = () => {};
const own = () => join(lab.workspace, "cairn.db");
const openOwn = (at: RecordedLab = lab) => openRecord(at, systemClock, () => false);

/** What random content is made of: what databases find hard. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("\0", "a\0\u{10FFFF}b", "\u{10FFFF}0", "", "'; drop table runs; --", "NaN", "1"),
);
const content = fc.record({
  comments: fc.array(text, { maxLength: 5 }),
  settings: fc.dictionary(text, fc.jsonValue(), { maxKeys: 4 }),
  seeds: fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 48 }), { maxLength: 4 }),
  times: fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 4 }),
  values: fc.array(fc.double(), { maxLength: 2500 }),
  names: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 4 }),
});
type Content = typeof content extends fc.Arbitrary<infer T> ? T : never;

async function write(store: Store, { comments, settings, seeds, times, values, names }: Content): Promise<void> {
  for (const [i, one] of comments.entries()) {
    const at = times[i % times.length] ?? 0;
    await store.insertComment(commentRow(`c${i}`, { text: one, name: one, createdAt: at }));
  }
  for (const [name, value] of Object.entries(settings)) {
    await store.writeSetting(name, JSON.parse(JSON.stringify(value)));
  }
  for (const seed of seeds) {
    await store.insertRun(newRun(`r${seed}`, { seed }));
    await store.updateRun(`r${seed}`, "alive", { state: "done", coreSeconds: seed / 3 });
  }
  const attempt = granted(await store.journal("o").claim(stageKey(partsOf(1)), partsOf(1), "s", false));
  const points = values.map((value, step) => ({ name: "loss", step, value, at: value }));
  await store.appendMetrics(attempt.id, points);
  await store.journal("o").record(attempt, resultOf(attempt, new Map(values.slice(0, 3).map((v, i) => [`m${i}`, v]))));
  // In an order in which who answers comes after who is answered for.
  for (const name of names) {
    const agent = accountRow(`1${name}`, { kind: "agent", answersTo: `2${name}`, createdAt: 5 });
    const revoke = { accounts: [], kinds: [], at: 0 };
    await store.changeAccount(() => ({ account: accountRow(`2${name}`), issue: null, revoke }));
    await store.changeAccount(() => ({ account: agent, issue: tokenRow(name, agent.id), revoke }));
    await store.exchangeToken(name, tokenRow(`0${name}`, agent.id, { parent: name, kind: "session" }));
  }
  await store.insertView(viewRow("v1"));
  await store.append("decision", { comments });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CairnError && "message" in error.failure)
      return `${error.failure.kind}: ${error.failure.message}`;
    if (error instanceof StoreError) return `${error.problem.kind}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function fill(at: RecordedLab = lab): Promise<void> {
  const store = await openOwn(at);
  const [one] = fc.sample(content, { numRuns: 1, seed: 3 });
  if (one !== undefined) await write(store, one);
  await store.close();
}

describe("a backup", () => {
  it("holds the record, and is restored as it was, beside what was there before", async () => {
    await fill();
    const file = join(folder, "b.cairn");
    const note = await backUp({ lab, file, onProgress });
    expect(note.tables.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(5);
    expect(readdirSync(folder).toSorted()).toEqual([".cairn", "b.cairn"]);
    expect(await failureOf(backUp({ lab, file, onProgress }))).toMatch(/^conflict: there is a file/);
    const store = await openOwn();
    await store.append("decision", { after: 1 });
    await store.close();
    expect(await failureOf(restore({ lab, file, force: false, onProgress }))).toMatch(
      /^conflict: the lab has a record/,
    );
    const { aside } = await restore({ lab, file, force: true, onProgress });
    const [back, before] = [connectSqlite(own()), connectSqlite(aside ?? "")];
    expect(await digestRecord(back)).toEqual(note.tables);
    expect(await digestRecord(before)).not.toEqual(note.tables);
    await Promise.all([back.destroy(), before.destroy()]);
    const after = await openOwn();
    // The next numbers go on where the record ended.
    await after.insertView(viewRow("v2"));
    expect(await after.entries("decision")).toHaveLength(1);
    await after.close();
    expect(readdirSync(lab.workspace).filter((name) => /restor|partial/.test(name))).toEqual([]);
  });

  it("is restored where there is nothing yet", async () => {
    await fill();
    const file = join(folder, "b.cairn");
    const { tables } = await backUp({ lab, file, onProgress });
    rmSync(lab.workspace, { recursive: true });
    mkdirSync(lab.workspace);
    expect(await restore({ lab, file, force: false, onProgress })).toMatchObject({ aside: null });
    const back = connectSqlite(own());
    expect(await digestRecord(back)).toEqual(tables);
    await back.destroy();
  });

  it("that is damaged anywhere is refused or whole, and the record stays", async () => {
    await fill();
    const file = join(folder, "b.cairn");
    const { tables } = await backUp({ lab, file, onProgress });
    const sound = readFileSync(file);
    const rng = createRng("backup");
    let refused = 0;
    for (let round = 0; round < 25; round++) {
      const bytes = Buffer.from(sound);
      if (round === 0) bytes.fill(0);
      else for (let i = 0; i < 40; i++) bytes.writeUInt8(rng.int(256), rng.int(bytes.length));
      const damaged = join(folder, "damaged.cairn");
      writeFileSync(damaged, round === 1 ? sound.subarray(0, sound.length >> 1) : bytes);
      const fresh = { ...lab, workspace: join(folder, `w${round}`) };
      mkdirSync(fresh.workspace);
      try {
        await restore({ lab: fresh, file: damaged, force: false, onProgress });
        const back = connectSqlite(join(fresh.workspace, "cairn.db"));
        expect(await digestRecord(back)).toEqual(tables);
        await back.destroy();
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        refused++;
        expect(error.problem).toMatchObject({ kind: "corrupt", path: damaged });
        expect(existsSync(join(fresh.workspace, "cairn.db"))).toBe(false);
      }
    }
    expect(refused).toBeGreaterThan(3);
    expect(await failureOf(restore({ lab, file: join(folder, "none"), force: true, onProgress }))).toMatch(
      /^not-found/,
    );
  });

  it("by a newer Cairn, or that is a plain database, is refused", async () => {
    await fill();
    const file = join(folder, "b.cairn");
    await backUp({ lab, file, onProgress });
    const plain = join(folder, "plain.db");
    const store = await openSqliteStore(plain, systemClock);
    await store.close();
    expect(await failureOf(restore({ lab, file: plain, force: true, onProgress }))).toMatch(/no backup/);
    const newer = join(folder, "newer.cairn");
    copyFileSync(file, newer);
    const db = connectSqlite(newer);
    await db.insertInto("migrations").values({ number: 99, name: "later", applied_at: 0 }).execute();
    await db.destroy();
    expect(await failureOf(restore({ lab, file: newer, force: true, onProgress }))).toMatch(/^newer: .*newer\.cairn/);
  });
});

const program = needs("postgres");
describe.skipIf(program === null)("a record in a team's database", () => {
  let rig: PostgresRig;
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    // What namesakes of earlier tests left.
    for (const { name } of await rig.ask("select nspname as name from pg_namespace where nspname like 'cairn%'")) {
      await rig.ask(`drop schema "${name}" cascade`);
    }
  });
  const team = (): RecordedLab => ({ ...lab, url: rig.url });
  const copy = (at: RecordedLab, from: string | null, to: string | null) =>
    copyLab({ lab: at, cwd: folder, from, to, onProgress });

  it("comes back from PostgreSQL as it went, whatever it holds", async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(content, async (one) => {
        const n = round++;
        const [there, back] = [`${rig.url}#cairn_round_${n}`, join(folder, `back-${n}.db`)];
        const path = join(folder, `from-${n}.db`);
        const store = await openSqliteStore(path, systemClock);
        await write(store, one);
        await store.close();
        const { tables } = await copy(lab, `sqlite:${path}`, there);
        expect((await copy(lab, there, `sqlite:${back}`)).tables).toEqual(tables);
        const db = connectSqlite(path);
        expect(await digestRecord(db)).toEqual(tables);
        await db.destroy();
        // What is read is what was written, too.
        const read = await openSqliteStore(back, systemClock);
        expect((await read.listComments("rotary")).map((comment) => comment.text)).toEqual(
          one.comments.map((comment) => comment.toWellFormed()),
        );
        await read.close();
      }),
      { numRuns: 8 },
    );
  });

  it("is where the lab is recorded from then on, whoever forgets to say so; and back", async () => {
    await fill();
    expect(await failureOf(openOwn(team()))).toMatch(/^conflict: this lab has a record in .*cairn\.db/);
    const { inUse, to } = await copy(team(), `sqlite:${own()}`, null);
    expect(inUse).toBe(true);
    expect(to).toMatch(/\(schema cairn_planted_2nd_[0-9a-f]{8}\)$/);
    expect(to).not.toContain("%2F");
    const store = await openOwn(team());
    expect(await store.entries("decision")).toHaveLength(1);
    // Numbers go on behind those that were copied.
    const inserted = await store.insertRun(newRun("later", { seed: 9.5 }));
    expect((await store.listRuns()).at(-1)?.id).toBe(inserted.run.id);
    await store.updateRun("later", "alive", { state: "failed" });
    await store.close();
    expect(await failureOf(openOwn())).toMatch(/^conflict: this lab's record is in a PostgreSQL database/);
    expect(await databaseStatus(team())).toMatchObject({
      backend: "postgresql",
      version: knownVersion,
      known: knownVersion,
    });
    expect(await failureOf(copy(team(), null, `sqlite:${own()}`))).toMatch(/^conflict: there is a record in/);
    rmSync(own());
    expect((await copy(team(), null, `sqlite:${own()}`)).inUse).toBe(true);
    expect(await databaseStatus(lab)).toMatchObject({ backend: "sqlite" });
    const again = await openOwn();
    expect((await again.listRuns()).at(-1)?.id).toBe("later");
    await again.close();
  });

  it("is one for two machines of a lab, and another for a lab of the same name", async () => {
    const first = await openOwn(team());
    await first.append("log", { by: "first" });
    const elsewhere = { ...team(), workspace: join(folder, "elsewhere") };
    mkdirSync(elsewhere.workspace);
    expect(await failureOf(openOwn(elsewhere))).toMatch(
      /^conflict: the database holds a lab named Planted, 2nd already/,
    );
    const schema = readFileSync(join(lab.workspace, "record"), "utf8").trim();
    const second = await openOwn({ ...elsewhere, url: `${rig.url}#${schema}` });
    expect((await second.entries("log")).map(({ body }) => body)).toEqual([{ by: "first" }]);
    await second.close();
    // Once said, it is known.
    await (await openOwn(elsewhere)).close();
    const stranger = { ...team(), workspace: join(folder, "stranger") };
    mkdirSync(stranger.workspace);
    const third = await openOwn({ ...stranger, url: `${rig.url}#cairn_planted_2nd_own` });
    expect(await third.entries("log")).toEqual([]);
    await Promise.all([first.close(), third.close()]);
    expect(await failureOf(openOwn({ ...team(), url: `${rig.url}#cairn_other` }))).toMatch(
      /^conflict: this lab is recorded in/,
    );
  });

  it("is looked at before there is one, and then made by whatever opens it first", async () => {
    expect(await databaseStatus(team())).toMatchObject({
      backend: "postgresql",
      schema: null,
      version: 0,
      server: null,
    });
    expect(await failureOf(backUp({ lab: team(), file: join(folder, "b"), onProgress }))).toMatch(/^not-found/);
    expect(await migrateRecord(team())).toMatchObject({ from: 0, to: knownVersion });
    expect(await rig.ask("select 1 from pg_namespace where nspname like 'cairn%'")).toHaveLength(1);
    expect(await databaseStatus(team())).toMatchObject({
      version: knownVersion,
      server: expect.stringMatching(/^PostgreSQL/),
    });
  });

  it("leaves no record on this machine behind without a word, by whatever command", async () => {
    await fill();
    const file = join(folder, "b.cairn");
    await backUp({ lab, file, onProgress });
    for (const refused of [
      () => openOwn(team()),
      () => databaseStatus(team()),
      () => migrateRecord(team()),
      () => backUp({ lab: team(), file: join(folder, "c"), onProgress }),
      () => restore({ lab: team(), file, force: true, onProgress }),
    ]) {
      expect(await failureOf(refused())).toMatch(/^conflict: this lab has a record in .*cairn\.db/);
    }
    expect(await rig.ask("select 1 from pg_namespace where nspname like 'cairn%'")).toEqual([]);
  });

  it("is made once, when two processes begin it at once", async () => {
    const stores = await Promise.all([openOwn(team()), openOwn(team())]);
    for (const [n, store] of stores.entries()) await store.append("log", { n });
    expect(await stores[0]?.entries("log")).toHaveLength(2);
    await Promise.all(stores.map((store) => store.close()));
    expect(await rig.ask("select 1 from pg_namespace where nspname like 'cairn%'")).toHaveLength(1);
  });

  it("is not made in a database that is not the lab's", async () => {
    await (await openOwn(team())).close();
    await rig.ask("create database other");
    const wrong = { ...lab, url: rig.url.replace("/postgres", "/other") };
    expect(await failureOf(openOwn(wrong))).toMatch(/^denied: .*no such schema/);
    await rig.ask("drop database other");
  });

  it("is not copied away from under who works on it, and goes into no place that is taken", async () => {
    const store = await openOwn(team());
    await store.insertRun(newRun("r1", { owner: "other-machine:1:2" }));
    const beat = setInterval(() => void store.journal("other-machine:1:2").heartbeat(), 200);
    expect(await failureOf(copy(team(), null, `sqlite:${own()}`))).toMatch(
      /^conflict: another Cairn works on this lab/,
    );
    clearInterval(beat);
    await store.close();
    const path = join(folder, "taken.db");
    const taken = await openSqliteStore(path, systemClock);
    await taken.append("log", {});
    await taken.close();
    expect(await failureOf(copy(team(), null, `sqlite:${path}`))).toMatch(/^conflict: there is a record in/);
    expect(await failureOf(copy(team(), `${rig.url}#cairn_none`, `sqlite:${path}`))).toMatch(/^not-found/);
  });

  it("is backed up and restored in one form, whatever the database", async () => {
    await fill(team());
    const file = join(folder, "team.cairn");
    const note = await backUp({ lab: team(), file, onProgress });
    const { aside } = await restore({ lab: team(), file, force: true, onProgress });
    for (const schema of [readFileSync(join(lab.workspace, "record"), "utf8").trim(), aside]) {
      const db = lookAt(parsePlace(`${rig.url}#${schema}`.slice(0, 200), folder, () => ""));
      expect(await digestRecord(db)).toEqual(note.tables);
      await db.destroy();
    }
    const store = await openOwn(team());
    await store.insertView(viewRow("v2"));
    await store.close();
    // Into a lab on one machine.
    const alone = { ...lab, workspace: join(folder, "alone") };
    mkdirSync(alone.workspace);
    await restore({ lab: alone, file, force: false, onProgress });
    const db = connectSqlite(join(alone.workspace, "cairn.db"));
    expect(await digestRecord(db)).toEqual(note.tables);
    await db.destroy();
    expect(await migrateRecord(team())).toMatchObject({ from: knownVersion, to: knownVersion });
  });
});
