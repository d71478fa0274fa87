import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { type LogText, logOf, withEarlier, withMore } from "./log-text.ts";

/** Milliseconds between two looks at a log that grows; a log of another stage follows nobody's events. */
const pace = 1000;
/** Bytes: what is shown first, and what each step back adds. */
const firstTail = 64_000;
const earlier = 256_000;

export interface FollowedLog {
  /** null until the first answer. */
  readonly log: LogText | null;
  readonly error: Error | null;
  /** Loads what was before; does nothing at the beginning. */
  readonly loadEarlier: () => void;
}

/** The end of a log, and all that comes after it until it is over. */
export function useLog(run: string, stage: string): FollowedLog {
  const [log, setLog] = useState<LogText | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const newest = useRef<LogText | null>(null);
  const keep = useCallback((next: LogText) => {
    newest.current = next;
    setLog(next);
  }, []);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    newest.current = null;
    setLog(null);
    setError(null);
    const look = async () => {
      const known = newest.current;
      try {
        const query = known === null ? { tail: firstTail } : { offset: known.next };
        const part = await call("log", { params: { run, stage }, query, signal: stop.signal });
        keep(known === null ? logOf(part) : withMore(newest.current ?? known, part));
        setError(null);
      } catch (found) {
        if (stop.signal.aborted) return;
        setError(found instanceof Error ? found : new Error(String(found)));
      }
      if (!stop.signal.aborted && newest.current?.over !== true) timer = setTimeout(look, pace);
    };
    void look();
    return () => {
      stop.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, [run, stage, keep]);

  const loadEarlier = useCallback(() => {
    const known = newest.current;
    if (known === null || known.offset === 0) return;
    call("log", { params: { run, stage }, query: { offset: Math.max(0, known.offset - earlier) } }).then(
      (part) => {
        if (newest.current?.offset === known.offset) keep(withEarlier(newest.current, part));
      },
      (found: unknown) => setError(found instanceof Error ? found : new Error(String(found))),
    );
  }, [run, stage, keep]);

  return { log, error, loadEarlier };
}

/** The whole of a log, as it is on the server. */
export async function wholeLog(run: string, stage: string): Promise<Blob> {
  const texts: string[] = [];
  let offset = 0;
  for (;;) {
    const part = await call("log", { params: { run, stage }, query: { offset } });
    texts.push(part.text);
    if (part.next >= part.size || part.next <= offset) return new Blob(texts, { type: "text/plain;charset=utf-8" });
    offset = part.next;
  }
}
