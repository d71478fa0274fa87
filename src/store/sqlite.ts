import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, sql } from "kysely";
import type { Clock } from "../base/clock.ts";
import { nodeSqliteDialect } from "./dialect.ts";
import { migrate } from "./migrations/migrate.ts";
import { storeOver, tellDamage } from "./over.ts";
import { isDeadHere } from "./owner.ts";
import type { Schema } from "./schema.ts";
import { type Store, StoreError } from "./store.ts";
import { createVigil } from "./vigil.ts";

/**
 * Opens the embedded store, and makes it when the file is not there. The file must not lie on a network file system:
 * SQLite's locks do not hold there.
 * @param isDead whether an owner's process is surely gone; the default looks at this machine's processes
 * @throws StoreError when the file is damaged, newer than this program, locked for too long or unusable. It is never
 * overwritten then.
 */
export async function openSqliteStore(
  path: string,
  clock: Clock,
  isDead: (owner: string) => boolean = isDeadHere,
): Promise<Store> {
  const db = await openSqliteDatabase(path, clock);
  const check = async () => checkSqlite(db);
  return storeOver({ db, clock, vigil: createVigil(clock, isDead), guard: tellDamage(path), check });
}

/** The database alone, brought up to date. @throws StoreError as `openSqliteStore`. */
export async function openSqliteDatabase(path: string, clock: Clock): Promise<Kysely<Schema>> {
  makeFolder(path);
  const db = connectSqlite(path);
  try {
    await migrate(db, path, clock);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** The database as it is. */
export function connectSqlite(path: string): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: nodeSqliteDialect(path) });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StoreError({ kind: "io", path, detail }, { cause: error });
  }
}

/** What SQLite finds wrong with the file; empty: sound. */
export async function checkSqlite(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  return rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
}
