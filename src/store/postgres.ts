import { setTimeout as delay } from "node:timers/promises";
import { Kysely, sql } from "kysely";
import type { Clock } from "../base/clock.ts";
import { digestRecord } from "./copy.ts";
import { migrate } from "./migrations/migrate.ts";
import { storeOver, tellDamage } from "./over.ts";
import { isDeadHere } from "./owner.ts";
import { forgetOldCommits, makeCommits } from "./postgres/commits.ts";
import { postgresDialect } from "./postgres/dialect.ts";
import type { PostgresPlace } from "./postgres/place.ts";
import { TryAgain } from "./postgres/problems.ts";
import type { Schema } from "./schema.ts";
import { type Store, StoreError } from "./store.ts";
import { createVigil } from "./vigil.ts";

/** How long an open store waits for a server that is away: as long as an upgrade of it takes. In milliseconds. */
const patience = 600_000;
/** How long one that is being opened waits for a server that is there and starts up. */
const openPatience = 20_000;

interface PostgresStoreOptions {
  readonly place: PostgresPlace;
  readonly clock: Clock;
  /** Whether an owner's process is surely gone; the default looks at this machine's processes. */
  readonly isDead?: (owner: string) => boolean;
  /** Whether a record that is not there is made; the default is yes. */
  readonly make?: boolean;
}

/**
 * Opens a lab's record in a PostgreSQL database, and makes it when its schema is not there. Once open, it waits for a
 * server that goes away and comes back, and does then what was asked, once.
 * @throws StoreError when the server cannot be reached, refuses, or holds a record of a newer Cairn.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { place, clock, isDead = isDeadHere, make = true } = options;
  const watching = () => createVigil(clock, isDead);
  let vigil = watching();
  // While nobody could reach the database, nobody was silent.
  const onOutage = () => {
    vigil = watching();
  };
  const db = await openPostgresDatabase({ place, clock, make, onOutage });
  const told = tellDamage(place.label);
  return storeOver({
    db,
    clock,
    vigil: Object.assign((owner: string, beats: number) => vigil(owner, beats), { isDead }),
    guard: (work) => patiently({ patience, mayWait: () => true, work: () => told(work) }),
    check: () => findDamage(db),
  });
}

/** What cannot be read of it. The server checks pages as it reads them, where it was made with checksums. */
async function findDamage(db: Kysely<Schema>): Promise<readonly string[]> {
  try {
    await digestRecord(db);
    return [];
  } catch (error) {
    if (error instanceof StoreError && error.problem.kind === "corrupt") return [error.problem.detail];
    throw error;
  }
}

interface PostgresDatabaseOptions {
  readonly place: PostgresPlace;
  readonly clock: Clock;
  readonly make: boolean;
  readonly onOutage?: () => void;
}

/** The database alone, brought up to date. @throws StoreError as `openPostgresStore`. */
export async function openPostgresDatabase({
  place,
  clock,
  make,
  onOutage,
}: PostgresDatabaseOptions): Promise<Kysely<Schema>> {
  const db = connectPostgres(place, onOutage);
  try {
    await patiently({
      patience: openPatience,
      mayWait: ({ soon }) => soon,
      work: async () => {
        await makeSchema(db, place, make);
        await migrate(db, place.label, clock);
      },
    });
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** The database as it is. */
export function connectPostgres(place: PostgresPlace, onOutage: () => void = () => {}): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: postgresDialect({ place, patience, onOutage }) });
}

async function makeSchema(db: Kysely<Schema>, { schema, label }: PostgresPlace, make: boolean): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Made only where it is not there: an administrator may have made it for somebody who may not.
    const there = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(trx);
    if (there.rows.length === 0 && !make) {
      const detail = "there is no such schema in it, so it is not the one that this lab is recorded in";
      throw new StoreError({ kind: "denied", path: label, detail });
    }
    if (there.rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(trx);
    await sql.raw(makeCommits).execute(trx);
    await sql.raw(forgetOldCommits).execute(trx);
  });
}

interface Patient<T> {
  /** In milliseconds. */
  readonly patience: number;
  readonly mayWait: (error: TryAgain) => boolean;
  readonly work: () => Promise<T>;
}

/** Tries again, with pauses that grow, what was surely not done and may go well later. */
async function patiently<T>({ patience, mayWait, work }: Patient<T>): Promise<T> {
  const deadline = performance.now() + patience;
  for (let pause = 50; ; pause = Math.min(2 * pause, 5_000)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TryAgain) || !mayWait(error) || performance.now() > deadline) throw error;
    }
    await delay(pause * (0.5 + Math.random()));
  }
}
