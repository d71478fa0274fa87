import { availableParallelism, totalmem } from "node:os";
import type { Budget as SpentBudget, StageFailure } from "../api/reasons.ts";
import { english } from "../api/words.ts";
import { digestJson } from "../base/digest.ts";
import type { Json } from "../base/json.ts";
import { ok } from "../base/result.ts";
import { materialiseTree } from "../cache/materialise.ts";
import { hashFiles } from "../cache/tree.ts";
import { combinationIds, isSameCombination } from "../contribution/combination.ts";
import type { Combination, LevelId } from "../contribution/contribution.ts";
import type { DecisionState } from "../decision/decision.ts";
import { steer } from "../decision/steer.ts";
import type { Budget, Lab } from "../lab/lab.ts";
import type { Knowledge, PlanRequest, Suggestion } from "../plan/plan.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { matchCode } from "../recipe/tree.ts";
import type { RunEvent, RunResult, StageOutcome } from "../run/run.ts";
import type { Capacity, ExpectedObjective, Runner } from "../run/runner.ts";
import { createRunner } from "../run/scheduler.ts";
import type { RunRow, RunStage } from "../store/store.ts";
import { originOf } from "./contexts.ts";
import { CairnError, type Failure } from "./errors.ts";
import { executorOf } from "./executors.ts";
import { hindranceOf } from "./hindrance.ts";
import { type History, type PastRun, readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { failureOfAttempts } from "./reasons.ts";
import { createRunLog } from "./run-log.ts";
import type { Session } from "./session.ts";
import { failedStage, keepStages, type StageRecord } from "./stage-record.ts";

/** What the queue tells while it works. */
export type QueueEvent =
  | { readonly kind: "resumed"; readonly runs: number; readonly observations: number }
  | {
      readonly kind: "steered";
      readonly state: DecisionState;
      readonly recommended: readonly LevelId[];
      /** At most, by the budget and by what a decision takes. */
      readonly runsLeft: number;
    }
  | { readonly kind: "run-started"; readonly run: RunRow; readonly why: string; readonly cost: number }
  | { readonly kind: "run-finished"; readonly run: RunRow; readonly values: ReadonlyMap<string, number> }
  | { readonly kind: "stage"; readonly event: RunEvent };

export type QueueEnd =
  | { readonly kind: "decided" }
  | { readonly kind: "budget-spent"; readonly which: SpentBudget }
  /** The planner has nothing more to ask for. */
  | { readonly kind: "exhausted" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "paused" }
  /** Nothing can be compared with a baseline that does not run. */
  | { readonly kind: "baseline-failed"; readonly failure: StageFailure; readonly detail: readonly string[] };

export interface QueueOptions {
  /** Of this invocation, beside the policy's. */
  readonly budget: Budget;
  readonly capacity: WantedCapacity;
  readonly signal: AbortSignal;
  readonly onEvent: (event: QueueEvent) => void;
  readonly control?: QueueControl;
}

/** What may happen to a queue while it works. */
export interface QueueControl {
  /** The lab as it is now, on the record that the queue began with. */
  session(): Session;
  /** Whether to start nothing more; what runs is finished. */
  paused(): boolean;
  /** Resolves when either has changed since it was asked. */
  changed(): Promise<void>;
}

/** Plans and runs until the decision is made, the budget is spent or the signal says stop; what was recorded stays. */
export async function runQueue(session: Session, options: QueueOptions): Promise<QueueEnd> {
  return withQueue(session, options, (queue) => queue.work());
}

/** A run that a person asks for. */
export type AskedRun = Pick<Suggestion, "combination" | "seed" | "purpose" | "why">;

/** What a run that a person names is made for. */
export const byHand = { purpose: "search", why: { kind: "asked" } } as const;

/**
 * Makes just these runs, in order; they are evidence like any other. Those that are recorded already are not repeated, those
 * that another process makes are waited for, and those that one left behind are taken up.
 */
export async function runAsked(session: Session, asked: readonly AskedRun[], options: QueueOptions): Promise<QueueEnd> {
  return withQueue(session, options, (queue) => queue.make(asked));
}

async function withQueue(
  session: Session,
  options: QueueOptions,
  work: (queue: Queue) => Promise<QueueEnd>,
): Promise<QueueEnd> {
  // Before anything is made that could not be kept.
  await session.artifacts.prove();
  const capacity = capacityOf(session.loaded.lab, options.capacity);
  const current = options.control?.session ?? (() => session);
  const { workspace, owner, clock } = session;
  const log = createRunLog({ workspace, lab: session.loaded.lab.name, owner, clock });
  const onEvent = (event: QueueEvent) => {
    log.see(event);
    options.onEvent(event);
  };
  const record = keepStages(session.store, owner);
  const runner = createSessionRunner(current, capacity, (event) => {
    record.see(event);
    onEvent({ kind: "stage", event });
  });
  const interrupt = () => void runner.cancel();
  options.signal.addEventListener("abort", interrupt, { once: true });
  log.begin();
  const queue = new Queue(current, runner, record, capacity, { ...options, onEvent });
  try {
    const end = await work(queue);
    log.end(end.kind);
    return end;
  } catch (error) {
    log.broke(error);
    throw error;
  } finally {
    options.signal.removeEventListener("abort", interrupt);
    await runner.cancel();
    await queue.settled();
  }
}

/** How often, and how far apart, the queue looks again when it has nothing to do, before it says so. */
const mostIdleLooks = 3;
const idleMilliseconds = 500;

const baselineRun = { seed: 1, purpose: "search", cost: 0, why: { kind: "baseline" } } as const;

/** A run that was asked for, and that another process has. */
interface Awaited {
  readonly row: RunRow;
  readonly asked: AskedRun;
}

class Queue {
  readonly #current: () => Session;
  readonly #runner: Runner;
  readonly #record: StageRecord;
  readonly #capacity: Capacity;
  readonly #options: QueueOptions;
  readonly #startedAt: number;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** Of this invocation. */
  #runs = 0;
  #coreSeconds = 0;
  #gpuSeconds = 0;
  #baselineFailure: { failure: StageFailure; detail: readonly string[] } | null = null;
  /** Why nothing more is to be started, until somebody has mended it. */
  #hindrance: Failure | null = null;

  constructor(current: () => Session, runner: Runner, record: StageRecord, capacity: Capacity, options: QueueOptions) {
    this.#current = current;
    this.#runner = runner;
    this.#record = record;
    this.#capacity = capacity;
    this.#options = options;
    this.#startedAt = current().clock.monotonic();
  }

  async work(): Promise<QueueEnd> {
    await this.#adopt();
    let idle = 0;
    for (;;) {
      if (this.#options.signal.aborted) return this.#drained({ kind: "interrupted" });
      if (this.#hindrance !== null) return this.#drained({ kind: "interrupted" });
      if (this.#baselineFailure !== null) {
        await this.#runner.cancel();
        return this.#drained({ kind: "baseline-failed", ...this.#baselineFailure });
      }
      // Asked before the lab is looked at: what changes meanwhile is seen in the next round.
      const changed = this.#options.control?.changed();
      if (this.#options.control?.paused() === true) {
        if (this.#inFlight.size === 0) return { kind: "paused" };
        await this.#something(changed);
        continue;
      }
      const session = this.#current();
      const history = await readHistory(session);
      const left = this.#budgetLeft(session, history);
      if (left.runs !== null && left.runs <= 0) return this.#drained({ kind: "budget-spent", which: left.which });
      const free = slotsOf(session, this.#capacity) - this.#inFlight.size;
      if (free > 0) {
        const knowledge = knowledgeOf(session, history);
        const steering = steer(steerRequest(session, history, knowledge, free, left.runs));
        this.#options.onEvent({
          kind: "steered",
          state: steering.decision.state,
          recommended: combinationIds(session.loaded.space, steering.decision.recommended),
          runsLeft: Math.min(steering.toGo, left.runs ?? Number.POSITIVE_INFINITY),
        });
        // Steering takes a while: an order that came meanwhile is heard before anything is started.
        await new Promise((heard) => setImmediate(heard));
        if (this.#isOvertaken(session)) continue;
        if (steering.stop !== null && baselineIsUnknown(session, history)) {
          // Nothing is proposed yet: the first run says whether the recipe runs at all.
          await this.#start(session, { ...baselineRun, combination: session.loaded.baseline });
        } else if (steering.stop !== null) {
          const { kind } = steering.stop;
          return this.#drained(kind === "runs-spent" ? { kind: "budget-spent", which: left.which } : { kind });
        }
        for (const suggestion of steering.suggestions) {
          if (this.#startsNothing()) break;
          await this.#start(session, suggestion);
        }
      }
      if (this.#inFlight.size > 0) {
        idle = 0;
        await this.#something(changed);
        continue;
      }
      // Another process on this lab has what is missing, or was faster by a moment: look again, and take over what it
      // leaves if it dies.
      idle = history.pending.length > 0 ? 0 : idle + 1;
      if (idle > mostIdleLooks) return { kind: "exhausted" };
      await new Promise((wake) => setTimeout(wake, idleMilliseconds));
      await this.#takeOver(session, history);
    }
  }

  /** When the end of all that was launched is written down, or could not be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight.values());
  }

  /** A run's end, or a change of what the queue is to do. */
  async #something(changed: Promise<void> | undefined): Promise<void> {
    await Promise.race([...this.#inFlight.values(), ...(changed === undefined ? [] : [changed])]);
  }

  /** Whether what was found out about the session is not to be acted on any more. */
  #isOvertaken(session: Session): boolean {
    const { signal, control } = this.#options;
    return signal.aborted || control?.paused() === true || this.#current() !== session;
  }

  async make(asked: readonly AskedRun[]): Promise<QueueEnd> {
    let others: readonly Awaited[] = [];
    for (const run of asked) {
      const session = this.#current();
      while (this.#inFlight.size >= slotsOf(session, this.#capacity)) await Promise.race(this.#inFlight.values());
      if (this.#startsNothing()) break;
      others = [...others, ...(await this.#ask(session, run))];
    }
    for (;;) {
      others = await this.#ofOthers(others);
      const end = await this.#drained({ kind: "exhausted" });
      if (this.#options.signal.aborted || others.length === 0) return end;
      await new Promise((wake) => setTimeout(wake, idleMilliseconds));
    }
  }

  #startsNothing(): boolean {
    return this.#options.signal.aborted || this.#hindrance !== null;
  }

  /** Starts it. Returns what is to be awaited of it: nothing, when it is made here. */
  async #ask(session: Session, asked: AskedRun): Promise<readonly Awaited[]> {
    const row = await this.#start(session, { ...asked, cost: 0 });
    return this.#inFlight.has(row.id) ? [] : [{ row, asked }];
  }

  /**
   * Takes up runs that a process which is gone left behind, tells of those that failed, and starts anew those that were
   * given up. Returns those that a process which lives has not ended.
   */
  async #ofOthers(others: readonly Awaited[]): Promise<readonly Awaited[]> {
    const session = this.#current();
    const ids = others.map(({ row }) => row.id);
    const taken = new Map((await session.store.takeOverRuns(session.owner, ids)).map((row) => [row.id, row]));
    const rows = new Map((await session.store.findRuns(ids)).map((row) => [row.id, row]));
    const left: Awaited[] = [];
    for (const other of others) {
      const { asked } = other;
      const mine = taken.get(other.row.id);
      const row = mine ?? rows.get(other.row.id);
      if (mine !== undefined) this.#launch(session, mine, asked.combination, english.run({ kind: "asked" }), 0);
      else if (row !== undefined && isUnfinished(row)) left.push(other);
      else if (row?.state === "failed") this.#tellFailure(row);
      else if (row?.state === "cancelled" && !this.#startsNothing()) left.push(...(await this.#ask(session, asked)));
    }
    return left;
  }

  /** Of a run that another process has made. */
  #tellFailure(run: RunRow): void {
    for (const { stage, key, attempt, failed } of run.stages) {
      if (failed === undefined) continue;
      const failure = { stage, key, attempt, ...failed, logTail: [], logFile: null };
      const event = { kind: "stage-failed", run: run.id, stage, failure, willRetry: false } as const;
      this.#options.onEvent({ kind: "stage", event });
    }
    this.#options.onEvent({ kind: "run-finished", run, values: new Map() });
  }

  /** When what runs has ended. @throws CairnError `unavailable` when something would keep every run from being made. */
  async #drained(end: QueueEnd): Promise<QueueEnd> {
    await Promise.all(this.#inFlight.values());
    if (this.#options.signal.aborted) return { kind: "interrupted" };
    if (this.#hindrance !== null) throw new CairnError(this.#hindrance);
    return this.#baselineFailure === null ? end : { kind: "baseline-failed", ...this.#baselineFailure };
  }

  /** Runs that a process which is gone left behind come first, with those that a queue of this process did. */
  async #adopt(): Promise<void> {
    const session = this.#current();
    const history = await readHistory(session);
    // Nothing is in flight yet: what is this owner's own was left by a queue that broke, or whose baseline did not run.
    const own = history.runs.filter(({ row }) => isUnfinished(row) && row.owner === session.owner);
    for (const run of own) await this.#takeUp(session, run);
    const taken = await this.#takeOver(session, history);
    const observations = history.observations.length;
    this.#options.onEvent({ kind: "resumed", runs: own.length + taken, observations });
  }

  /** Takes up what owners that died have left; what is of another scale waits for whoever works at that. Returns how many. */
  async #takeOver(session: Session, history: History): Promise<number> {
    const left = new Map(history.runs.filter(({ row }) => isUnfinished(row)).map((run) => [run.row.id, run]));
    const rows = await session.store.takeOverRuns(session.owner, [...left.keys()]);
    for (const row of rows) {
      const run = left.get(row.id);
      if (run !== undefined) await this.#takeUp(session, { ...run, row });
    }
    return rows.length;
  }

  /** Launches a run of this owner's, if it is still about the lab as it is. */
  async #takeUp(session: Session, { row, combination, current }: PastRun): Promise<void> {
    if (!current || combination === null) await session.store.updateRun(row.id, session.owner, { state: "cancelled" });
    else this.#launch(session, row, combination, "left over from an interrupted session", 0);
  }

  /** Returns the run, which another process may have, or have made. */
  async #start(session: Session, suggestion: Suggestion): Promise<RunRow> {
    const { store, loaded, scale, owner, clock } = session;
    const resolved = session.resolve(suggestion.combination);
    if (!resolved.ok)
      throw new Error(`the planner asked for what cannot be built: ${english.clash(resolved.error.clash)}`);
    const { run, inserted } = await store.insertRun({
      id: newRunId(clock.now()),
      levels: combinationIds(loaded.space, suggestion.combination),
      seed: suggestion.seed,
      scale,
      purpose: suggestion.purpose,
      recipeDigest: resolved.value.digest,
      origin: originOf(session, suggestion.combination),
      why: { ...suggestion.why } satisfies Json,
      owner,
      stages: resolved.value.recipe.stages.map((stage) => pendingStage(stage.name)),
    });
    if (inserted) this.#launch(session, run, suggestion.combination, english.run(suggestion.why), suggestion.cost);
    return run;
  }

  #launch(session: Session, row: RunRow, combination: Combination, why: string, cost: number): void {
    this.#options.onEvent({ kind: "run-started", run: row, why, cost });
    const work = this.#execute(session, row, combination).finally(() => this.#inFlight.delete(row.id));
    // Whoever waits for it hears of a broken store; nobody may be waiting yet.
    work.catch(() => {});
    this.#inFlight.set(row.id, work);
  }

  async #execute(session: Session, row: RunRow, combination: Combination): Promise<void> {
    const { store, owner, loaded } = session;
    const resolved = session.resolve(combination);
    if (!resolved.ok) return;
    const stages = resolved.value.recipe.stages.map((stage) => pendingStage(stage.name));
    const running = await store.updateRun(row.id, owner, { state: "running", stages });
    if (running === null) return;
    this.#record.begin(running);
    const result = await this.#runner.run({ id: row.id, recipe: resolved.value, seed: row.seed });
    await this.#record.end(row.id);
    const summary = summarise(result);
    this.#coreSeconds += summary.coreSeconds;
    this.#gpuSeconds += summary.gpuSeconds;
    if (summary.executed) this.#runs += 1;
    const hindrance = await hindranceOf(session, result);
    this.#hindrance ??= hindrance;
    // What would have failed every run is no failure of this one: it is asked for anew when that is mended.
    const finished = await store.updateRun(
      row.id,
      owner,
      hindrance === null ? summary : { ...summary, state: "cancelled" },
    );
    if (finished === null || summary.state === "pending") return;
    // One of a lab that was edited since says nothing of the baseline as it is now.
    const isBaseline = isSameCombination(combination, loaded.baseline) && this.#current() === session;
    if (finished.state === "failed" && isBaseline) this.#baselineFailure = failureOf(result);
    this.#options.onEvent({ kind: "run-finished", run: finished, values: valuesOf(session, result) });
  }

  /** How many more runs the tightest budget allows, and which that is; runs null: unbounded. */
  #budgetLeft(session: Session, history: History): { readonly runs: number | null; readonly which: SpentBudget } {
    const { loaded, clock } = session;
    const slots = slotsOf(session, this.#capacity);
    const since = lastLandingAt(session);
    const spent = history.runs.filter((run) => run.row.createdAt >= since && run.row.state === "done");
    const elapsed = (clock.monotonic() - this.#startedAt) / 1000;
    const baseline = session.resolve(loaded.baseline);
    const mean = (baseline.ok ? history.costs.uncached(baseline.value) : null) ?? 1;
    const perHour = (hours: number | null, usedSeconds: number, parallel: number) =>
      hours === null ? null : Math.floor(((hours * 3600 - usedSeconds) * parallel) / mean);
    const policy = loaded.lab.policy.budget;
    const flags = this.#options.budget;
    const sum = (pick: (row: RunRow) => number) => spent.reduce((total, run) => total + pick(run.row), 0);
    const bounds: readonly (readonly [SpentBudget, number | null])[] = [
      ["runs", flags.runs === null ? null : flags.runs - this.#runs],
      ["core-hours", perHour(flags.core_hours, this.#coreSeconds, 1)],
      ["GPU-hours", perHour(flags.gpu_hours, this.#gpuSeconds, 1)],
      ["hours", perHour(flags.hours, elapsed, slots)],
      ["the policy's runs", policy.runs === null ? null : policy.runs - spent.length],
      [
        "the policy's core-hours",
        perHour(
          policy.core_hours,
          sum((row) => row.coreSeconds),
          1,
        ),
      ],
      [
        "the policy's GPU-hours",
        perHour(
          policy.gpu_hours,
          sum((row) => row.gpuSeconds),
          1,
        ),
      ],
      ["the policy's hours", perHour(policy.hours, elapsed, slots)],
    ];
    let tightest: { runs: number | null; which: SpentBudget } = { runs: null, which: "runs" };
    for (const [which, runs] of bounds) {
      if (runs !== null && (tightest.runs === null || runs < tightest.runs)) tightest = { runs, which };
    }
    return tightest.runs === null ? tightest : { ...tightest, runs: tightest.runs - this.#inFlight.size };
  }
}

function isUnfinished({ state }: RunRow): boolean {
  return state === "pending" || state === "running";
}

function baselineIsUnknown({ loaded: { baseline } }: Session, { runs }: History): boolean {
  return !runs.some((run) => run.current && run.combination !== null && isSameCombination(run.combination, baseline));
}

/** What the planner is asked, from what is known. `count` suggestions at most. */
export function steerRequest(
  session: Session,
  history: History,
  knowledge: Knowledge,
  count: number,
  runsLeft: number | null,
): PlanRequest {
  return {
    knowledge,
    pending: history.pending.flatMap(({ combination, row }) =>
      combination === null ? [] : [{ combination, seed: row.seed, purpose: row.purpose }],
    ),
    count,
    cost: (combination, seed) => {
      const resolved = session.resolve(combination);
      return resolved.ok ? history.costs.cost(resolved.value, seed) : Number.POSITIVE_INFINITY;
    },
    feasible: (combination) => session.resolve(combination).ok,
    runsLeft,
    explore: session.loaded.lab.policy.explore,
    seed: `${session.loaded.lab.name}/${session.scale}/${history.runs.length}`,
  };
}

/** @param current the session: it may be another one, of the same lab and record, whenever an attempt begins */
export function createSessionRunner(
  current: () => Session,
  capacity: Capacity,
  onEvent: (event: RunEvent) => void,
): Runner {
  const session = current();
  const { workspace } = session;
  const { dir } = session.loaded;
  return createRunner({
    journal: session.store.journal(session.owner),
    artifacts: session.artifacts,
    executor: executorOf(session, (remote, problem) => onEvent({ kind: "contact", remote, problem })),
    clock: session.clock,
    workspace,
    materialise: async (recipe) =>
      recipe.edits.size === 0 ? ok(dir) : materialiseTree(dir, recipe.tree, recipe.edits, codeFiles(recipe), workspace),
    rehash: hashFiles,
    get objectives() {
      return expectedObjectives(current().loaded.lab);
    },
    capacity,
    get retries() {
      return current().loaded.lab.policy.retries;
    },
    hostEnvironment: process.env,
    onEvent,
  });
}

/** By stage. */
function expectedObjectives({ objectives }: Lab): ReadonlyMap<string, readonly ExpectedObjective[]> {
  return Map.groupBy(objectives, ({ stage }) => stage);
}

/** Every file that a stage of the recipe is made of. */
function codeFiles({ recipe, tree }: ResolvedRecipe): ReadonlySet<string> {
  return new Set(
    recipe.stages.flatMap((stage) => {
      const code = matchCode(stage.code, tree);
      return code.ok ? Object.keys(code.value) : [];
    }),
  );
}

/** Of this machine; what is absent is all of it, and no GPU. */
export type WantedCapacity = Partial<Omit<Extract<Capacity, { kind: "machine" }>, "kind">>;

export function capacityOf({ executor }: Lab, wanted: WantedCapacity): Capacity {
  if (executor.kind !== "local") return { kind: "jobs", jobs: executor.jobs };
  return {
    kind: "machine",
    cpus: wanted.cpus ?? availableParallelism(),
    gpus: wanted.gpus ?? 0,
    memory: wanted.memory ?? Math.floor(totalmem() / 2 ** 20),
  };
}

/** Runs in flight: a run is a chain, so about as many as its largest stage fits at once. */
function slotsOf(session: Session, capacity: Capacity): number {
  if (capacity.kind === "jobs") return capacity.jobs;
  const stages = session.loaded.lab.stages;
  const cpus = Math.max(...stages.map((stage) => stage.resources.cpus), 1);
  const gpus = Math.max(...stages.map((stage) => stage.resources.gpus), 0);
  const byCpu = Math.floor(capacity.cpus / cpus);
  const byGpu = gpus === 0 ? byCpu : Math.floor(capacity.gpus / gpus);
  return Math.max(1, Math.min(byCpu, byGpu, 64));
}

function pendingStage(stage: string): RunStage {
  return { stage, key: null, attempt: null, reused: false, state: "pending" };
}

interface RunSummary {
  readonly state: RunRow["state"];
  readonly stages: readonly RunStage[];
  readonly coreSeconds: number;
  readonly gpuSeconds: number;
  readonly executed: boolean;
}

/** A run that was cancelled goes back to `pending`, for the next session to take up. */
function summarise(result: RunResult): RunSummary {
  const outcomes = [...result.stages.entries()];
  const fresh = outcomes.flatMap(([, o]) => (o.kind === "done" && !o.reused ? [o.result] : []));
  const failed = outcomes.some(([, o]) => o.kind === "failed");
  const cancelled = outcomes.some(([, o]) => o.kind === "cancelled");
  return {
    state: failed ? "failed" : cancelled ? "pending" : "done",
    stages: outcomes.map(([stage, outcome]) => runStage(stage, outcome)),
    coreSeconds: fresh.reduce((sum, r) => sum + r.coreSeconds, 0),
    gpuSeconds: fresh.reduce((sum, r) => sum + r.gpuSeconds, 0),
    executed: fresh.length > 0,
  };
}

function runStage(stage: string, outcome: StageOutcome): RunStage {
  switch (outcome.kind) {
    case "done":
      return { stage, key: outcome.result.key, attempt: outcome.result.attempt, reused: outcome.reused, state: "done" };
    case "failed":
      return { ...pendingStage(stage), ...failedStage(outcome.failure) };
    case "blocked":
      return { stage, key: null, attempt: null, reused: false, state: "blocked" };
    case "cancelled":
      return pendingStage(stage);
  }
}

function failureOf(result: RunResult): { failure: StageFailure; detail: readonly string[] } {
  for (const outcome of result.stages.values()) {
    if (outcome.kind !== "failed") continue;
    const { logTail, logFile } = outcome.failure;
    const detail = [...logTail, ...(logFile === null ? [] : [`the whole log: ${logFile}`])];
    return { failure: failureOfAttempts(outcome.failure), detail };
  }
  return { failure: { kind: "told", sentence: "a stage failed" }, detail: [] };
}

function valuesOf(session: Session, result: RunResult): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const { name, stage } of session.loaded.lab.objectives) {
    const outcome = result.stages.get(stage);
    const value = outcome?.kind === "done" ? outcome.result.metrics.get(name) : undefined;
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function lastLandingAt(session: Session): number {
  const last = session.loaded.landings.at(-1);
  return last === undefined ? 0 : Date.parse(last.at);
}

/** Sorts by time, short enough to type, and not the same in two processes. */
function newRunId(now: number): string {
  const salt = digestJson([now, process.pid, process.hrtime.bigint().toString()]).slice(0, 6);
  return `r${Math.floor(now / 1000).toString(36)}${salt}`;
}
