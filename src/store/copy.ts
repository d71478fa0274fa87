import { createHash } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import { isPostgres } from "./migrations/columns.ts";
import type { Schema } from "./schema.ts";

export type CopiedTable = Exclude<keyof Schema, "migrations">;

/** What a record is made of: tables that are referred to come first. */
const order: Readonly<Record<CopiedTable, number>> = {
  keys: 1,
  owners: 2,
  attempts: 3,
  results: 4,
  runs: 5,
  entries: 6,
  segments: 7,
  changes: 8,
  accounts: 9,
  tokens: 10,
  comments: 11,
  views: 12,
  replies: 13,
  settings: 14,
};

/** Those whose rows the database numbers. */
const numbered: readonly CopiedTable[] = ["results", "runs", "comments", "views"];

const isTable = (name: string): name is CopiedTable => name in order;
const tables = Object.keys(order)
  .filter(isTable)
  .sort((a, b) => order[a] - order[b]);

/** Rows to a statement: a curve's block is 24 KiB. */
const batch = 100;

type Cell = string | number | null | Uint8Array;
type Row = Readonly<Record<string, Cell>>;

/** What a table holds, whatever the order of its rows: equal contents have equal digests, in whichever database. */
export interface TableDigest {
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

export interface CopyProgress {
  readonly done: number;
  readonly total: number;
}

/** A copy that is not what it was made from: nothing of it was kept. */
export class CopyDiffers extends Error {}

/**
 * Copies a record into an empty one: what was there at one moment, all of it or nothing, read again and compared.
 * Both are up to date. @throws CopyDiffers
 */
export async function copyRecord(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  onProgress: (progress: CopyProgress) => void,
): Promise<readonly TableDigest[]> {
  return reading(from, (source) =>
    to.transaction().execute(async (target) => {
      const total = (await countRows(source)).reduce((sum, { rows }) => sum + rows, 0);
      let done = 0;
      await takeTime(source);
      await takeTime(target);
      await (isPostgres(target) ? sql`set constraints all deferred` : sql`pragma defer_foreign_keys = on`).execute(
        target,
      );
      const digests: TableDigest[] = [];
      for (const table of tables) {
        const read = accumulator(table);
        for await (const rows of portions(source, table)) {
          await insert(target, table, rows);
          read.add(rows);
          done += rows.length;
          onProgress({ done, total });
        }
        digests.push(read.digest());
      }
      if (isPostgres(target)) for (const table of numbered) await numberOn(target, table);
      const differing = differences(digests, await digestsIn(target, tables));
      if (differing.length > 0) throw new CopyDiffers(`the copy differs in ${differing.join(", ")}`);
      return digests;
    }),
  );
}

/** Of these tables, at one moment. */
export async function digestRecord(
  db: Kysely<Schema>,
  names: readonly string[] = tables,
): Promise<readonly TableDigest[]> {
  return reading(db, (trx) => digestsIn(trx, names));
}

/** Which tables differ. */
export function differences(a: readonly TableDigest[], b: readonly TableDigest[]): readonly string[] {
  const other = new Map(b.map((one) => [one.table, one]));
  return a
    .filter(({ table, rows, digest }) => other.get(table)?.rows !== rows || other.get(table)?.digest !== digest)
    .map(({ table }) => table);
}

export async function countRecord(
  db: Kysely<Schema>,
): Promise<readonly { readonly table: CopiedTable; readonly rows: number }[]> {
  return reading(db, countRows);
}

/** Whether nothing was ever recorded: a lab that was looked at has an owner, perhaps. */
export async function isEmptyRecord(db: Kysely<Schema>): Promise<boolean> {
  return (await countRecord(db)).every(({ table, rows }) => rows === 0 || table === "owners");
}

/** One side waits while the other works. */
async function takeTime(trx: Transaction<Schema>): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
  await sql`set local statement_timeout = 0`.execute(trx);
}

function reading<T>(db: Kysely<Schema>, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().setAccessMode("read only").execute(work);
}

async function countRows(trx: Transaction<Schema>) {
  const counts: { readonly table: CopiedTable; readonly rows: number }[] = [];
  for (const table of tables) {
    const { rows } = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(trx);
    counts.push({ table, rows: rows[0]?.rows ?? 0 });
  }
  return counts;
}

async function digestsIn(trx: Transaction<Schema>, names: readonly string[]): Promise<readonly TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const table of names) {
    const own = accumulator(table);
    for await (const rows of portions(trx, table)) own.add(rows);
    digests.push(own.digest());
  }
  return digests;
}

async function* portions(trx: Transaction<Schema>, table: string): AsyncIterable<readonly Row[]> {
  const query = sql<Row>`select * from ${sql.table(table)}`.compile(trx);
  for await (const { rows } of trx.getExecutor().stream(query, batch)) yield rows;
}

async function insert(trx: Transaction<Schema>, table: CopiedTable, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values)}`.execute(
    trx,
  );
}

/** The next row's number comes after the copied ones'. */
async function numberOn(trx: Transaction<Schema>, table: CopiedTable): Promise<void> {
  await sql`select setval(pg_get_serial_sequence(${table}, 'number'), max(number)) from ${sql.table(table)} having max(number) is not null`.execute(
    trx,
  );
}

/** The sum of the rows' digests, which no order of rows changes. */
function accumulator(table: string) {
  let rows = 0;
  let sum = 0n;
  return {
    add: (more: readonly Row[]) => {
      rows += more.length;
      for (const row of more) sum = BigInt.asUintN(256, sum + digestOf(row));
    },
    digest: (): TableDigest => ({ table, rows, digest: sum.toString(16).padStart(64, "0") }),
  };
}

function digestOf(row: Row): bigint {
  const hash = createHash("sha256");
  for (const column of Object.keys(row).sort()) {
    const cell = row[column] ?? null;
    const bytes = cell instanceof Uint8Array ? cell : Buffer.from(cell === null ? "" : plain(cell));
    const kind = cell === null ? "null" : cell instanceof Uint8Array ? "bytes" : typeof cell;
    // With its length before it, so that no two rows are one sequence of bytes.
    hash.update(`${column}:${kind}:${bytes.length}:`).update(bytes);
  }
  return BigInt(`0x${hash.digest("hex")}`);
}

/** −0 is 0: SQLite keeps no other. */
function plain(cell: string | number): string {
  return cell === 0 ? "0" : String(cell);
}
