import { Worker } from "node:worker_threads";
import type { QueueState } from "../../api/lab.ts";
import type { QueueRest } from "../../api/reasons.ts";
import { english } from "../../api/words.ts";
import type { QueueOrder, QueueSaid, Rest, ThreadData } from "./orders.ts";
import { wireProblem } from "./problem.ts";
import { keepThread, type Thread, threadOptions } from "./thread.ts";

/** Has the queue work in a thread of its own, and knows what it is doing. */
export interface QueueKeeper {
  state(): Pick<QueueState, "state" | "because" | "rest">;
  progress(): ReadonlyMap<string, number>;
  order(paused: boolean): void;
  /** The lab's files have changed: what made the queue rest may be gone. */
  reload(): void;
  /** Runs have ended, the last of them as change number `number`: those of other processes are new to a queue that rests. */
  evidence(number: number): void;
  close(): Promise<void>;
}

export interface QueueKeeperOptions {
  readonly data: Omit<ThreadData, "generation">;
  readonly paused: boolean;
  readonly onState: () => void;
  /** How far a run's stage is has changed; told once in a while. */
  readonly onProgress: (run: string) => void;
  /** For tests: the thread's file. */
  readonly startThread?: (data: ThreadData) => Worker;
}

/** Stages have three seconds after TERM. */
const patience = 15_000;
/** Another process that makes one run after the other does not have this one plan after each. */
const leastRest = 5000;
const progressInterval = 1000;
/** Each piece of work may leave cancelled runs on the record, so what stays in the way is tried less and less often. */
const firstRetry = 30_000;
const longestRetry = 30 * 60_000;

type State = { readonly kind: "working" } | { readonly kind: "resting"; readonly rest: QueueRest };

export function keepQueue(options: QueueKeeperOptions): QueueKeeper {
  let { paused } = options;
  let state: State = { kind: "working" };
  let rested = { at: Number.NEGATIVE_INFINITY, asOf: 0 };
  let workingSince = performance.now();
  let closing = false;
  let retry: NodeJS.Timeout | null = null;
  let retryPause = firstRetry;
  const progress = new Map<string, number>();
  const toldAt = new Map<string, number>();

  const become = (next: State) => {
    state = next;
    options.onState();
  };
  const work = () => {
    if (retry !== null) clearTimeout(retry);
    retry = null;
    if (!closing && !paused) thread.post({ kind: "work" });
  };
  /** Somebody has done something: what was in the way may be gone. */
  const workAnew = () => {
    retryPause = firstRetry;
    work();
  };
  const onProgress = ({ run, attempt, done }: Extract<QueueSaid, { kind: "progress" }>) => {
    if (done === null) progress.delete(attempt);
    else progress.set(attempt, done);
    const now = performance.now();
    if (done === null) toldAt.delete(run);
    else if (now - (toldAt.get(run) ?? Number.NEGATIVE_INFINITY) >= progressInterval) {
      toldAt.set(run, now);
      options.onProgress(run);
    }
  };
  const onRest = ({ rest, asOf }: Extract<QueueSaid, { kind: "resting" }>) => {
    rested = { at: performance.now(), asOf };
    progress.clear();
    become({ kind: "resting", rest: wireRest(rest) });
    // What has worked for long, or to an end, was not broken from its start.
    if (rest.kind !== "problem" || rested.at - workingSince > longestRetry) retryPause = firstRetry;
    if (rest.kind !== "problem" || closing) return;
    // What is in the way (a busy database, a full disk) may be over by itself.
    if (retry !== null) clearTimeout(retry);
    retry = setTimeout(work, retryPause);
    retryPause = Math.min(longestRetry, 2 * retryPause);
  };
  const onWorking = () => {
    workingSince = performance.now();
    become({ kind: "working" });
  };
  const start = (data: ThreadData) =>
    options.startThread?.(data) ??
    new Worker(new URL("./queue-thread.ts", import.meta.url), { ...threadOptions, workerData: data });

  const thread: Thread<QueueOrder> = keepThread<QueueOrder, QueueSaid>({
    start: (generation) => start({ ...options.data, generation }),
    onStart: () => (paused ? [] : [{ kind: "work" }]),
    onSaid: (said) => {
      if (said.kind === "working") onWorking();
      else if (said.kind === "resting") onRest(said);
      else onProgress(said);
    },
    onCrash: (message, again) => {
      progress.clear();
      become({ kind: "resting", rest: { kind: "crashed", message, seconds: Math.round(again / 1000) } });
    },
  });

  return {
    state: () => {
      if (paused) return { state: "paused", because: null, rest: null };
      return state.kind === "working"
        ? { state: "working", because: null, rest: null }
        : { state: "resting", because: english.rest(state.rest), rest: state.rest };
    },
    progress: () => progress,
    order: (wanted) => {
      if (wanted === paused) return;
      paused = wanted;
      if (paused) thread.post({ kind: "pause" });
      else workAnew();
      options.onState();
    },
    reload: () => {
      thread.post({ kind: "reload" });
      // Also when it seems to work: it may have come to rest by the lab as it was, with that word still on its way.
      workAnew();
    },
    evidence: (number) => {
      if (state.kind === "working" || number <= rested.asOf || retry !== null) return;
      const wait = leastRest - (performance.now() - rested.at);
      retry = setTimeout(work, Math.max(0, wait));
    },
    close: async () => {
      closing = true;
      if (retry !== null) clearTimeout(retry);
      await thread.stop({ kind: "stop" }, patience);
    },
  };
}

function wireRest(rest: Rest): QueueRest {
  switch (rest.kind) {
    case "decided":
    case "exhausted":
      return { kind: rest.kind };
    case "budget-spent":
      return { kind: "budget-spent", which: rest.which };
    case "baseline-failed":
      return { kind: "baseline-failed", failure: rest.failure };
    case "problem":
      return { kind: "problem", problem: wireProblem(rest.problem) };
    case "interrupted":
    case "paused":
      return { kind: "stopped" };
  }
}
