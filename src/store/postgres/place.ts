import { createHash } from "node:crypto";
import pg from "pg";
import { StoreError } from "../store.ts";

/** A lab's record in a database: the schema of that name, and nothing else of the database. */
export interface PostgresPlace {
  /** For the client library; holds the password. */
  readonly url: string;
  readonly schema: string;
  /** For people: with no password. */
  readonly label: string;
}

/** Short enough for a date behind it: PostgreSQL takes 63 characters. */
const schemaName = /^cairn_[a-z0-9_]{1,40}$/;

export function isSchemaName(name: string): boolean {
  return schemaName.test(name);
}

/** @throws StoreError `denied` when the URL is none. Never repeats it: it may hold a password. */
export function placeAt(url: string, schema: string): PostgresPlace {
  return { url, schema, label: `${labelOf(url)} (schema ${schema})` };
}

/** The server and database that a URL names, without the password. @throws StoreError as `placeAt`. */
export function labelOf(url: string): string {
  try {
    const { user, host, port, database } = new pg.Client({ connectionString: url });
    const at = host.startsWith("/") ? host : `${host}:${port}`;
    return `postgresql://${user ?? ""}@${at}/${database ?? ""}`;
  } catch (error) {
    const detail =
      "its URL cannot be read; it is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters in percent-encoding";
    throw new StoreError({ kind: "denied", path: "of the URL", detail }, { cause: withoutUrl(error) });
  }
}

/** The advisory lock that whoever writes to a lab's record holds. Two labs on one number would only wait for each other. */
export function lockOf(schema: string): string {
  return createHash("sha256").update(`cairn:${schema}`).digest().readBigInt64BE(0).toString();
}

function withoutUrl(error: unknown): Error {
  return new Error(error instanceof Error ? error.name : "not a URL");
}
