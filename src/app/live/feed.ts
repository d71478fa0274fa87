import type { Change } from "../../api/lab.ts";
import type { ChangeRow, Store } from "../../store/store.ts";

/** Tells of changes as they come, whichever process makes them: the store's outbox, read on and on. */
export interface Feed {
  /** Number of the newest change that was told of. */
  readonly last: number;
  /** Tells of something that has no number of its own. */
  tell(kind: "report" | "queue" | "run", id?: string): void;
  /** Reads on now. */
  poll(): Promise<void>;
  /** As `Live.changes`. */
  changes(since: number | null, signal: AbortSignal): AsyncGenerator<Change>;
  close(): Promise<void>;
}

const interval = 250;
const pageSize = 1000;

/** What a listener has not been told yet: each subject once, in the order of the numbers. */
class Listener {
  readonly #pending = new Map<string, Change>();
  #wake = () => {};

  push(change: Change): void {
    const subject = `${change.kind}/${change.id}`;
    this.#pending.delete(subject);
    this.#pending.set(subject, change);
    this.#wake();
  }

  take(): readonly Change[] {
    const taken = [...this.#pending.values()];
    this.#pending.clear();
    return taken;
  }

  async something(signal: AbortSignal): Promise<void> {
    if (this.#pending.size > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/**
 * @param onRows told of every page of changes, before anybody else is
 * @param onProblem told when the store cannot be read; it is asked again at the next tick, and nothing is skipped
 */
export async function openFeed(
  store: Pick<Store, "lastChange" | "changesSince">,
  onRows: (rows: readonly ChangeRow[]) => Promise<void>,
  onProblem: (error: unknown) => void,
): Promise<Feed> {
  const listeners = new Set<Listener>();
  const closing = new AbortController();
  let last = await store.lastChange();
  let polling: Promise<void> | null = null;

  const readOn = async () => {
    if ((await store.lastChange()) === last) return;
    for (;;) {
      const rows = await store.changesSince(last, pageSize);
      const newest = rows.at(-1);
      if (newest === undefined) return;
      await onRows(rows);
      last = newest.number;
      for (const listener of listeners) for (const row of rows) listener.push(changeOf(row));
    }
  };
  const poll = () => {
    polling ??= readOn()
      .catch(onProblem)
      .finally(() => {
        polling = null;
      });
    return polling;
  };
  const timer = setInterval(poll, interval);

  async function* changes(since: number | null, caller: AbortSignal): AsyncGenerator<Change> {
    const signal = AbortSignal.any([caller, closing.signal]);
    const listener = new Listener();
    const upTo = last;
    listeners.add(listener);
    try {
      if (since !== null) yield* past(store, since, upTo, signal);
      while (!signal.aborted) {
        for (const change of listener.take()) if (!signal.aborted) yield change;
        await listener.something(signal);
      }
    } finally {
      listeners.delete(listener);
    }
  }

  return {
    get last() {
      return last;
    },
    tell: (kind, id = "") => {
      for (const listener of listeners) listener.push({ number: last, kind, id });
    },
    poll,
    changes,
    close: async () => {
      clearInterval(timer);
      closing.abort();
      await polling;
    },
  };
}

/**
 * What changed from `since` up to and with `upTo`. Whoever comes back may have missed that a report was made or the queue
 * stopped, which have no numbers: those are told again. A number that was never given out is of another record: then
 * everything is new.
 */
async function* past(
  store: Pick<Store, "changesSince">,
  since: number,
  upTo: number,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  let from = since > upTo ? 0 : since;
  while (!signal.aborted) {
    const rows = await store.changesSince(from, pageSize);
    // What has moved behind `upTo` meanwhile comes as a new change.
    const due = rows.filter(({ number }) => number <= upTo);
    for (const row of due) yield changeOf(row);
    const newest = due.at(-1);
    if (newest === undefined || due.length < pageSize) break;
    from = newest.number;
  }
  yield { number: upTo, kind: "report", id: "" };
  yield { number: upTo, kind: "queue", id: "" };
}

/** Settings are the queue's alone. */
function changeOf({ number, kind, id }: ChangeRow): Change {
  return kind === "setting" ? { number, kind: "queue", id: "" } : { number, kind, id };
}
