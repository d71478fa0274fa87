import type { Digest } from "../base/digest.ts";
import type { FsckReport, Progress, StorageCheck } from "../cache/artifacts.ts";
import { gcTrees } from "../cache/materialise.ts";
import { type History, readHistory } from "./history.ts";
import type { Session } from "./session.ts";

export type { StorageCheck };

export interface Fsck extends FsckReport {
  /** What the database finds wrong with itself; empty: sound. */
  readonly database: readonly string[];
  /** Recorded results whose output or measurements are not there (any more): they are executed again when needed. */
  readonly missing: readonly { readonly stage: string; readonly key: Digest }[];
}

/**
 * Hashes every artifact anew and checks the database. What does not match its name is quarantined, never served. No stage
 * reads measurements, so that nobody else would miss them: a result without its own no longer stands.
 */
export async function fsck(
  session: Pick<Session, "store" | "artifacts" | "owner">,
  onProgress: (progress: Progress) => void,
): Promise<Fsck> {
  const database = await session.store.check();
  const report = await session.artifacts.fsck(onProgress);
  const journal = session.store.journal(session.owner);
  const lost = new Set(report.storage?.damaged.map(({ digest }) => digest));
  const isThere = async (digest: Digest) => !lost.has(digest) && (await session.artifacts.has(digest));
  const missing = [];
  for (const result of await session.store.listResults()) {
    const output = await isThere(result.output);
    const measurements = await isThere(result.measurements);
    if (!measurements) await journal.invalidate(result, "its measurements were lost or damaged");
    if (!output || !measurements) missing.push({ stage: result.stage, key: result.key });
  }
  return { ...report, database, missing };
}

export interface Gc {
  readonly removed: number;
  readonly kept: number;
  readonly bytes: number;
  readonly trees: number;
}

/**
 * Removes stage outputs that only earlier states of the lab used, and copies of edited trees. Measurements are evidence
 * and stay.
 */
export async function gc(
  session: Session,
  options: {
    readonly olderThanDays: number;
    readonly dryRun: boolean;
    readonly onProgress: (progress: Progress) => void;
  },
): Promise<Gc> {
  const history = await readHistory(session);
  const olderThan = Math.min(session.clock.now() - options.olderThanDays * 86_400_000, oldestOpen(history));
  const keep = new Set<Digest>((await session.store.listResults()).map((result) => result.measurements));
  for (const run of history.runs) {
    for (const result of run.results.values()) {
      keep.add(result.measurements);
      if (run.current || run.row.state === "running" || run.row.state === "pending") keep.add(result.output);
    }
  }
  const otherScales = (await session.store.listRuns()).filter((run) => run.scale !== session.scale);
  for (const attempt of otherScales.flatMap((run) => run.stages.map((stage) => stage.attempt))) {
    const result = attempt === null ? null : await session.store.findAttemptResult(attempt);
    if (result !== null) keep.add(result.output).add(result.measurements);
  }
  const { dryRun, onProgress } = options;
  const known = await everRecorded(session, keep);
  const report = await session.artifacts.gc({ keep, known }, olderThan, { dryRun, onProgress });
  const trees = await gcTrees(session.workspace, olderThan, options.dryRun);
  return { removed: report.removed.length, kept: report.kept, bytes: report.bytes, trees };
}

/** Since when there may be what runs use that are not over, whichever process makes them: their copies of the lab, too. */
function oldestOpen({ rows }: History): number {
  const open = rows.filter(({ state }) => state === "running" || state === "pending");
  return Math.min(...open.map(({ createdAt }) => createdAt)) - clockLag;
}

/** How far a file system's clock may be behind, in milliseconds. */
const clockLag = 60_000;

/** Everything that any run here was made of, invalidated results too. */
async function everRecorded({ store }: Session, kept: ReadonlySet<Digest>): Promise<ReadonlySet<Digest>> {
  const known = new Set(kept);
  for (const { stages } of await store.listRuns()) {
    for (const { attempt } of stages) {
      const result = attempt === null ? null : await store.findAttemptResult(attempt);
      if (result !== null) known.add(result.output).add(result.measurements);
    }
  }
  return known;
}
