import { z } from "zod";
import type { Lab, Prediction, QueueState } from "../../api/lab.ts";
import type { Report } from "../../api/report.ts";
import { err, ok } from "../../base/result.ts";
import { isDeadHere } from "../../store/owner.ts";
import type { ChangeRow, RunRow, Store } from "../../store/store.ts";
import { runIndexOf } from "../read/run-index.ts";
import { openSession, reloadSession, type Session } from "../session.ts";
import { type Analyst, openAnalyst } from "./analyst.ts";
import { type Feed, openFeed } from "./feed.ts";
import { type LabFiles, watchLabFiles } from "./lab-files.ts";
import { changedContributions, diagnosticsOf, identityOf } from "./lab-state.ts";
import type { Live } from "./live.ts";
import { keepQueue, type QueueKeeper, type QueueKeeperOptions } from "./queue-keeper.ts";
import { keepReport, type Reporter } from "./reporter.ts";

export interface LiveOptions {
  /** null: the policy's, else the last one of the lab. */
  readonly scale: string | null;
  /** Whether the queue works here. */
  readonly run: boolean;
  /** null: all cores, and no GPU. */
  readonly cpus: number | null;
  readonly gpus: number | null;
  /** Told of what people cannot be expected to mend: for the log. */
  readonly onProblem?: (error: unknown) => void;
  readonly startQueueThread?: QueueKeeperOptions["startThread"];
}

/** @throws CairnError as `openSession`. */
export async function openLive(from: string, options: LiveOptions): Promise<Live> {
  const session = await openSession(from, { scale: options.scale });
  const live = new OpenLive(session, options);
  try {
    await live.start();
    return live;
  } catch (error) {
    await live.close();
    throw error;
  }
}

/** In the store's settings, so that it holds for every process, and after a restart. */
const queueSetting = "queue";
const queueSettingSchema = z.object({ paused: z.boolean() });

