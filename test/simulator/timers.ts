import { deliver, here, type Process } from "./world.ts";

/** Node's timers, in the virtual time of whichever process sets them. */

class Timer {
  active = true;
  readonly #process: Process;
  readonly #callback: () => void;
  readonly #every: number | null;

  constructor(process: Process, callback: () => void, wait: number, repeats: boolean) {
    this.#process = process;
    this.#callback = callback;
    this.#every = repeats ? wait : null;
    this.#wind(wait);
  }

  #wind(wait: number): void {
    deliver(this.#process, wait, () => {
      if (!this.active) return;
      if (this.#every === null) this.active = false;
      else this.#wind(this.#every);
      this.#callback();
    });
  }
}

function clear(timer: unknown): void {
  if (timer instanceof Timer) timer.active = false;
}

/** What stands for the globals of these names. */
export const globals = {
  setInterval: (callback: () => void, wait: number) => new Timer(here(), callback, wait, true),
  clearInterval: clear,
  setTimeout: (callback: () => void, wait: number) => new Timer(here(), callback, wait, false),
  clearTimeout: clear,
};

/** As of node:timers/promises. */
export function setTimeout<T>(wait: number, value: T, options: { readonly signal?: AbortSignal } = {}): Promise<T> {
  const process = here();
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      timer.active = false;
      reject(signal?.reason);
    };
    const timer = new Timer(
      process,
      () => {
        signal?.removeEventListener("abort", abort);
        resolve(value);
      },
      wait,
      false,
    );
    signal?.addEventListener("abort", abort, { once: true });
  });
}
