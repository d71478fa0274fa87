import { type Kysely, sql } from "kysely";
import { connectPostgres } from "../postgres.ts";
import type { Schema } from "../schema.ts";
import { type PostgresPlace, placeAt } from "./place.ts";

/** Labs' records in a database, by the names of their schemas. @throws StoreError */
export async function listSchemas(url: string): Promise<readonly string[]> {
  return connected(placeAt(url, "cairn_none"), async (db) => {
    const found = await sql<{
      name: string;
    }>`select nspname as name from pg_namespace where nspname like 'cairn\\_%' order by 1`.execute(db);
    return found.rows.map(({ name }) => name);
  });
}

/** Removes a record that was being made. */
export async function dropSchema(place: PostgresPlace): Promise<void> {
  await connected(place, async (db) => {
    await sql`drop schema if exists ${sql.id(place.schema)} cascade`.execute(db);
  });
}

/**
 * Gives a record that is complete the name of another, which is kept under a third: at no moment is there none.
 * @param aside null: there is no other
 */
export async function swapSchemas(fresh: PostgresPlace, schema: string, aside: string | null): Promise<void> {
  await connected(fresh, (db) =>
    db.transaction().execute(async (trx) => {
      if (aside !== null) await sql`alter schema ${sql.id(schema)} rename to ${sql.id(aside)}`.execute(trx);
      await sql`alter schema ${sql.id(fresh.schema)} rename to ${sql.id(schema)}`.execute(trx);
      // Where the transaction's own commit is noted.
      await sql`set local search_path to ${sql.id(schema)}`.execute(trx);
    }),
  );
}

async function connected<T>(place: PostgresPlace, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = connectPostgres(place);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
