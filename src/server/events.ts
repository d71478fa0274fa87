import type { Change } from "../api/lab.ts";

/** How long a stream may be silent, milliseconds. */
export const heartbeat = 15_000;
/** After how many milliseconds a browser that was cut off comes back. */
const retry = 2000;

export const mostStreams = { perAccount: 100, inAll: 200 };

export interface StreamSource {
  readonly changes: AsyncIterable<Change>;
  /** Ends the stream, and what the changes come from. */
  readonly stop: AbortController;
  /** Whether the reader may still read. */
  readonly allowed: () => Promise<boolean>;
}

/** Streams that are open, and who reads them. */
export function createStreams() {
  const open = new Map<string, number>();
  const inAll = () => [...open.values()].reduce((sum, count) => sum + count, 0);
  return {
    count: inAll,
    /** Takes a place for a reader. @returns gives it back, once; null: all are taken. */
    enter(reader: string): (() => void) | null {
      const own = open.get(reader) ?? 0;
      if (own >= mostStreams.perAccount || inAll() >= mostStreams.inAll) return null;
      open.set(reader, own + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const rest = (open.get(reader) ?? 1) - 1;
        if (rest === 0) open.delete(reader);
        else open.set(reader, rest);
      };
    },
  };
}

export type Streams = ReturnType<typeof createStreams>;

/** Changes as server-sent events: one is taken from the source when the client has taken the one before. */
export function eventStream({ changes, stop, allowed }: StreamSource): ReadableStream<Uint8Array> {
  const iterator = changes[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<Change>> | null = null;
  const nextText = async (): Promise<string | null> => {
    next ??= iterator.next();
    const found = await within(next, stop.signal);
    if (found === "stopped" || !(await allowed())) return null;
    if (found === "late") return ": still here\n\n";
    next = null;
    return found.done === true ? null : eventText(found.value);
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${retry}\n\n`)),
      async pull(controller) {
        try {
          const text = await nextText();
          if (text !== null) return controller.enqueue(encoder.encode(text));
          stop.abort();
          controller.close();
        } catch (error) {
          stop.abort();
          controller.error(error);
        }
      },
      cancel: () => stop.abort(),
    },
    { highWaterMark: 1 },
  );
}

/** A report and the queue have no numbers of their own: a client that comes back asks for them anyhow. */
function eventText(change: Change): string {
  const numbered = change.kind !== "report" && change.kind !== "queue";
  return `${numbered ? `id: ${change.number}\n` : ""}data: ${JSON.stringify(change)}\n\n`;
}

/** What comes first: the value, the time for a heartbeat, or the end. */
async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | "late" | "stopped"> {
  const { promise: other, resolve } = Promise.withResolvers<"late" | "stopped">();
  const timer = setTimeout(() => resolve("late"), heartbeat);
  const stopped = () => resolve("stopped");
  signal.addEventListener("abort", stopped, { once: true });
  if (signal.aborted) stopped();
  try {
    return await Promise.race([promise, other]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stopped);
  }
}
