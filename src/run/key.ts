import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Digest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isDiskFull } from "../base/system-error.ts";
import type { StageSpec } from "../lab/lab.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import { type AttemptOutcome, executeAttempt, systemCause } from "./attempt.ts";
import type { Grant, Room } from "./capacity.ts";
import type { EventBatch } from "./events.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { logTail } from "./outputs.ts";
import type { Attempt, FailureCause, RunEvent, StageFailure, StageResult } from "./run.ts";
import type { RunnerDeps } from "./runner.ts";
import { attemptPaths, keepFailure, removeFolder } from "./workspace.ts";

/** One stage of one run, with its key. */
export interface KeyOrder {
  readonly run: string;
  readonly rank: number;
  readonly stage: StageSpec;
  readonly key: Digest;
  readonly parts: KeyParts;
  readonly inputs: ReadonlyMap<string, StageResult>;
  readonly place: () => Promise<Result<string, FailureCause>>;
}

export type KeyOutcome =
  | { readonly kind: "done"; readonly result: StageResult; readonly reused: boolean }
  | { readonly kind: "failed"; readonly failure: StageFailure }
  | { readonly kind: "cancelled" }
  /** The output of a stage it needs is recorded, but not there any more. */
  | { readonly kind: "lost-input"; readonly need: string };

export interface KeyRunner {
  /** The key's result: recorded, shared with who executes it already, or executed now. */
  obtain(order: KeyOrder, tell: (event: RunEvent) => void): Promise<KeyOutcome>;
}

/** How long to wait before looking again whether another process is done with a key, in milliseconds. */
const firstPause = 20;
const longestPause = 1_000;
const shownLines = 20;

export function createKeyRunner(deps: RunnerDeps, room: Room, signal: AbortSignal): KeyRunner {
  const inFlight = new Map<Digest, Promise<KeyOutcome>>();
  /** Keys that failed for good, while this process lives: what is the same would fail the same, for every run anew. */
  const failures = new Map<Digest, StageFailure>();

  return {
    obtain: async (order, tell) => {
      const { run, stage, key } = order;
      const other = inFlight.get(key);
      if (other !== undefined) {
        tell({ kind: "stage-shared", run, stage: stage.name, key });
        return shared(order, await other, tell);
      }
      const known = failures.get(key);
      if (known !== undefined) return shared(order, { kind: "failed", failure: known }, tell);
      const own = work({ deps, room, signal, order, tell });
      inFlight.set(key, own);
      try {
        const outcome = await own;
        if (outcome.kind === "failed" && isLasting(outcome.failure.cause)) failures.set(key, outcome.failure);
        return outcome;
      } finally {
        inFlight.delete(key);
      }
    },
  };
}

/** What another run's execution of the key is to this one. */
function shared(order: KeyOrder, outcome: KeyOutcome, tell: (event: RunEvent) => void): KeyOutcome {
  const { run, stage, key } = order;
  if (outcome.kind === "done") {
    tell({ kind: "stage-reused", run, stage: stage.name, key });
    return { ...outcome, reused: true };
  }
  if (outcome.kind === "failed") {
    tell({ kind: "stage-failed", run, stage: stage.name, failure: outcome.failure, willRetry: false });
  }
  return outcome;
}

interface Work {
  readonly deps: RunnerDeps;
  readonly room: Room;
  readonly signal: AbortSignal;
  readonly order: KeyOrder;
  readonly tell: (event: RunEvent) => void;
}

/** What came of one turn at the key. again: an attempt failed, and another may not. anew: nothing was tried. */
type Turn = KeyOutcome | { readonly kind: "again" } | { readonly kind: "anew" } | { readonly kind: "held" };

