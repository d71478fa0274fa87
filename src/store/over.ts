import type { Kysely } from "kysely";
import type { Clock } from "../base/clock.ts";
import type { Journal } from "../run/run.ts";
import { changeAccount, listAccounts } from "./accounts.ts";
import { changesSince, lastChange, noteChange } from "./changes.ts";
import { DamagedRow } from "./codec.ts";
import { changeComment, countComments, insertComment, listComments } from "./comments.ts";
import { appendMetrics, metricNames, readMetrics, summariseMetrics } from "./curves.ts";
import { createJournal, findResult, type JournalContext, releaseAbandoned } from "./journal.ts";
import { append, entries, entriesBefore } from "./ledger.ts";
import { claimReply, releaseReply, settleReply } from "./replies.ts";
import { findAttemptResult, findKeyParts, latestKeyParts, listAttempts, listResults, stageCosts } from "./results.ts";
import { findRun, findRuns, insertRun, listRuns, takeOverRuns, updateRun } from "./runs.ts";
import type { Schema } from "./schema.ts";
import { readSetting, writeSetting } from "./settings.ts";
import { type Store, StoreError } from "./store.ts";
import { exchangeToken, findToken, insertToken, listTokens, markTokenUsed, revokeToken } from "./tokens.ts";
import { insertView, listViews, removeView } from "./views.ts";
import type { Vigil } from "./vigil.ts";

/** Does a store's work, and makes of what goes wrong with it what the store promises. May do it again. */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

export interface Backing {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly vigil: Vigil;
  /** Around every method but heartbeats and looks for changes, which come again by themselves. */
  readonly guard: Guard;
  readonly check: () => Promise<readonly string[]>;
}

/** The store over whatever database: the same queries for all of them. */
export function storeOver({ db, clock, vigil, guard, check }: Backing): Store {
  const context: JournalContext = { db, clock, vigil, inFlight: new Set() };
  return {
    journal: (owner) => guardedJournal(createJournal(context, owner), guard),
    findResult: (key) => guard(() => findResult(db, key)),
    findAttemptResult: (attempt) => guard(() => findAttemptResult(db, attempt)),
    listResults: () => guard(() => listResults(db)),
    stageCosts: () => guard(() => stageCosts(db)),
    findKeyParts: (key) => guard(() => findKeyParts(db, key)),
    latestKeyParts: (stage) => guard(() => latestKeyParts(db, stage)),
    listAttempts: (key) => guard(() => listAttempts(db, key)),
    insertRun: (run) => guard(() => insertRun(db, clock, run)),
    updateRun: (id, owner, change) => guard(() => updateRun(db, clock, id, owner, change)),
    findRun: (id) => guard(() => findRun(db, id)),
    findRuns: (ids) => guard(() => findRuns(db, ids)),
    listRuns: () => guard(() => listRuns(db)),
    releaseAbandoned: () => guard(() => releaseAbandoned({ db, clock, vigil })),
    takeOverRuns: (owner, ids) => guard(() => takeOverRuns(db, clock, vigil, owner, ids)),
    append: (ledger, body) => guard(() => append(db, clock, ledger, body)),
    entries: (ledger) => guard(() => entries(db, ledger)),
    entriesBefore: (ledger, before, limit) => guard(() => entriesBefore(db, ledger, before, limit)),
    appendMetrics: (attempt, points) => guard(() => appendMetrics(db, attempt, points)),
    readMetrics: (attempt, name, blocks) => guard(() => readMetrics(db, attempt, name, blocks)),
    summariseMetrics: (attempt, name) => guard(() => summariseMetrics(db, attempt, name)),
    metricNames: (attempt) => guard(() => metricNames(db, attempt)),
    changesSince: (number, limit) => guard(() => changesSince(db, number, limit)),
    lastChange: () => lastChange(db),
    noteChange: (kind, id) => guard(() => db.transaction().execute((trx) => noteChange(trx, kind, id))),
    readSetting: (name) => guard(() => readSetting(db, name)),
    writeSetting: (name, value) => guard(() => writeSetting(db, name, value)),
    listAccounts: () => guard(() => listAccounts(db)),
    changeAccount: (decide) => guard(() => changeAccount(db, decide)),
    findToken: (digest) => guard(() => findToken(db, digest)),
    listTokens: (account) => guard(() => listTokens(db, account)),
    insertToken: (token) => guard(() => insertToken(db, token)),
    exchangeToken: (id, session) => guard(() => exchangeToken(db, id, session)),
    markTokenUsed: (id, at) => guard(() => markTokenUsed(db, id, at)),
    revokeToken: (id, at) => guard(() => revokeToken(db, id, at)),
    insertComment: (comment) => guard(() => insertComment(db, comment)),
    changeComment: (id, change) => guard(() => changeComment(db, id, change)),
    listComments: (contribution) => guard(() => listComments(db, contribution)),
    countComments: () => guard(() => countComments(db)),
    listViews: () => guard(() => listViews(db)),
    insertView: (view) => guard(() => insertView(db, view)),
    removeView: (id) => guard(() => removeView(db, id)),
    claimReply: (key, digest) => guard(() => claimReply(db, clock, key, digest)),
    settleReply: (key, reply) => guard(() => settleReply(db, key, reply)),
    releaseReply: (key) => guard(() => releaseReply(db, key)),
    check: () => guard(check),
    close: () => db.destroy(),
  };
}

function guardedJournal(journal: Journal, guard: Guard): Journal {
  return {
    findResult: (key) => guard(() => journal.findResult(key)),
    claim: (key, parts, stage, adopt) => guard(() => journal.claim(key, parts, stage, adopt)),
    heartbeat: () => journal.heartbeat(),
    record: (attempt, result) => guard(() => journal.record(attempt, result)),
    fail: (attempt, cause) => guard(() => journal.fail(attempt, cause)),
    release: (attempt) => guard(() => journal.release(attempt)),
    leave: (attempt) => journal.leave(attempt),
    invalidate: (result, reason) => guard(() => journal.invalidate(result, reason)),
    isAbandoned: (attempt) => guard(() => journal.isAbandoned(attempt)),
    holds: (attempt) => guard(() => journal.holds(attempt)),
    isOver: (attempt) => guard(() => journal.isOver(attempt)),
    appendMetrics: (attempt, points) => guard(() => journal.appendMetrics(attempt, points)),
  };
}

/** Makes a `StoreError` of a row that cannot be read. */
export function tellDamage(path: string): Guard {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error;
      throw new StoreError({ kind: "corrupt", path, detail: error.message }, { cause: error });
    }
  };
}
