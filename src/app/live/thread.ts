import type { Worker } from "node:worker_threads";

/** A thread that is kept running: when it ends by itself it is started again, after a pause that grows. */
export interface Thread<Order> {
  /** False while the thread is down, and the order is lost: `onStart` says what a new one has to know. */
  post(order: Order): boolean;
  /** Asks it to end, and ends it when it has not after `patience` milliseconds. */
  stop(last: Order, patience: number): Promise<void>;
}

export interface ThreadOptions<Order, Said> {
  /** @param generation how many were started before */
  readonly start: (generation: number) => Worker;
  /** The first orders of every new thread. */
  readonly onStart: () => readonly Order[];
  readonly onSaid: (said: Said) => void;
  /** @param again milliseconds until the next one is started */
  readonly onCrash: (because: string, again: number) => void;
}

/**
 * How threads are made. The statistics leave much garbage that dies young: with room for as much of it as V8 would take,
 * a server needs twice the memory and is no faster.
 */
export const threadOptions = { execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 24 } };

const firstPause = 1000;
const longestPause = 60_000;
/** A thread that lived this long was not broken from its start. */
const soundAfter = 60_000;

export function keepThread<Order, Said>(options: ThreadOptions<Order, Said>): Thread<Order> {
  let generation = 0;
  let pause = firstPause;
  let worker: Worker | null = null;
  let restart: NodeJS.Timeout | null = null;
  let stopping = false;
  let whenGone = () => {};

  const start = () => {
    const own = options.start(generation++);
    const startedAt = performance.now();
    let because: string | null = null;
    worker = own;
    own.on("message", (said: Said) => options.onSaid(said));
    own.on("error", (error) => {
      because = messageOf(error);
    });
    own.on("exit", (code) => {
      worker = null;
      whenGone();
      if (stopping) return;
      if (performance.now() - startedAt > soundAfter) pause = firstPause;
      restart = setTimeout(start, pause);
      options.onCrash(because ?? `it ended with code ${code}`, pause);
      pause = Math.min(longestPause, pause * 2);
    });
    for (const order of options.onStart()) own.postMessage(order);
  };
  start();

  return {
    post: (order) => {
      worker?.postMessage(order);
      return worker !== null;
    },
    stop: async (last, patience) => {
      stopping = true;
      if (restart !== null) clearTimeout(restart);
      const own = worker;
      if (own === null) return;
      const gone = new Promise<void>((resolve) => {
        whenGone = resolve;
      });
      own.postMessage(last);
      const timer = setTimeout(() => void own.terminate(), patience);
      await gone;
      clearTimeout(timer);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
