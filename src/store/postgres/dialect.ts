import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import pg from "pg";
import { StoreError } from "../store.ts";
import { findCommit, noteCommit } from "./commits.ts";
import { lockOf, type PostgresPlace } from "./place.ts";
import { TryAgain, translated } from "./problems.ts";
import { decodeText, encodeText } from "./text.ts";

/** Connections of a process, at most: a server has a hundred by default, and a lab many processes. */
const connections = 4;
/** All in milliseconds. How long a connection may take to be made, or to be free. */
const connectTimeout = 30_000;
/** How long to wait for others that write to the same lab. */
const lockTimeout = 90_000;
/** How long a process that stands still may keep others from writing. Less than `lockTimeout`. */
const idleTimeout = 30_000;
/** No statement of the store comes near it, but one that reads a whole table of a large lab. */
const statementTimeout = 600_000;
/** What takes longer is an outage: heartbeats of others did not come through either. */
const slow = 5_000;

export interface PostgresOptions {
  readonly place: PostgresPlace;
  /** How long to look for what became of a transaction whose connection broke while it was committed, in milliseconds. */
  readonly patience: number;
  /** Called when the database was out of reach for a while, or a connection to it was lost. */
  readonly onOutage: () => void;
}

/**
 * Kysely over `pg`, such that it keeps what SQLite's `BEGIN IMMEDIATE` does: transactions that may write exclude each
 * other, lab by lab, from their beginning. They hold the lab's advisory lock, which PostgreSQL gives back after their
 * changes are visible: so the next one sees all of them, and outbox numbers become visible in their order. A statement
 * that writes outside of a transaction gets one. Reading waits for nobody.
 */
export function postgresDialect(options: PostgresOptions): Dialect {
  return {
    createDriver: () => new PostgresDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

class PostgresDriver implements Driver {
  readonly #options: PostgresOptions;
  readonly #known = new WeakMap<pg.PoolClient, PostgresConnection>();
  readonly #open = new WeakMap<DatabaseConnection, PostgresConnection>();
  #pool: pg.Pool | null = null;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {
    this.#pool = new pg.Pool({
      connectionString: this.#options.place.url,
      max: connections,
      connectionTimeoutMillis: connectTimeout,
      keepAlive: true,
      application_name: "cairn",
      types: { getTypeParser: parserOf },
    });
    this.#pool.on("error", this.#options.onOutage);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const { place, onOutage } = this.#options;
    if (this.#pool === null) throw new Error("the database is closed");
    try {
      const client = await this.#pool.connect();
      const known = this.#known.get(client);
      const connection = known ?? new PostgresConnection(client, this.#options, (own) => this.#settle(own));
      if (known === undefined) {
        client.on("error", onOutage);
        this.#known.set(client, connection);
        this.#open.set(connection, connection);
        await connection.prepare();
      }
      return connection;
    } catch (error) {
      const problem = translated(place.label, error);
      if (problem instanceof TryAgain) onOutage();
      throw problem;
    }
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await this.#of(connection).begin(settings.accessMode === "read only");
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#of(connection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#of(connection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#of(connection).release();
  }

  async destroy(): Promise<void> {
    await this.#pool?.end();
    this.#pool = null;
  }

  #of(connection: DatabaseConnection): PostgresConnection {
    const own = this.#open.get(connection);
    if (own === undefined) throw new Error("a connection of another database");
    return own;
  }

  /**
   * What became of a transaction whose connection broke while it was committed: asked on another connection, under the
   * lab's lock, which the lost one holds for as long as the server has not given it up.
   */
  async #settle(commit: Commit): Promise<boolean> {
    const { place, patience } = this.#options;
    const deadline = performance.now() + patience;
    for (let pause = 50; ; pause = Math.min(2 * pause, 5_000)) {
      try {
        return await this.#wasCommitted(commit);
      } catch (error) {
        if (!(error instanceof TryAgain) || performance.now() > deadline) {
          const detail = "the connection broke while a change was recorded, and whether it was is not known";
          throw new StoreError({ kind: "unreachable", path: place.label, detail }, { cause: error });
        }
      }
      await delay(pause * (0.5 + Math.random()));
    }
  }

  async #wasCommitted({ connection, number }: Commit): Promise<boolean> {
    const other = this.#of(await this.acquireConnection());
    try {
      await other.begin(false);
      const rows = await other.ask(findCommit(connection, number));
      await other.rollback();
      return rows > 0;
    } finally {
      other.release();
    }
  }
}

interface Commit {
  readonly connection: string;
  readonly number: number;
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #options: PostgresOptions;
  readonly #settle: (commit: Commit) => Promise<boolean>;
  /** As `commits` knows it. */
  readonly #name = randomUUID();
  #commits = 0;
  #inTransaction = false;
  #readOnly = false;
  #broken = false;
  /** Broken, and out of the pool. */
  #gone = false;

  constructor(client: pg.PoolClient, options: PostgresOptions, settle: (commit: Commit) => Promise<boolean>) {
    this.#client = client;
    this.#options = options;
    this.#settle = settle;
  }

