import { type Kysely, sql } from "kysely";
import { isPostgres } from "./migrations/columns.ts";
import { versionOf } from "./migrations/migrate.ts";
import type { Schema } from "./schema.ts";

export interface DatabaseDescription {
  readonly server: string;
  /** The newest migration that it has seen; 0: none. */
  readonly version: number;
  readonly bytes: number;
}

/** What a database is, by what it says itself; changes nothing. */
export async function describeDatabase(db: Kysely<Schema>): Promise<DatabaseDescription> {
  const query = isPostgres(db)
    ? sql<{ server: string; bytes: number }>`select 'PostgreSQL ' || current_setting('server_version') as server,
        coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
        from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema() where c.relkind = 'r'`
    : sql<{
        server: string;
        bytes: number;
      }>`select 'SQLite ' || sqlite_version() as server, page_count * page_size as bytes
        from pragma_page_count(), pragma_page_size()`;
  const { rows } = await query.execute(db);
  return { server: rows[0]?.server ?? "", bytes: rows[0]?.bytes ?? 0, version: await versionOf(db) };
}

/** A PostgreSQL server, and what the user may do there. */
export interface ServerDescription {
  /** Its clock, in milliseconds since 1970. */
  readonly clock: number;
  /** Of its version. */
  readonly major: number;
  readonly mayMakeSchema: boolean;
}

export async function describeServer(db: Kysely<Schema>): Promise<ServerDescription> {
  const { rows } = await sql<{ clock: number; number: number; may: boolean }>`select
    (extract(epoch from clock_timestamp()) * 1000)::double precision as clock,
    current_setting('server_version_num')::integer as number,
    has_database_privilege(current_database(), 'CREATE') as may`.execute(db);
  const [row] = rows;
  return { clock: row?.clock ?? 0, major: Math.floor((row?.number ?? 0) / 10_000), mayMakeSchema: row?.may ?? false };
}
