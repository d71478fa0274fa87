import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../src/base/clock.ts";
import { createRng, type Rng } from "../../src/base/rng.ts";

/** What a history was made to go wrong with: never a mistake of the runner's. */
export class InjectedFault extends Error {
  readonly code: string;
  readonly syscall: string;
  constructor(code: string, what: string) {
    super(`${code}: injected, ${what}`);
    this.code = code;
    this.syscall = what;
  }
}

export function isInjected(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof InjectedFault) return true;
  return false;
}

/** A simulated Cairn process. What it waits for never comes once it is dead, and comes late while it is paused. */
export interface Process {
  readonly name: string;
  /** As the store knows it. */
  readonly owner: string;
  readonly world: World;
  readonly clock: Clock;
  life: "alive" | "paused" | "dead";
  /** What arrived while it was paused, in order. */
  readonly deferred: (() => void | Promise<void>)[];
  /** When a heartbeat of its last took effect, in virtual milliseconds. */
  lastBeat: number;
}

interface Entry {
  readonly time: number;
  readonly number: number;
  readonly run: () => void | Promise<void>;
}

/** Latencies, in milliseconds: most are short, some are not. */
export interface Pace {
  readonly least: number;
  readonly most: number;
}

/**
 * Virtual time, and everything that happens in it one after another: an event is over when nothing is left that could go
 * on without another one. All randomness is drawn here, so a seed is a history.
 */
export class World {
  readonly rng: Rng;
  /** Milliseconds. */
  time = 0;
  /** Whether faults are over. */
  calm = false;
  /** What the machines believe the time of day to be, off by this many milliseconds. */
  wallOffset = 0;
  readonly processes: Process[] = [];
  readonly counts = new Map<string, number>();
  /** The first thing that must not be; null: none so far. */
  violation: string | null = null;
  readonly #queue: Entry[] = [];
  readonly #trace: ((line: string) => void) | null;
  #number = 0;

  constructor(seed: number, trace: ((line: string) => void) | null) {
    this.rng = createRng(`simulator/${seed}`);
    this.#trace = trace;
  }

  log(line: () => string): void {
    this.#trace?.(`${(this.time / 1000).toFixed(3).padStart(9)} ${line()}`);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  violate(what: string): void {
    this.log(() => `VIOLATION ${what}`);
    this.violation ??= what;
  }

  chance(probability: number): boolean {
    return this.rng.uniform() < probability;
  }

  /** Log-uniform. */
  between({ least, most }: Pace): number {
    return least * (most / least) ** this.rng.uniform();
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.rng.int(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  at(time: number, run: () => void | Promise<void>): void {
    const entry = { time: Math.max(time, this.time), number: this.#number++, run };
    let low = 0;
    let high = this.#queue.length;
    // The soonest stands last.
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      if (other !== undefined && other.time > entry.time) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, entry);
  }

  after(milliseconds: number, run: () => void | Promise<void>): void {
    this.at(this.time + milliseconds, run);
  }

  /** Happens next, and all that follows from it. False: nothing will ever happen again. */
  async turn(): Promise<boolean> {
    const entry = this.#queue.pop();
    if (entry === undefined) return false;
    this.time = entry.time;
    await entry.run();
    await settled();
    return true;
  }

  process(name: string): Process {
    const start = this.time;
    const process: Process = {
      name,
      owner: name,
      world: this,
      clock: {
        now: () => 1_750_000_000_000 + this.time + this.wallOffset,
        monotonic: () => this.time - start,
      },
      life: "alive",
      deferred: [],
      lastBeat: this.time,
    };
    this.processes.push(process);
    return process;
  }
}

/** Resolves when no promise is left that could go on by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const context = new AsyncLocalStorage<Process>();

/** Does something as the process: what it waits for from then on is the process's. */
export function within<T>(process: Process, work: () => T): T {
  return context.run(process, work);
}

/** Whose code is running. @throws Error outside of every process */
export function here(): Process {
  const process = context.getStore();
  if (process === undefined) throw new Error("no process of the simulation does this");
  return process;
}

/** Happens to the process after a while, unless it is dead by then; once it goes on, if it is paused then. */
export function deliver(process: Process, milliseconds: number, run: () => void | Promise<void>): void {
  const arrive = (): void | Promise<void> => {
    if (process.life === "dead") return;
    if (process.life === "paused") process.deferred.push(arrive);
    else return within(process, run);
  };
  process.world.after(milliseconds, arrive);
}

/**
 * One step of a process over its boundary: it takes effect, and is known to have, at one later moment. Everything else
 * may happen meanwhile, and it never does when the process dies before.
 */
export function cross<T>(process: Process, pace: Pace, effect: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    deliver(process, process.world.between(pace), async () => {
      try {
        resolve(await effect());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Ends a process as SIGKILL does. */
export function kill(process: Process): void {
  process.life = "dead";
  process.deferred.length = 0;
}

export function pause(process: Process): void {
  if (process.life === "alive") process.life = "paused";
}

export function resume(process: Process): void {
  if (process.life !== "paused") return;
  process.life = "alive";
  for (const arrive of process.deferred.splice(0)) process.world.after(0, arrive);
}
