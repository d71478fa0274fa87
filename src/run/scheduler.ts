import type { Digest } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { StageSpec } from "../lab/lab.ts";
import { type KeyError, type KeyParts, keyParts, stageKey } from "../recipe/fingerprint.ts";
import { createRoom } from "./capacity.ts";
import { createKeyRunner, type KeyOutcome, type KeyRunner, liveness } from "./key.ts";
import type { FailureCause, RunEvent, RunRequest, RunResult, StageFailure, StageOutcome, StageResult } from "./run.ts";
import type { Runner, RunnerDeps, StagePreview } from "./runner.ts";
import { cleanWorkspace } from "./workspace.ts";

/** How often leases are prolonged, in milliseconds; they lapse after thirty seconds. */
const heartbeatInterval = 5_000;
/** A lost input is made again; an output that is lost time and again is a broken disk. */
const mostWalks = 4;

/**
 * The runner: walks each request's stages as their needs allow, and has every key executed at most once at a time, by
 * whichever run, here or in another process, comes first.
 */
export function createRunner(deps: RunnerDeps): Runner {
  const stop = new AbortController();
  const keys = createKeyRunner(deps, createRoom(deps.capacity, deps.hostEnvironment.CUDA_VISIBLE_DEVICES), stop.signal);
  const active = new Set<Promise<unknown>>();
  let rank = 0;
  let heartbeat: NodeJS.Timeout | null = null;
  let prepared: Promise<void> | null = null;

  const sweep = async () => {
    await deps.executor.sweepOrphans(liveness(deps));
  };
  const prepare = async () => {
    await deps.journal.heartbeat();
    await sweep();
    await cleanWorkspace(deps.workspace, deps.journal, liveness(deps));
  };
  const begin = () => {
    // A heartbeat that fails is noticed by what it fails to prolong: a record that is refused.
    heartbeat ??= setInterval(() => void deps.journal.heartbeat().catch(() => {}), heartbeatInterval);
  };
  const rest = async () => {
    if (active.size > 0) return;
    if (heartbeat !== null) clearInterval(heartbeat);
    heartbeat = null;
    // A stage that ended well may have left a process in a session of its own.
    await sweep();
  };

  const tracked = async <T>(work: () => Promise<T>): Promise<T> => {
    begin();
    prepared ??= prepare();
    const running = prepared.then(work);
    active.add(running);
    try {
      return await running;
    } finally {
      active.delete(running);
      await rest();
    }
  };

  return {
    run: (request) => tracked(() => walkUntilWhole({ deps, keys, request, rank: rank++, signal: stop.signal })),
    preview: (request) => preview(deps, request),
    cancel: async () => {
      stop.abort();
      await Promise.allSettled(active);
    },
  };
}

interface Walk {
  readonly deps: RunnerDeps;
  readonly keys: KeyRunner;
  readonly request: RunRequest;
  readonly rank: number;
  readonly signal: AbortSignal;
}

type Reached = StageOutcome | { readonly kind: "lost-input"; readonly result: StageResult };

/** Walks the recipe; where a recorded output turned out to be lost on the way, sets its result aside and walks again. */
async function walkUntilWhole(walk: Walk): Promise<RunResult> {
  const { deps, request } = walk;
  const tell = tellOnce(deps.onEvent);
  for (let walks = 1; ; walks++) {
    const reached = await walkOnce(walk, tell);
    const lost = [...reached].flatMap(([, r]) => (r.kind === "lost-input" ? [r.result] : []));
    for (const result of lost) await deps.journal.invalidate(result, "its output was lost or damaged");
    if (lost.length === 0 || walks === mostWalks) {
      return { id: request.id, stages: new Map([...reached].map(([stage, r]) => [stage, settle(stage, r)])) };
    }
  }
}

function settle(stage: string, reached: Reached): StageOutcome {
  if (reached.kind !== "lost-input") return reached;
  const message = `the output of ${reached.result.stage} was lost again and again`;
  return { kind: "failed", failure: neverStarted(stage, null, { kind: "io", message }) };
}

