import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, sql } from "kysely";
import type { Clock } from "../base/clock.ts";
import { changeAccount, listAccounts } from "./accounts.ts";
import { changesSince, lastChange, noteChange } from "./changes.ts";
import { DamagedRow } from "./codec.ts";
import { changeComment, countComments, insertComment, listComments } from "./comments.ts";
import { appendMetrics, metricNames, readMetrics, summariseMetrics } from "./curves.ts";
import { nodeSqliteDialect } from "./dialect.ts";
import { createJournal, findResult, type JournalContext, releaseAbandoned } from "./journal.ts";
import { append, entries, entriesBefore } from "./ledger.ts";
import { migrate } from "./migrations/migrate.ts";
import { isDeadHere } from "./owner.ts";
import { claimReply, releaseReply, settleReply } from "./replies.ts";
import { findAttemptResult, findKeyParts, latestKeyParts, listAttempts, listResults, stageCosts } from "./results.ts";
import { findRun, findRuns, insertRun, listRuns, takeOverRuns, updateRun } from "./runs.ts";
import type { Schema } from "./schema.ts";
import { readSetting, writeSetting } from "./settings.ts";
import { type Store, StoreError } from "./store.ts";
import { exchangeToken, findToken, insertToken, listTokens, markTokenUsed, revokeToken } from "./tokens.ts";
import { insertView, listViews, removeView } from "./views.ts";
import { createVigil } from "./vigil.ts";

/**
 * Opens the embedded store, and makes it when the file is not there. The file must not lie on a network file system:
 * SQLite's locks do not hold there.
 * @param isDead whether an owner's process is surely gone; the default looks at this machine's processes
 * @throws StoreError when the file is damaged, newer than this program, locked for too long or unusable. It is never
 * overwritten then.
 */
export async function openSqliteStore(
  path: string,
  clock: Clock,
  isDead: (owner: string) => boolean = isDeadHere,
): Promise<Store> {
  makeFolder(path);
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(path) });
  try {
    await migrate(db, path, clock);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const vigil = createVigil(clock, isDead);
  const context: JournalContext = { db, clock, vigil, inFlight: new Set() };
  const guarded = damageTeller(path);
  return {
    journal: (owner) => {
      const journal = createJournal(context, owner);
      return { ...journal, findResult: guarded(journal.findResult), claim: guarded(journal.claim) };
    },
    findResult: guarded((key) => findResult(db, key)),
    findAttemptResult: guarded((attempt) => findAttemptResult(db, attempt)),
    listResults: guarded(() => listResults(db)),
    stageCosts: () => stageCosts(db),
    findKeyParts: guarded((key) => findKeyParts(db, key)),
    latestKeyParts: guarded((stage) => latestKeyParts(db, stage)),
    listAttempts: guarded((key) => listAttempts(db, key)),
    insertRun: (run) => insertRun(db, clock, run),
    updateRun: (id, owner, change) => updateRun(db, clock, id, owner, change),
    findRun: guarded((id) => findRun(db, id)),
    findRuns: guarded((ids) => findRuns(db, ids)),
    listRuns: guarded(() => listRuns(db)),
    releaseAbandoned: () => releaseAbandoned({ db, clock, vigil }),
    takeOverRuns: guarded((owner) => takeOverRuns(db, clock, vigil, owner)),
    append: (ledger, body) => append(db, clock, ledger, body),
    entries: guarded((ledger) => entries(db, ledger)),
    entriesBefore: guarded((ledger, before, limit) => entriesBefore(db, ledger, before, limit)),
    appendMetrics: (attempt, points) => appendMetrics(db, attempt, points),
    readMetrics: (attempt, name) => readMetrics(db, attempt, name),
    summariseMetrics: (attempt, name) => summariseMetrics(db, attempt, name),
    metricNames: (attempt) => metricNames(db, attempt),
    changesSince: (number, limit) => changesSince(db, number, limit),
    lastChange: () => lastChange(db),
    noteChange: (kind, id) => db.transaction().execute((trx) => noteChange(trx, kind, id)),
    readSetting: guarded((name) => readSetting(db, name)),
    writeSetting: (name, value) => writeSetting(db, name, value),
    listAccounts: guarded(() => listAccounts(db)),
    changeAccount: (decide) => guarded(() => changeAccount(db, decide))(),
    findToken: guarded((digest) => findToken(db, digest)),
    listTokens: guarded((account) => listTokens(db, account)),
    insertToken: (token) => insertToken(db, token),
    exchangeToken: (id, session) => exchangeToken(db, id, session),
    markTokenUsed: (id, at) => markTokenUsed(db, id, at),
    revokeToken: (id, at) => revokeToken(db, id, at),
    insertComment: (comment) => insertComment(db, comment),
    changeComment: (id, change) => changeComment(db, id, change),
    listComments: (contribution) => listComments(db, contribution),
    countComments: () => countComments(db),
    listViews: () => listViews(db),
    insertView: (view) => insertView(db, view),
    removeView: (id) => removeView(db, id),
    claimReply: guarded((key, digest) => claimReply(db, clock, key, digest)),
    settleReply: (key, reply) => settleReply(db, key, reply),
    releaseReply: (key) => releaseReply(db, key),
    check: () => check(db),
    close: () => db.destroy(),
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StoreError({ kind: "io", path, detail }, { cause: error });
  }
}

/** Makes a `StoreError` of a row that cannot be read. */
function damageTeller(path: string) {
  return <A extends readonly unknown[], T>(method: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        return await method(...args);
      } catch (error) {
        if (!(error instanceof DamagedRow)) throw error;
        throw new StoreError({ kind: "corrupt", path, detail: error.message }, { cause: error });
      }
    };
}

async function check(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  return rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
}
