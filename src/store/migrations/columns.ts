import {
  type ColumnDataType,
  type ColumnDefinitionBuilder,
  type Expression,
  type Kysely,
  PostgresAdapter,
  sql,
} from "kysely";

/** What a column is called in each dialect; what is the same in both is written where it is used. */
interface Columns {
  /** Ordered by its bytes in UTF-8. */
  readonly text: ColumnDataType | Expression<unknown>;
  readonly integer: ColumnDataType;
  readonly bytes: ColumnDataType;
  /** A primary key that the database gives out, in rising order. */
  readonly counted: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
  /** Refers to a row of its own table, which may be written after it in one transaction. */
  readonly within: (column: ColumnDefinitionBuilder, target: string) => ColumnDefinitionBuilder;
}

const sqlite: Columns = {
  text: "text",
  integer: "integer",
  bytes: "blob",
  counted: (column) => column.primaryKey().autoIncrement(),
  // Any reference of SQLite's can be deferred, by a pragma.
  within: (column, target) => column.references(target),
};

const postgres: Columns = {
  text: sql`text collate "C"`,
  integer: "bigint",
  bytes: "bytea",
  counted: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  within: (column, target) => column.references(target).modifyEnd(sql`deferrable`),
};

export function columnsOf<S>(db: Kysely<S>): Columns {
  return isPostgres(db) ? postgres : sqlite;
}

export function isPostgres<S>(db: Kysely<S>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
