import { availableParallelism, totalmem } from "node:os";
import { digestJson } from "../base/digest.ts";
import type { Json } from "../base/json.ts";
import { ok } from "../base/result.ts";
import { materialiseTree } from "../cache/materialise.ts";
import { hashFiles } from "../cache/tree.ts";
import { combinationIds, isSameCombination } from "../contribution/combination.ts";
import type { Combination, LevelId } from "../contribution/contribution.ts";
import type { DecisionState } from "../decision/decision.ts";
import { steer } from "../decision/steer.ts";
import type { Budget } from "../lab/lab.ts";
import type { Knowledge, PlanRequest, Suggestion } from "../plan/plan.ts";
import type { ResolvedRecipe } from "../recipe/recipe.ts";
import { matchCode } from "../recipe/tree.ts";
import { createLocalExecutor } from "../run/executors/local.ts";
import type { RunEvent, RunResult, StageOutcome } from "../run/run.ts";
import type { Capacity, ExpectedObjective, Runner } from "../run/runner.ts";
import { createRunner } from "../run/scheduler.ts";
import type { RunRow, RunStage } from "../store/store.ts";
import { originOf } from "./contexts.ts";
import { type History, readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import type { Session } from "./session.ts";
import { describeFailure, whySentence } from "./words.ts";

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
  | { readonly kind: "budget-spent"; readonly which: string }
  /** The planner has nothing more to ask for. */
  | { readonly kind: "exhausted" }
  | { readonly kind: "interrupted" }
  /** Nothing can be compared with a baseline that does not run. */
  | { readonly kind: "baseline-failed"; readonly because: string; readonly detail: readonly string[] };

export interface QueueOptions {
  /** Of this invocation, beside the policy's. */
  readonly budget: Budget;
  readonly capacity: Partial<Capacity>;
  readonly signal: AbortSignal;
  readonly onEvent: (event: QueueEvent) => void;
}

/** Plans and runs until the decision is made, the budget is spent or the signal says stop; what was recorded stays. */
export async function runQueue(session: Session, options: QueueOptions): Promise<QueueEnd> {
  return withQueue(session, options, (queue) => queue.work());
}

/** A run that a person asks for. */
export type AskedRun = Pick<Suggestion, "combination" | "seed" | "purpose" | "why">;

/** What a run that a person names is made for. */
export const byHand = { purpose: "search", why: { kind: "asked" } } as const;

/** Makes just these runs, in order; they are evidence like any other. Those that are recorded already are not repeated. */
export async function runAsked(session: Session, asked: readonly AskedRun[], options: QueueOptions): Promise<QueueEnd> {
  return withQueue(session, options, (queue) => queue.make(asked));
}

async function withQueue(
  session: Session,
  options: QueueOptions,
  work: (queue: Queue) => Promise<QueueEnd>,
): Promise<QueueEnd> {
  const capacity = capacityOf(options.capacity);
  const runner = createSessionRunner(session, capacity, (event) => options.onEvent({ kind: "stage", event }));
  const interrupt = () => void runner.cancel();
  options.signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await work(new Queue(session, runner, capacity, options));
  } finally {
    options.signal.removeEventListener("abort", interrupt);
    await runner.cancel();
  }
}

/** How often, and how far apart, the queue looks again when it has nothing to do, before it says so. */
const mostIdleLooks = 3;
const idleMilliseconds = 500;

const baselineRun = { seed: 1, purpose: "search", cost: 0, why: { kind: "baseline" } } as const;

class Queue {
  readonly #session: Session;
  readonly #runner: Runner;
  readonly #options: QueueOptions;
  readonly #startedAt: number;
  readonly #slots: number;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** Of this invocation. */
  #runs = 0;
  #coreSeconds = 0;
  #gpuSeconds = 0;
  #baselineFailure: { because: string; detail: readonly string[] } | null = null;

  constructor(session: Session, runner: Runner, capacity: Capacity, options: QueueOptions) {
    this.#session = session;
    this.#runner = runner;
    this.#options = options;
    this.#startedAt = session.clock.monotonic();
    this.#slots = slotsOf(session, capacity);
  }