  /** What holds for a connection's whole life. In statements, since not every pooler between passes on start-up options. */
  async prepare(): Promise<void> {
    try {
      await this.ask(
        [
          `set search_path to "${this.#options.place.schema}"`,
          `set lock_timeout to ${lockTimeout}`,
          `set statement_timeout to ${statementTimeout}`,
          `set idle_in_transaction_session_timeout to ${idleTimeout}`,
          "set client_min_messages to warning",
          // A record is on the disk before anybody is told of it, whatever the server's default.
          "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
        ].join("; "),
      );
    } catch (error) {
      this.#client.release(true);
      throw error;
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const writes = ["InsertQueryNode", "UpdateQueryNode", "DeleteQueryNode"].includes(query.query.kind);
    if (!writes || this.#inTransaction) return this.#execute(query);
    await this.begin(false);
    try {
      const result = await this.#execute<R>(query);
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /** Whole results are read by `executeQuery`; this is for tables that need not fit into memory, in a transaction. */
  async *streamQuery<R>(query: CompiledQuery, chunkSize = 100): AsyncIterableIterator<QueryResult<R>> {
    if (query.parameters.length > 0) throw new Error("a cursor takes no parameters");
    await this.ask(`declare stream no scroll cursor for ${query.sql}`);
    for (let more = true; more; ) {
      const { rows } = await this.#send({ text: `fetch ${chunkSize} from stream` });
      more = rows.length === chunkSize;
      if (rows.length > 0) yield { rows: rowsOf<R>(rows) };
    }
    await this.ask("close stream");
  }

  /** Reading sees one moment; writing sees, under the lab's lock, all that was committed before. */
  async begin(readOnly: boolean): Promise<void> {
    this.#readOnly = readOnly;
    this.#inTransaction = true;
    try {
      await this.ask(
        readOnly
          ? "begin isolation level repeatable read read only"
          : `begin isolation level read committed read write; select pg_advisory_xact_lock(${lockOf(this.#options.place.schema)})`,
      );
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  async commit(): Promise<void> {
    if (this.#readOnly) {
      await this.ask("commit");
    } else {
      const number = ++this.#commits;
      try {
        await this.ask(`${noteCommit(this.#name, number)}; commit`);
      } catch (error) {
        if (!this.#broken) throw error;
        // Its place in the pool is needed to look.
        this.release();
        if (!(await this.#settle({ connection: this.#name, number }))) throw error;
      }
    }
    this.#inTransaction = false;
  }

  /** On a connection that is lost the server does it. */
  async rollback(): Promise<void> {
    this.#inTransaction = false;
    if (this.#broken) return;
    try {
      await this.ask("rollback");
    } catch (error) {
      this.#broken = true;
      if (!(error instanceof TryAgain)) throw error;
    }
  }

  /** Gives it back to the pool, or up when it is lost. */
  release(): void {
    if (this.#gone) return;
    this.#gone = this.#broken;
    this.#client.release(this.#broken);
  }

  /** Runs statements without parameters in one message. Returns how many rows the last one had. */
  async ask(text: string): Promise<number> {
    const answer: unknown = await this.#send({ text });
    const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
    return last instanceof pg.Result ? (last.rowCount ?? 0) : 0;
  }

  async #execute<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.#send({ text: sql, values: parameters.map(toSql) });
    const counts = command === "INSERT" || command === "UPDATE" || command === "DELETE";
    return { rows: rowsOf<R>(rows), ...(counts && { numAffectedRows: BigInt(rowCount ?? 0) }) };
  }

  async #send(query: pg.QueryConfig): Promise<pg.QueryResult> {
    const { place, onOutage } = this.#options;
    const begun = performance.now();
    try {
      return await this.#client.query(query);
    } catch (error) {
      const problem = translated(place.label, error);
      if (isLoss(error, problem)) {
        this.#broken = true;
        onOutage();
      }
      throw problem;
    } finally {
      if (performance.now() - begun > slow) onOutage();
    }
  }
}

/** Whether the connection went with it: anything but what a server that goes on answered. */
function isLoss(error: unknown, problem: unknown): boolean {
  const answered = error instanceof pg.DatabaseError && (error.severity === "ERROR" || error.severity === undefined);
  return problem instanceof TryAgain && !answered;
}

/** The one place where rows get the type that the query builder has worked out for them. */
function rowsOf<R>(rows: unknown[]): R[] {
  return rows as R[];
}

function toSql(value: unknown): unknown {
  if (typeof value === "string") return encodeText(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value === null || typeof value === "number" || typeof value === "bigint") return value;
  throw new TypeError(`PostgreSQL is given no ${typeof value}`);
}

/** Whole numbers, which PostgreSQL counts to 2^63, are JavaScript's: the store's own stay far below 2^53. */
function parserOf(oid: number, format?: "text" | "binary") {
  switch (oid) {
    case pg.types.builtins.INT8:
    case pg.types.builtins.NUMERIC:
      return Number;
    case pg.types.builtins.TEXT:
      return decodeText;
    default:
      return pg.types.getTypeParser(oid, format);
  }
}