class OpenLive implements Live {
  readonly watchOnly: boolean;
  diagnostics: Lab["diagnostics"] = [];
  #session: Session;
  readonly #options: LiveOptions;
  readonly #reports: Analyst;
  /** Questions that somebody waits for do not wait for a report. */
  readonly #desk: Analyst;
  readonly #reporter: Reporter;
  readonly #onProblem: (error: unknown) => void;
  readonly #running = new Map<string, RunRow>();
  readonly #plans = new Map<number, { readonly evidence: number; readonly plan: ReturnType<Live["plan"]> }>();
  #queue: QueueKeeper | null = null;
  #feed: Feed | null = null;
  #files: LabFiles | null = null;
  #paused = false;
  /** Count of changes of the evidence and of the lab. */
  #evidence = 0;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(session: Session, options: LiveOptions) {
    this.#session = session;
    this.#options = options;
    this.watchOnly = !options.run;
    this.#reports = openAnalyst(this.#threadData);
    this.#desk = openAnalyst(this.#threadData);
    this.#onProblem = tellOnce(options.onProblem ?? (() => {}));
    this.#reporter = keepReport(this.#reports, () => this.#feed?.tell("report"), this.#onProblem);
  }

  async start(): Promise<void> {
    const { store } = this.#session;
    // What changed while no server looked is not known one by one.
    await store.noteChange("lab", "");
    this.#feed = await openFeed(store, (rows) => this.#see(rows), this.#onProblem);
    // Whoever asks for runs first finds them read.
    for (const { row } of (await runIndexOf(store)).runs.values()) this.#count(row);
    this.#paused = await readPaused(store);
    if (this.#options.run) {
      this.#queue = keepQueue({
        data: this.#threadData,
        paused: this.#paused,
        onState: () => this.#feed?.tell("queue"),
        onProgress: (run) => this.#feed?.tell("run", run),
        ...(this.#options.startQueueThread !== undefined && { startThread: this.#options.startQueueThread }),
      });
    }
    this.#files = watchLabFiles(this.#session.loaded, () => void this.refresh().catch(this.#onProblem));
    this.#reporter.outdate();
  }

  get session(): Session {
    return this.#session;
  }

  get #threadData() {
    const { cpus, gpus } = this.#options;
    const capacity = { ...(cpus !== null && { cpus }), ...(gpus !== null && { gpus }) };
    return { dir: this.#session.loaded.dir, scale: this.#session.scale, capacity };
  }

  report() {
    return this.#reporter.current();
  }

  async landingReport(landing: number): Promise<Report | null> {
    const { report } = await this.#desk.ask({ kind: "landing", landing });
    return report === null ? null : JSON.parse(report);
  }

  plan(count: number): ReturnType<Live["plan"]> {
    const known = this.#plans.get(count);
    if (known?.evidence === this.#evidence) return known.plan;
    const plan = this.#desk.ask({ kind: "plan", count }).then((answer) => answer.plan);
    // What could not be worked out is tried again when it is asked for again.
    plan.catch(() => this.#plans.delete(count));
    this.#plans.set(count, { evidence: this.#evidence, plan });
    return plan;
  }

  async predict(levels: readonly string[]): Promise<Prediction> {
    const { prediction } = await this.#desk.ask({ kind: "prediction", levels, evidence: this.#evidence });
    return prediction;
  }

  async land(seen: readonly string[]): ReturnType<Live["land"]> {
    const { landed } = await this.#desk.ask({ kind: "landed", seen });
    await this.refresh();
    return landed;
  }

  queue(): QueueState {
    const running = [...this.#running.values()].filter((run) => run.state === "running" && !isDeadHere(run.owner));
    return {
      ...(this.#queue?.state() ?? { state: "watching", because: null, rest: null }),
      running: running.length,
      toGo: this.#reporter.toGo,
      runsLeft: this.#reporter.runsLeft,
    };
  }

  async order(paused: boolean): Promise<QueueState> {
    await this.#session.store.writeSetting(queueSetting, { paused });
    this.#obey(paused);
    return this.queue();
  }

  progress(): ReadonlyMap<string, number> {
    return this.#queue?.progress() ?? new Map();
  }

  refresh(): Promise<void> {
    // One after the other: each begins after it was asked for, and so sees what was written before.
    const refreshed = this.#refreshing.then(() => this.#reload());
    // One that fails is told to who asked for it; the next one looks again.
    this.#refreshing = refreshed.catch(() => {});
    return refreshed;
  }

  changes(since: number | null, signal: AbortSignal): ReturnType<Live["changes"]> {
    if (this.#feed === null) throw new Error("not started");
    return this.#feed.changes(since, signal);
  }

  async close(): Promise<void> {
    this.#files?.close();
    this.#reporter.close();
    await this.#queue?.close();
    await Promise.all([this.#reports.close(), this.#desk.close()]);
    await this.#refreshing;
    await this.#feed?.close();
    await this.#session.close();
  }

  async #reload(): Promise<void> {
    const before = this.#session;
    const loaded = await reloadSession(before).then(ok, (error: unknown) => err(diagnosticsOf(error)));
    const diagnostics = loaded.ok ? [] : loaded.error;
    const asBefore = JSON.stringify(diagnostics) === JSON.stringify(this.diagnostics);
    this.diagnostics = diagnostics;
    if (loaded.ok && identityOf(loaded.value.loaded) !== identityOf(before.loaded))
      await this.#change(before, loaded.value);
    else if (!asBefore) await before.store.noteChange("lab", "");
  }

  async #change(before: Session, after: Session): Promise<void> {
    this.#session = after;
    this.#files?.follow(after.loaded);
    for (const thread of [this.#queue, this.#reports, this.#desk]) thread?.reload();
    this.#outdate();
    for (const id of changedContributions(before.loaded, after.loaded))
      await after.store.noteChange("contribution", id);
    await after.store.noteChange("lab", "");
    await this.#feed?.poll();
  }

  #outdate(): void {
    this.#evidence++;
    this.#reporter.outdate();
  }

  /** Sees to what changes mean here, whoever made them. */
  async #see(rows: readonly ChangeRow[]): Promise<void> {
    const { store } = this.#session;
    const of = (kind: ChangeRow["kind"]) => rows.filter((row) => row.kind === kind);
    if (of("setting").some(({ id }) => id === queueSetting)) this.#obey(await readPaused(store));
    const runs = of("run");
    if (runs.length === 0) return;
    const numbers = new Map(runs.map(({ id, number }) => [id, number]));
    const found = await store.findRuns(runs.map(({ id }) => id));
    const ended = found.filter((run) => run.state !== "pending" && run.state !== "running");
    const before = this.#running.size;
    for (const run of found) this.#count(run);
    if (this.#running.size !== before) this.#feed?.tell("queue");
    if (ended.length === 0) return;
    this.#outdate();
    this.#queue?.evidence(Math.max(...ended.map(({ id }) => numbers.get(id) ?? 0)));
  }

  /** Keeps the runs that are under way, this process's and others'. */
  #count(run: RunRow): void {
    if (run.state === "running") this.#running.set(run.id, run);
    else this.#running.delete(run.id);
  }

  #obey(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#queue?.order(paused);
  }
}

/** A problem that stays is told once, until there is another. */
function tellOnce(tell: (error: unknown) => void): (error: unknown) => void {
  let last: string | null = null;
  return (error) => {
    const message = String(error);
    if (message !== last) tell(error);
    last = message;
  };
}

async function readPaused(store: Store): Promise<boolean> {
  const setting = queueSettingSchema.safeParse(await store.readSetting(queueSetting));
  return setting.success && setting.data.paused;
}