async function work(work: Work): Promise<KeyOutcome> {
  const { deps, signal, order, tell } = work;
  const { run, stage, key } = order;
  const reused = (result: StageResult): KeyOutcome => {
    tell({ kind: "stage-reused", run, stage: stage.name, key });
    return { kind: "done", result, reused: true };
  };
  const refused = (cause: FailureCause): KeyOutcome => fail(work, { ...nothingTried(order), cause }, false);

  const there = await deps.journal.findResult(key);
  if (there !== null) return reused(there);
  const { capacity } = deps;
  if (capacity.kind === "machine" && stage.resources.gpus > capacity.gpus) {
    return refused({ kind: "no-capacity", needed: stage.resources.gpus, available: capacity.gpus });
  }
  const place = await order.place();
  if (!place.ok) return refused(place.error);

  let told = false;
  let attempts = 0;
  let pause = firstPause;
  for (;;) {
    const grant = await work.room.acquire(stage.resources, order.rank, signal);
    if (grant === null) return { kind: "cancelled" };
    let turn: Turn;
    try {
      turn = await takeTurn(work, grant, place.value, attempts);
    } catch (error) {
      // The record needs room too.
      if (!isDiskFull(error)) throw error;
      return refused({ kind: "disk-full" });
    } finally {
      grant.release();
    }
    if (turn.kind === "done") return turn.reused ? reused(turn.result) : turn;
    if (turn.kind === "again") attempts++;
    if (turn.kind === "again" || turn.kind === "anew") continue;
    if (turn.kind !== "held") return turn;
    if (!told) tell({ kind: "stage-shared", run, stage: stage.name, key });
    told = true;
    await delay(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(2 * pause, longestPause);
  }
}

/** Claims the key and, if it is granted, makes one attempt at it. */
async function takeTurn(work: Work, grant: Grant, directory: string, before: number): Promise<Turn> {
  const { deps, order } = work;
  const claim = await deps.journal.claim(order.key, order.parts, order.stage.name, deps.executor.attach !== undefined);
  if (claim.kind === "recorded") return { kind: "done", result: claim.result, reused: true };
  if (claim.kind === "held") return { kind: "held" };
  const { attempt } = claim;
  deps.atPoint?.("claimed");
  const life = createLifecycle(attempt.id);
  try {
    // What was taken over may still run, unwatched, and write where this attempt resumes.
    if (claim.from === "takenOver") await deps.executor.sweepOrphans(liveness(deps));
    const inputs = await openInputs(deps, order);
    if (!inputs.ok) {
      return inputs.error.kind === "lost-input"
        ? inputs.error
        : await conclude(work, attempt, life, inputs.error, before);
    }
    const outcome = await executeAttempt(deps, {
      attempt,
      adopted: claim.from === "adopted",
      life,
      stage: order.stage,
      parts: order.parts,
      directory,
      inputs: inputs.value,
      lostInput: () => findLostInput(deps, order),
      grant,
      signal: work.signal,
      onBatch: batchTeller(work, attempt),
      onStarted: () => {
        const { run, stage, key } = order;
        work.tell({ kind: "stage-started", run, stage: stage.name, key, attempt: attempt.id });
      },
    });
    return await conclude(work, attempt, life, outcome, before);
  } finally {
    if (!isOver(life)) {
      life.advance("released");
      await removeFolder(attemptPaths(deps.workspace, attempt.id, attempt.key).root);
      await deps.journal.release(attempt);
      deps.atPoint?.("released");
    }
  }
}

/** What is worth keeping alive: attempts that somebody watches or, where they can be attached to, could watch. */
export function liveness({
  executor,
  journal,
}: Pick<RunnerDeps, "executor" | "journal">): (attempt: string) => Promise<boolean> {
  if (executor.attach === undefined) return async (attempt) => !(await journal.isAbandoned(attempt));
  return async (attempt) => !(await journal.isOver(attempt));
}

function isOver(life: Lifecycle): boolean {
  const phase = life.phase();
  return phase === "recorded" || phase === "failed" || phase === "fenced" || phase === "released" || phase === "left";
}

type NoInputs = Extract<KeyOutcome, { kind: "lost-input" }> | Extract<AttemptOutcome, { kind: "failed" }>;

async function openInputs(deps: RunnerDeps, order: KeyOrder): Promise<Result<ReadonlyMap<string, string>, NoInputs>> {
  const inputs = new Map<string, string>();
  for (const [need, result] of order.inputs) {
    try {
      const directory = await deps.artifacts.open(result.output);
      if (directory === null) return err({ kind: "lost-input", need });
      inputs.set(need, directory);
    } catch (error) {
      // Said where all that needs room says it.
      if (isDiskFull(error)) throw error;
      return err({ kind: "failed", cause: systemCause(error, `its input, what ${need} put out, cannot be read`) });
    }
  }
  return ok(inputs);
}

async function findLostInput({ artifacts }: RunnerDeps, order: KeyOrder): Promise<string | null> {
  for (const [need, result] of order.inputs) if (!(await artifacts.isIntact(result.output))) return need;
  return null;
}

/** Writes the attempt's end down. */
async function conclude(
  work: Work,
  attempt: Attempt,
  life: Lifecycle,
  outcome: AttemptOutcome,
  before: number,
): Promise<Turn> {
  const { deps, order } = work;
  const paths = attemptPaths(deps.workspace, attempt.id, attempt.key);
  switch (outcome.kind) {
    case "cancelled":
      return { kind: "cancelled" };
    case "lost-input":
      return outcome;
    case "left":
      deps.journal.leave(attempt);
      life.advance("left");
      deps.atPoint?.("left");
      return { kind: "cancelled" };
    case "passed-on":
      return passedOn(work, attempt, life);
    case "nothing-there":
      return { kind: "anew" };
    case "failed":
      return concludeFailure(work, attempt, life, outcome.cause, before);
    case "published": {
      const result = resultOf(deps, order, attempt, outcome);
      const recorded = await deps.journal.record(attempt, result);
      life.advance(recorded);
      deps.atPoint?.(recorded);
      // An attempt that was adopted meanwhile has this directory too.
      if (recorded === "recorded" || deps.executor.attach === undefined) await removeFolder(paths.root);
      if (recorded === "fenced") return { kind: "held" };
      await removeFolder(paths.resume);
      work.tell({ kind: "stage-finished", run: order.run, stage: order.stage.name, result });
      return { kind: "done", result, reused: false };
    }
  }
}

async function concludeFailure(
  work: Work,
  attempt: Attempt,
  life: Lifecycle,
  cause: FailureCause,
  before: number,
): Promise<Turn> {
  const { deps, order } = work;
  const paths = attemptPaths(deps.workspace, attempt.id, attempt.key);
  // How a zombie's attempt ended says nothing of the stage: whoever has the key now may have ended it.
  if (!(await deps.journal.holds(attempt))) return passedOn(work, attempt, life);
  const tail = await logTail(paths.log, shownLines);
  // What filled the disk goes first, so that there is room to say so.
  if (cause.kind === "disk-full") {
    await removeFolder(paths.root);
    await writeFile(paths.log, tail.map((line) => `${line.slice(0, 1000)}\n`).join(""));
  }
  if ((await deps.journal.fail(attempt, cause)) === "fenced") return passedOn(work, attempt, life);
  life.advance("failed");
  deps.atPoint?.("failed");
  const failure: StageFailure = {
    stage: order.stage.name,
    key: order.key,
    attempt: attempt.id,
    attempts: before + 1,
    cause,
    logTail: tail,
    logFile: paths.log,
  };
  await keepFailure(deps.workspace, attempt.id, order.stage.name);
  const willRetry = isRetried(cause) && before < deps.retries && !work.signal.aborted;
  return willRetry ? again(work, failure) : fail(work, failure, false);
}

/** Another has the key: what becomes of it is learnt by waiting. */
async function passedOn({ deps }: Work, attempt: Attempt, life: Lifecycle): Promise<Turn> {
  life.advance("fenced");
  deps.atPoint?.("fenced");
  // An attempt that was adopted has this directory too.
  if (deps.executor.attach === undefined)
    await removeFolder(attemptPaths(deps.workspace, attempt.id, attempt.key).root);
  return { kind: "held" };
}

function resultOf(
  deps: RunnerDeps,
  order: KeyOrder,
  attempt: Attempt,
  { output, measurements, metrics, seconds }: Extract<AttemptOutcome, { kind: "published" }>,
): StageResult {
  const { cpus, gpus } = order.stage.resources;
  return {
    key: order.key,
    stage: order.stage.name,
    output,
    measurements,
    metrics,
    attempt: attempt.id,
    seconds,
    coreSeconds: seconds * cpus,
    gpuSeconds: seconds * gpus,
    finishedAt: deps.clock.now(),
  };
}

function nothingTried(order: KeyOrder): Omit<StageFailure, "cause"> {
  return { stage: order.stage.name, key: order.key, attempt: null, attempts: 0, logTail: [], logFile: null };
}

function fail({ order, tell }: Work, failure: StageFailure, willRetry: false): KeyOutcome {
  tell({ kind: "stage-failed", run: order.run, stage: order.stage.name, failure, willRetry });
  return { kind: "failed", failure };
}

function again({ order, tell }: Work, failure: StageFailure): Turn {
  tell({ kind: "stage-failed", run: order.run, stage: order.stage.name, failure, willRetry: true });
  return { kind: "again" };
}

/** Whether the same again may end otherwise. What Cairn itself found wrong with an output would be wrong again. */
function isRetried(cause: FailureCause): boolean {
  switch (cause.kind) {
    case "exit":
    case "signal":
    case "timeout":
    case "out-of-memory":
    case "lost":
    case "io":
      return true;
    case "stopped":
    case "spawn":
    case "missing-output":
    case "missing-metrics":
    case "bad-metrics":
    case "bad-output":
    case "code-changed":
    case "refused":
    case "no-capacity":
    case "disk-full":
      return false;
  }
}

/** Whether the failure is the stage's own: the machine's troubles, and an edit, may be over when the next run comes to the key. */
function isLasting(cause: FailureCause): boolean {
  return !["disk-full", "io", "lost", "stopped", "code-changed"].includes(cause.kind);
}

/** Passes on what a stage says of itself. Garbage is told once an attempt and never fails anything. */
function batchTeller({ deps, order, tell }: Work, attempt: Attempt): (batch: EventBatch) => Promise<void> {
  const { run } = order;
  const stage = order.stage.name;
  let warned = false;
  const warn = (message: string) => {
    if (!warned) tell({ kind: "warning", run, stage, message });
    warned = true;
  };
  return async ({ progress, points, messages, garbage }) => {
    if (progress !== null) tell({ kind: "stage-progress", run, stage, attempt: attempt.id, ...progress });
    for (const message of messages) tell({ kind: "stage-log", run, stage, attempt: attempt.id, message });
    if (garbage > 0) warn("a line of its events file is none of progress, metric and log; such lines are skipped");
    try {
      await deps.journal.appendMetrics(attempt.id, points);
    } catch (error) {
      warn(`its curves cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}