  async work(): Promise<QueueEnd> {
    await this.#adopt();
    let idle = 0;
    for (;;) {
      if (this.#options.signal.aborted) return this.#drained({ kind: "interrupted" });
      if (this.#baselineFailure !== null) {
        await this.#runner.cancel();
        return this.#drained({ kind: "baseline-failed", ...this.#baselineFailure });
      }
      const history = await readHistory(this.#session);
      const left = this.#budgetLeft(history);
      if (left.runs !== null && left.runs <= 0) return this.#drained({ kind: "budget-spent", which: left.which });
      const knowledge = knowledgeOf(this.#session, history);
      const free = this.#slots - this.#inFlight.size;
      if (free > 0) {
        const steering = steer(steerRequest(this.#session, history, knowledge, free, left.runs));
        this.#options.onEvent({
          kind: "steered",
          state: steering.decision.state,
          recommended: combinationIds(this.#session.loaded.space, steering.decision.recommended),
          runsLeft: Math.min(steering.toGo, left.runs ?? Number.POSITIVE_INFINITY),
        });
        if (steering.stop !== null && this.#baselineIsUnknown(history)) {
          // Nothing is proposed yet: the first run says whether the recipe runs at all.
          await this.#start({ ...baselineRun, combination: this.#session.loaded.baseline });
        } else if (steering.stop !== null) {
          const { kind } = steering.stop;
          return this.#drained(kind === "runs-spent" ? { kind: "budget-spent", which: left.which } : { kind });
        }
        for (const suggestion of steering.suggestions) await this.#start(suggestion);
      }
      if (this.#inFlight.size > 0) {
        idle = 0;
        await Promise.race(this.#inFlight.values());
        continue;
      }
      // Another process on this lab has what is missing, or was faster by a moment: look again, and take over what it
      // leaves if it dies.
      idle = history.pending.length > 0 ? 0 : idle + 1;
      if (idle > mostIdleLooks) return { kind: "exhausted" };
      await new Promise((wake) => setTimeout(wake, idleMilliseconds));
      await this.#takeOver();
    }
  }

  #baselineIsUnknown({ runs }: History): boolean {
    const { baseline } = this.#session.loaded;
    return !runs.some((run) => run.current && run.combination !== null && isSameCombination(run.combination, baseline));
  }

  async make(asked: readonly AskedRun[]): Promise<QueueEnd> {
    for (const run of asked) {
      while (this.#inFlight.size >= this.#slots) await Promise.race(this.#inFlight.values());
      if (this.#options.signal.aborted) break;
      await this.#start({ ...run, cost: 0 });
    }
    await Promise.all(this.#inFlight.values());
    return this.#options.signal.aborted ? { kind: "interrupted" } : { kind: "exhausted" };
  }

  async #drained(end: QueueEnd): Promise<QueueEnd> {
    await Promise.all(this.#inFlight.values());
    if (this.#options.signal.aborted) return { kind: "interrupted" };
    return this.#baselineFailure === null ? end : { kind: "baseline-failed", ...this.#baselineFailure };
  }

  /** Runs that a process which is gone left behind come first. */
  async #adopt(): Promise<void> {
    const runs = await this.#takeOver();
    const { observations } = await readHistory(this.#session);
    this.#options.onEvent({ kind: "resumed", runs, observations: observations.length });
  }

  /** Launches what owners that died have left, as far as it is still about the lab as it is. Returns how many there were. */
  async #takeOver(): Promise<number> {
    const { store, owner } = this.#session;
    const adopted = await store.takeOverRuns(owner);
    if (adopted.length === 0) return 0;
    const history = await readHistory(this.#session);
    const current = new Map(history.pending.map((run) => [run.row.id, run]));
    for (const row of adopted) {
      // Another scale's wait for whoever works at that scale next.
      if (row.scale !== this.#session.scale) continue;
      const combination = current.get(row.id)?.combination ?? null;
      if (combination === null) await store.updateRun(row.id, owner, { state: "cancelled" });
      else this.#launch(row, combination, "left over from an interrupted session", 0);
    }
    return adopted.length;
  }

  async #start(suggestion: Suggestion): Promise<void> {
    const { store, loaded, scale, owner, clock } = this.#session;
    const resolved = this.#session.resolve(suggestion.combination);
    if (!resolved.ok) throw new Error(`the planner asked for what cannot be built: ${resolved.error.message}`);
    const { run, inserted } = await store.insertRun({
      id: newRunId(clock.now()),
      levels: combinationIds(loaded.space, suggestion.combination),
      seed: suggestion.seed,
      scale,
      purpose: suggestion.purpose,
      recipeDigest: resolved.value.digest,
      origin: originOf(this.#session, suggestion.combination),
      why: { ...suggestion.why } satisfies Json,
      owner,
      stages: resolved.value.recipe.stages.map((stage) => pendingStage(stage.name)),
    });
    if (inserted) this.#launch(run, suggestion.combination, whySentence(suggestion.why), suggestion.cost);
  }

  #launch(row: RunRow, combination: Combination, why: string, cost: number): void {
    this.#options.onEvent({ kind: "run-started", run: row, why, cost });
    const work = this.#execute(row, combination).finally(() => this.#inFlight.delete(row.id));
    // Whoever waits for it hears of a broken store; nobody may be waiting yet.
    work.catch(() => {});
    this.#inFlight.set(row.id, work);
  }

  async #execute(row: RunRow, combination: Combination): Promise<void> {
    const { store, owner, loaded } = this.#session;
    const resolved = this.#session.resolve(combination);
    if (!resolved.ok) return;
    if ((await store.updateRun(row.id, owner, { state: "running" })) === null) return;
    const result = await this.#runner.run({ id: row.id, recipe: resolved.value, seed: row.seed });
    const summary = summarise(result);
    this.#coreSeconds += summary.coreSeconds;
    this.#gpuSeconds += summary.gpuSeconds;
    if (summary.executed) this.#runs += 1;
    const finished = await store.updateRun(row.id, owner, summary);
    if (finished === null || summary.state === "pending") return;
    if (summary.state === "failed" && isSameCombination(combination, loaded.baseline))
      this.#baselineFailure = failureOf(result);
    this.#options.onEvent({ kind: "run-finished", run: finished, values: valuesOf(this.#session, result) });
  }

  /** How many more runs the tightest budget allows, and which that is; runs null: unbounded. */
  #budgetLeft(history: History): { readonly runs: number | null; readonly which: string } {
    const { loaded, clock } = this.#session;
    const since = lastLandingAt(this.#session);
    const spent = history.runs.filter((run) => run.row.createdAt >= since && run.row.state === "done");
    const elapsed = (clock.monotonic() - this.#startedAt) / 1000;
    const baseline = this.#session.resolve(loaded.baseline);
    const mean = (baseline.ok ? history.costs.uncached(baseline.value) : null) ?? 1;
    const perHour = (hours: number | null, usedSeconds: number, parallel: number) =>
      hours === null ? null : Math.floor(((hours * 3600 - usedSeconds) * parallel) / mean);
    const policy = loaded.lab.policy.budget;
    const flags = this.#options.budget;
    const sum = (pick: (row: RunRow) => number) => spent.reduce((total, run) => total + pick(run.row), 0);
    const bounds: readonly (readonly [string, number | null])[] = [
      ["runs", flags.runs === null ? null : flags.runs - this.#runs],
      ["core-hours", perHour(flags.core_hours, this.#coreSeconds, 1)],
      ["GPU-hours", perHour(flags.gpu_hours, this.#gpuSeconds, 1)],
      ["hours", perHour(flags.hours, elapsed, this.#slots)],
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
      ["the policy's hours", perHour(policy.hours, elapsed, this.#slots)],
    ];
    let tightest: { runs: number | null; which: string } = { runs: null, which: "budget" };
    for (const [which, runs] of bounds) {
      if (runs !== null && (tightest.runs === null || runs < tightest.runs)) tightest = { runs, which };
    }
    return tightest.runs === null ? tightest : { ...tightest, runs: tightest.runs - this.#inFlight.size };
  }
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

export function createSessionRunner(session: Session, capacity: Capacity, onEvent: (event: RunEvent) => void): Runner {
  const { loaded, workspace } = session;
  const objectives = new Map<string, ExpectedObjective[]>();
  for (const { stage, name, items } of loaded.lab.objectives) {
    objectives.set(stage, [...(objectives.get(stage) ?? []), { name, items }]);
  }
  return createRunner({
    journal: session.store.journal(session.owner),
    artifacts: session.artifacts,
    executor: createLocalExecutor(),
    clock: session.clock,
    workspace,
    materialise: async (recipe) =>
      recipe.edits.size === 0
        ? ok(loaded.dir)
        : materialiseTree(loaded.dir, recipe.tree, recipe.edits, codeFiles(recipe), workspace),
    rehash: hashFiles,
    objectives,
    capacity,
    retries: loaded.lab.policy.retries,
    hostEnvironment: process.env,
    onEvent,
  });
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

export function capacityOf(wanted: Partial<Capacity>): Capacity {
  return {
    cpus: wanted.cpus ?? availableParallelism(),
    gpus: wanted.gpus ?? 0,
    memory: wanted.memory ?? Math.floor(totalmem() / 2 ** 20),
  };
}

/** Runs in flight: a run is a chain, so about as many as its largest stage fits at once. */
function slotsOf(session: Session, capacity: Capacity): number {
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
    case "failed": {
      const { key, attempt } = outcome.failure;
      return { stage, key, attempt, reused: false, state: "failed", failure: describeFailure(outcome.failure) };
    }
    case "blocked":
      return { stage, key: null, attempt: null, reused: false, state: "blocked" };
    case "cancelled":
      return pendingStage(stage);
  }
}

function failureOf(result: RunResult): { because: string; detail: readonly string[] } {
  for (const outcome of result.stages.values()) {
    if (outcome.kind !== "failed") continue;
    const { logTail, logFile } = outcome.failure;
    const detail = [...logTail, ...(logFile === null ? [] : [`the whole log: ${logFile}`])];
    return { because: describeFailure(outcome.failure), detail };
  }
  return { because: "a stage failed", detail: [] };
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
  const salt = digestJson([now, process.pid, process.hrtime.bigint().toString()]).slice(0, 4);
  return `r${Math.floor(now / 1000).toString(36)}${salt}`;
}