/** Every stage of the recipe, each as soon as what it needs is there. */
async function walkOnce(walk: Walk, tell: (event: RunEvent) => void): Promise<ReadonlyMap<string, Reached>> {
  const { deps, request } = walk;
  let directory: Promise<Result<string, FailureCause>> | null = null;
  const place = () => {
    directory ??= deps.materialise(request.recipe);
    return directory;
  };
  const pending = new Map<string, Promise<Reached>>();
  for (const stage of request.recipe.recipe.stages) {
    const needs = stage.needs.map((need) => {
      const promise = pending.get(need);
      if (promise === undefined) throw new Error(`${stage.name} comes before ${need}, which it needs`);
      return promise.then((reached) => ({ need, reached }));
    });
    const own = Promise.all(needs).then((reached) =>
      reach(walk, tell, stage, new Map(reached.map((r) => [r.need, r.reached])), place),
    );
    pending.set(stage.name, own);
  }
  // All of them end before any of their errors is passed on: nothing is left running that nobody waits for.
  await Promise.allSettled(pending.values());
  const reached = new Map<string, Reached>();
  for (const [stage, promise] of pending) reached.set(stage, await promise);
  return reached;
}

async function reach(
  walk: Walk,
  tell: (event: RunEvent) => void,
  stage: StageSpec,
  needs: ReadonlyMap<string, Reached>,
  place: () => Promise<Result<string, FailureCause>>,
): Promise<Reached> {
  const { request, keys, rank, signal } = walk;
  const inputs = new Map<string, StageResult>();
  for (const [need, reached] of needs) {
    if (reached.kind === "cancelled") return reached;
    if (reached.kind !== "done") return { kind: "blocked", by: need };
    inputs.set(need, reached.result);
  }
  if (signal.aborted) return { kind: "cancelled" };
  const parts = partsOf(stage, request, inputs);
  if (!parts.ok) {
    const failure = neverStarted(stage.name, null, { kind: "refused", message: parts.error.message });
    tell({ kind: "stage-failed", run: request.id, stage: stage.name, failure, willRetry: false });
    return { kind: "failed", failure };
  }
  const key = stageKey(parts.value);
  const outcome = await keys.obtain({ run: request.id, rank, stage, key, parts: parts.value, inputs, place }, tell);
  return passOn(outcome, inputs);
}

function passOn(outcome: KeyOutcome, inputs: ReadonlyMap<string, StageResult>): Reached {
  if (outcome.kind !== "lost-input") return outcome;
  const result = inputs.get(outcome.need);
  if (result === undefined) throw new Error(`${outcome.need} is no input`);
  return { kind: "lost-input", result };
}

function partsOf(
  stage: StageSpec,
  request: RunRequest,
  inputs: ReadonlyMap<string, StageResult>,
): Result<KeyParts, KeyError> {
  const outputs = Object.fromEntries([...inputs].map(([need, result]) => [need, result.output]));
  return keyParts(stage, { tree: request.recipe.tree, inputs: outputs, runSeed: request.seed });
}

export function neverStarted(stage: string, key: Digest | null, cause: FailureCause): StageFailure {
  return { stage, key, attempt: null, attempts: 0, cause, logTail: [], logFile: null };
}

/** A second walk takes what the first had from the record: that is not told again. */
function tellOnce(onEvent: (event: RunEvent) => void): (event: RunEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.kind === "stage-reused" || event.kind === "stage-shared") {
      const name = `${event.kind}/${event.key}`;
      if (told.has(name)) return;
      told.add(name);
    }
    if (event.kind === "stage-finished") told.add(`stage-reused/${event.result.key}`);
    onEvent(event);
  };
}

/** Keys as far as the outputs they are made of are recorded. */
async function preview(deps: RunnerDeps, request: RunRequest): Promise<readonly StagePreview[]> {
  const known = new Map<string, StageResult>();
  const previews: StagePreview[] = [];
  for (const stage of request.recipe.recipe.stages) {
    const inputs = new Map<string, StageResult>();
    for (const need of stage.needs) {
      const result = known.get(need);
      if (result !== undefined) inputs.set(need, result);
    }
    const parts = inputs.size === stage.needs.length ? partsOf(stage, request, inputs) : null;
    const key = parts?.ok === true ? stageKey(parts.value) : null;
    const result = key === null ? null : await deps.journal.findResult(key);
    if (result !== null) known.set(stage.name, result);
    previews.push({
      stage: stage.name,
      key,
      state: result !== null ? "cached" : key === null ? "unknown" : "will-run",
    });
  }
  return previews;
}
