import { createHash } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { type CopyProgress, copyRecord, differences, digestRecord, type TableDigest } from "./copy.ts";
import { knownVersion, versionOf } from "./migrations/migrate.ts";
import type { Schema } from "./schema.ts";
import { checkSqlite, connectSqlite, openSqliteDatabase } from "./sqlite.ts";
import { StoreError } from "./store.ts";

/**
 * A backup is one SQLite file with the record's tables, whichever database they came from, and one more table:
 * `backup`, a row, with what the file says of itself and the digest of that.
 */
export interface BackupNote {
  readonly lab: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly tables: readonly TableDigest[];
}

const noteSchema = z.object({
  lab: z.string(),
  at: z.number(),
  tables: z.array(z.object({ table: z.string(), rows: z.number(), digest: z.string() })),
}) satisfies z.ZodType<BackupNote>;

/**
 * Writes the record as it is at one moment. The file has its name when it is complete and on the disk.
 * @throws StoreError `io` when there is a file of that name by then
 */
export async function writeBackup(
  from: Kysely<Schema>,
  path: string,
  about: { readonly lab: string; readonly clock: Clock },
  onProgress: (progress: CopyProgress) => void,
): Promise<BackupNote> {
  const partial = `${path}.${process.pid}.partial`;
  removeDatabase(partial);
  try {
    const to = await openSqliteDatabase(partial, about.clock);
    let note: BackupNote;
    try {
      const tables = await copyRecord(from, to, onProgress);
      note = { lab: about.lab, at: about.clock.now(), tables };
      await writeNote(to, note);
    } finally {
      await to.destroy();
    }
    await foldLog(partial);
    giveName(partial, path);
    return note;
  } finally {
    removeDatabase(partial);
  }
}

/**
 * Checks a backup: the file, the Cairn that wrote it, and that every table holds what was written.
 * @param path of a copy, which this may change; `label` is what people call the backup
 * @throws StoreError `corrupt` or `newer`
 */
export async function checkBackup(path: string, label: string): Promise<BackupNote> {
  const damaged = (detail: string) => new StoreError({ kind: "corrupt", path: label, detail });
  const db = connectSqlite(path);
  try {
    const [found] = await checkSqlite(db);
    if (found !== undefined) throw damaged(found);
    const version = await versionOf(db);
    if (version > knownVersion) throw new StoreError({ kind: "newer", path: label, version, known: knownVersion });
    const note = await readNote(db);
    if (note === null) throw damaged("it is no backup that `cairn db backup` wrote, or not all of one");
    const differing = differences(
      note.tables,
      await digestRecord(
        db,
        note.tables.map(({ table }) => table),
      ),
    );
    if (differing.length > 0) throw damaged(`what ${differing.join(", ")} hold is not what was written`);
    return note;
  } catch (error) {
    if (error instanceof StoreError) throw new StoreError({ ...error.problem, path: label }, { cause: error });
    throw error;
  } finally {
    await db.destroy();
  }
}

/** A database's file, with what SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Takes what is in a database's log into its file, which then is all of it. Nobody else has it open. */
export async function foldLog(path: string): Promise<void> {
  const db = connectSqlite(path);
  try {
    await sql`pragma journal_mode = delete`.execute(db);
  } finally {
    await db.destroy();
  }
  sync(path);
}

async function writeNote(db: Kysely<Schema>, note: BackupNote): Promise<void> {
  const text = JSON.stringify(note);
  await sql`create table backup (note text not null, digest text not null)`.execute(db);
  await sql`insert into backup values (${text}, ${digestOf(text)})`.execute(db);
}

async function readNote(db: Kysely<Schema>): Promise<BackupNote | null> {
  const there = await sql`select 1 from sqlite_schema where name = 'backup'`.execute(db);
  if (there.rows.length === 0) return null;
  const { rows } = await sql<{ note: string; digest: string }>`select note, digest from backup`.execute(db);
  const [row] = rows;
  if (row === undefined || digestOf(row.note) !== row.digest) return null;
  return noteSchema.parse(JSON.parse(row.note));
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sync(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function giveName(partial: string, path: string): void {
  try {
    linkSync(partial, path);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError({ kind: "io", path, detail }, { cause });
  }
}
