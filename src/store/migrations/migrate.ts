import { type Kysely, sql, type Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { commitsTable } from "../postgres/commits.ts";
import type { Schema } from "../schema.ts";
import { StoreError } from "../store.ts";
import { initial } from "./0001-initial.ts";
import { origins } from "./0002-origins.ts";
import { team } from "./0003-team.ts";
import { extents } from "./0004-extents.ts";
import { isPostgres } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** All of them, oldest first. */
export const migrations: readonly Migration[] = [initial, origins, team, extents];

/** The newest schema that this program knows. */
export const knownVersion = migrations.at(-1)?.number ?? 0;

/**
 * Brings the schema up to what this program knows, all in one transaction: a crash half-way leaves the old one, and two
 * processes that open a new store at once do not both make it.
 * @throws StoreError `newer`, and changes nothing, when the file has migrations that this program does not know.
 */
export async function migrate(db: Kysely<Schema>, path: string, clock: Clock): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`create table if not exists migrations (number integer primary key, name text not null, applied_at double precision not null)`.execute(
      trx,
    );
    const version = await newestOf(trx);
    if (version === 0 && (await hasStrangeTables(trx))) {
      const detail = "it has tables, but nothing says which Cairn made them";
      throw new StoreError({ kind: "corrupt", path, detail });
    }
    if (version > knownVersion) throw new StoreError({ kind: "newer", path, version, known: knownVersion });
    for (const { number, name, up } of migrations) {
      if (number <= version) continue;
      await up(trx);
      await trx.insertInto("migrations").values({ number, name, applied_at: clock.now() }).execute();
    }
  });
}

/** The newest migration that a database has seen; 0: none. */
export async function versionOf(db: Kysely<Schema>): Promise<number> {
  return (await tableNames(db)).includes("migrations") ? newestOf(db) : 0;
}

async function newestOf(db: Kysely<Schema>): Promise<number> {
  const { version } = await db
    .selectFrom("migrations")
    .select((e) => e.fn.coalesce(e.fn.max("number"), sql.lit(0)).as("version"))
    .executeTakeFirstOrThrow();
  return Number(version);
}

/** Whether there are tables beside Cairn's own lists, in a database whose history says that there should be none. */
async function hasStrangeTables(trx: Transaction<Schema>): Promise<boolean> {
  return (await tableNames(trx)).some((name) => name !== "migrations" && name !== commitsTable);
}

async function tableNames(db: Kysely<Schema>): Promise<readonly string[]> {
  const names = isPostgres(db)
    ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
    : sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`;
  return (await names.execute(db)).rows.map(({ name }) => name);
}
