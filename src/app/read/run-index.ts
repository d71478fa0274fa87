import type { RunReason } from "../../api/reasons.ts";
import { english } from "../../api/words.ts";
import type { StageResult } from "../../run/run.ts";
import type { RunRow, Store } from "../../store/store.ts";
import { reasonOf } from "../reasons.ts";

/** A run with what its stages measured. */
export interface IndexedRun {
  readonly row: RunRow;
  /** Why it was made, as data and in words. */
  readonly reason: RunReason;
  readonly why: string;
  /** By stage, of what is recorded. */
  readonly results: ReadonlyMap<string, StageResult>;
}

/** All runs of a store as they were after some change, or newer. After each change another object says so. */
export interface RunIndex {
  /** Number of the last change that is in it. */
  readonly asOf: number;
  /** In the order they were inserted. */
  readonly runs: ReadonlyMap<string, IndexedRun>;
  /** Every result that a run has, by its attempt, in no order. */
  readonly results: ReadonlyMap<string, StageResult>;
}

interface Growing extends RunIndex {
  readonly runs: Map<string, IndexedRun>;
  readonly results: Map<string, StageResult>;
}

interface Kept {
  index: Growing | null;
  /** Resolves when nobody reads. */
  turn: Promise<unknown>;
}

const kept = new WeakMap<Store, Kept>();

/**
 * The runs as they are now. They are read once; after that, what the outbox says has changed, by whichever process, is
 * read again and nothing else.
 */
export function runIndexOf(store: Store): Promise<RunIndex> {
  const own = kept.get(store) ?? { index: null, turn: Promise.resolve() };
  kept.set(store, own);
  // One after another, and never a reading that began before it was asked for: that would miss what the asker knows of.
  const reading = own.turn.then(async () => {
    own.index = await readOn(store, own.index);
    return own.index;
  });
  own.turn = reading.catch(() => {});
  return reading;
}

/** Of the outbox, in one reading; when more has changed than this, everything is read again. */
const mostChanges = 500;

async function readOn(store: Store, index: Growing | null): Promise<Growing> {
  if (index === null) return readAll(store);
  const changes = await store.changesSince(index.asOf, mostChanges + 1);
  if (changes.length > mostChanges) return readAll(store);
  const ids = changes.filter(({ kind }) => kind === "run").map(({ id }) => id);
  const asOf = changes.at(-1)?.number ?? index.asOf;
  return ids.length === 0 ? { ...index, asOf } : add(store, index, asOf, await store.findRuns(ids));
}

async function readAll(store: Store): Promise<Growing> {
  const asOf = await store.lastChange();
  const results = new Map((await store.listResults()).map((result) => [result.attempt, result]));
  return add(store, { asOf, runs: new Map(), results }, asOf, await store.listRuns());
}

async function add(store: Store, index: Growing, asOf: number, rows: readonly RunRow[]): Promise<Growing> {
  const { results, runs } = index;
  for (const { attempt, state } of rows.flatMap((row) => row.stages)) {
    if (attempt === null || state !== "done" || results.has(attempt)) continue;
    // A result that was set aside because its files are gone still says what was measured.
    const result = await store.findAttemptResult(attempt);
    if (result !== null) results.set(attempt, result);
  }
  for (const row of rows) runs.set(row.id, indexed(row, results));
  return { asOf, results, runs };
}

function indexed(row: RunRow, byAttempt: ReadonlyMap<string, StageResult>): IndexedRun {
  const results = new Map<string, StageResult>();
  for (const { stage, attempt } of row.stages) {
    const result = attempt === null ? undefined : byAttempt.get(attempt);
    if (result !== undefined) results.set(stage, result);
  }
  const reason = reasonOf(row.why);
  return { row, reason, why: english.run(reason), results };
}
