import type { Change, CurrentReport, Lab, Plan, Prediction, QueueState } from "../../api/lab.ts";
import type { Report } from "../../api/report.ts";
import type { Landed } from "../land.ts";
import type { Session } from "../session.ts";

/**
 * A lab that is kept open: reloaded when its files change, its queue at work beside it, its report made anew as evidence
 * comes. The engine's work is done in threads, so that whoever asks is answered at once.
 */
export interface Live {
  /** The lab as it was when its files were last right. Not to be kept over an `await`: ask again. */
  readonly session: Session;
  /** Whether `--no-run` was given. */
  readonly watchOnly: boolean;
  /** What is wrong with the files now; empty: the session is them. */
  readonly diagnostics: Lab["diagnostics"];

  report(): CurrentReport;
  landingReport(landing: number): Promise<Report | null>;
  plan(count: number): Promise<Plan>;
  /** @throws CairnError `not-found` when a level is not in the lab. */
  predict(levels: readonly string[]): Promise<Prediction>;
  /**
   * Lands what is recommended; `session` is of after it when this resolves.
   * @param seen the set that the caller was shown
   * @throws CairnError `conflict` when another set is recommended by now, `not-decided` when it is not confirmed.
   */
  land(seen: readonly string[]): Promise<Landed>;

  queue(): QueueState;
  /** Pauses or resumes; what is under way is finished. Survives a restart. */
  order(paused: boolean): Promise<QueueState>;

  /** How far the running attempts say they are, by attempt: 0 to 1. */
  progress(): ReadonlyMap<string, number>;

  /** Looks at the lab's files now, as after a write of one's own. Resolves when `session` is what is on the disk. */
  refresh(): Promise<void>;

  /**
   * Changes after number `since` at once (each subject once), then every later one, until the signal. Those of kind
   * `report` and `queue` carry the number of the change before them.
   */
  changes(since: number | null, signal: AbortSignal): AsyncIterable<Change>;

  close(): Promise<void>;
}
