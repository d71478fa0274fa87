import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";
import { StoreError, type StoreProblem } from "./store.ts";

/** How long a transaction waits for other processes before it gives up, in milliseconds. */
const patience = 60_000;
/** What SQLite itself waits. Short, since it blocks the whole process: the rest is waited here, where others go on. */
const busyTimeout = 50;
/** Statements kept prepared. The store's own are far fewer. */
const keptStatements = 200;

/** Kysely over `node:sqlite`. Every transaction that may write begins immediate: a deferred one fails half-way when another writes. */
export function nodeSqliteDialect(path: string): Dialect {
  return {
    createDriver: () => new NodeSqliteDriver(path),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class NodeSqliteDriver implements Driver {
  readonly #path: string;
  #connection: NodeSqliteConnection | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async init(): Promise<void> {
    const connection = translating(this.#path, () => new NodeSqliteConnection(this.#path));
    try {
      // FULL: a record is on the disk before anybody is told of it. Measured at a quarter of a millisecond a transaction.
      for (const pragma of ["journal_mode = wal", "synchronous = full", "foreign_keys = on"]) {
        await connection.patiently(`pragma ${pragma}`);
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#open();
  }

  async beginTransaction(_connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await this.#open().patiently(settings.accessMode === "read only" ? "begin" : "begin immediate");
  }

  async commitTransaction(): Promise<void> {
    await this.#open().patiently("commit");
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has rolled back already after some errors (a full disk): then there is nothing to roll back.
    if (this.#open().inTransaction()) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = null;
  }

  #open(): NodeSqliteConnection {
    if (this.#connection === null) throw new Error("the database is closed");
    return this.#connection;
  }
}

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string) {
    this.#path = path;
    this.#db = new DatabaseSync(path, { timeout: busyTimeout });
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return translating(this.#path, () => {
      const { statement, returnsRows } = this.#prepare(query.sql);
      const parameters = query.parameters.map(toSql);
      if (returnsRows) return { rows: rowsOf<R>(statement.all(...parameters)) };
      const { changes } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    });
  }

  /** For tables that need not fit into memory, in a transaction. */
  async *streamQuery<R>({ sql, parameters }: CompiledQuery, chunkSize = 100): AsyncIterableIterator<QueryResult<R>> {
    // A statement of its own: one that is prepared for others would be reset by them.
    const rows = translating(this.#path, () => this.#db.prepare(sql).iterate(...parameters.map(toSql)));
    for (let more = true; more; ) {
      const chunk = translating(this.#path, () => taken(rows, chunkSize));
      more = chunk.length === chunkSize;
      if (chunk.length > 0) yield { rows: rowsOf<R>(chunk) };
    }
  }

  /** Runs one statement, waiting without blocking while another process has the lock. @throws StoreError `busy`. */
  async patiently(sql: string): Promise<void> {
    const deadline = performance.now() + patience;
    for (let pause = 1; ; pause = Math.min(2 * pause, 50)) {
      try {
        await this.executeQuery(CompiledQuery.raw(sql));
        return;
      } catch (error) {
        const busy = error instanceof StoreError && error.problem.kind === "busy";
        if (!busy || performance.now() > deadline) throw error;
      }
      await delay(pause * (0.5 + Math.random()));
    }
  }

  inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    if (this.#prepared.size >= keptStatements) this.#prepared.clear();
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** The next few. The iterator's own `take` would end it. */
function taken(rows: Iterator<unknown>, count: number): unknown[] {
  const chunk: unknown[] = [];
  while (chunk.length < count) {
    const next = rows.next();
    if (next.done === true) break;
    chunk.push(next.value);
  }
  return chunk;
}

/** The one place where rows get the type that the query builder has worked out for them. */
function rowsOf<R>(rows: unknown[]): R[] {
  return rows as R[];
}

function toSql(value: unknown): SQLInputValue {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite cannot hold a ${typeof value}`);
}

function translating<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const problem = problemOf(path, error);
    throw problem === null ? error : new StoreError(problem, { cause: error });
  }
}

/** SQLITE_IOERR_SHMSIZE: what a full disk answers to who opens a database. */
const ioerrShmsize = 4874;

/** Primary result codes, https://www.sqlite.org/rescode.html. */
function problemOf(path: string, error: unknown): StoreProblem | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  // The file beside it that readers and writers share cannot grow.
  if (error.errcode === ioerrShmsize) return { kind: "disk-full", path };
  switch (error.errcode & 0xff) {
    case 5: // BUSY
    case 6: // LOCKED
      return { kind: "busy", path };
    case 11: // CORRUPT
    case 26: // NOTADB
      return { kind: "corrupt", path, detail: error.message };
    case 13: // FULL
      return { kind: "disk-full", path };
    case 8: // READONLY
    case 10: // IOERR
    case 14: // CANTOPEN
      return { kind: "io", path, detail: error.message };
    default:
      return null;
  }
}
