import type { Transaction } from "kysely";
import type { Schema } from "../schema.ts";

/** One step of the schema's history. Never edited once released: a change is a new number. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly up: (db: Transaction<Schema>) => Promise<void>;
}
