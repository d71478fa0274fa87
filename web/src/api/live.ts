import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { type Change, change } from "../../../src/api/lab.ts";
import type { OperationId } from "../../../src/api/operations.ts";
import { addressOf } from "./client.ts";

/**
 * One event stream for the page: what the server says has changed is asked for again, if it is shown. The browser
 * reconnects by itself and tells the server the last number it has seen; where it gives up (the server answered with an
 * error), we open a new stream from that number, again and again.
 */

export type Connection = "connecting" | "live" | "lost";

const stale: Readonly<Record<Change["kind"], readonly OperationId[]>> = {
  run: ["run", "listRuns", "groupRuns", "compareRuns", "queue", "recipe", "listContributions", "contribution", "log"],
  curve: ["curves", "run", "listRuns"],
  decision: ["report", "plan", "queue", "listContributions", "contribution", "predict"],
  landing: ["landings", "people", "lab", "report", "recipe", "parameters", "plan", "listContributions", "contribution"],
  comment: ["listComments", "listContributions", "contribution"],
  contribution: ["listContributions", "contribution", "recipe", "parameters", "plan", "queue"],
  account: ["me", "listAccounts", "listTokens", "audit"],
  view: ["listViews"],
  lab: ["lab", "recipe", "parameters", "plan", "queue", "listContributions"],
  report: ["report", "plan", "queue", "predict", "listContributions", "contribution"],
  queue: ["queue", "plan"],
};

/** Operations about one subject, with the parameter that names it: a change of another subject does not concern them. */
const subjects: Partial<Record<OperationId, { readonly kinds: readonly Change["kind"][]; readonly param: string }>> = {
  run: { kinds: ["run"], param: "run" },
  log: { kinds: ["run"], param: "run" },
  contribution: { kinds: ["contribution", "comment"], param: "contribution" },
  listComments: { kinds: ["comment"], param: "contribution" },
};

/** Whether an answer kept under a query's key may be another after this change. */
export function concerns(queryKey: readonly unknown[], found: Change): boolean {
  const id = stale[found.kind].find((name) => name === queryKey[0]);
  if (id === undefined) return false;
  const subject = subjects[id];
  if (subject === undefined || found.id === "" || !subject.kinds.includes(found.kind)) return true;
  // A comment's change names the comment; which contribution it is about is asked for.
  if (found.kind === "comment") return true;
  const named = paramOf(queryKey[1], subject.param);
  return named === null || named === found.id;
}

function paramOf(asked: unknown, name: string): string | null {
  if (typeof asked !== "object" || asked === null || !("params" in asked)) return null;
  const value = new Map(Object.entries(asked.params ?? {})).get(name);
  return typeof value === "string" ? value : null;
}

/** At most so often is one answer asked for again. */
const pace = 500;

/**
 * Gathers changes and asks again for what they concern, at most twice a second. An answer that is on its way is waited
 * for, since asking anew each time would never get a slow one; but it may be from before the change, so it is asked for
 * once more when it is there.
 */
export function throttledInvalidator(client: QueryClient): {
  readonly take: (found: Change) => void;
  readonly stop: () => void;
} {
  const cache = client.getQueryCache();
  const due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    if (due.size === 0) return;
    const ready = new Set([...due].filter((hash) => cache.get(hash)?.state.fetchStatus !== "fetching"));
    for (const hash of ready) due.delete(hash);
    void client.invalidateQueries({ predicate: ({ queryHash }) => ready.has(queryHash) });
    timer = setTimeout(flush, pace);
  };
  return {
    take: (found) => {
      for (const query of cache.findAll({ predicate: ({ queryKey }) => concerns(queryKey, found) })) {
        due.add(query.queryHash);
      }
      if (timer === null) flush();
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

let connection: Connection = "connecting";
const watchers = new Set<() => void>();

function setConnection(state: Connection): void {
  connection = state;
  for (const watcher of watchers) watcher();
}

/** Whether what is shown is kept fresh. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connection,
  );
}

/** Keeps all answers fresh for as long as the component is there. Used once, by the shell. */
export function useLive(enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => (enabled ? follow(client) : undefined), [client, enabled]);
}

function follow(client: QueryClient): () => void {
  const invalidator = throttledInvalidator(client);
  let last: number | null = null;
  let failures = 0;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const open = () => {
    source = new EventSource(addressOf("events", { query: last === null ? {} : { since: last } }));
    source.onopen = () => {
      // The stream resumes, but reports and the queue's state have no number of their own to resume from.
      if (connection === "lost") void client.invalidateQueries();
      failures = 0;
      setConnection("live");
    };
    source.onmessage = ({ data }: MessageEvent<unknown>) => {
      const found = changeOf(data);
      if (found === null) return;
      last = Math.max(last ?? 0, found.number);
      invalidator.take(found);
    };
    source.onerror = () => {
      setConnection("lost");
      if (source?.readyState !== EventSource.CLOSED || timer !== null) return;
      // Refused: perhaps nobody is logged in any more.
      void client.invalidateQueries({ queryKey: ["me"] });
      failures += 1;
      timer = setTimeout(reopen, Math.min(15_000, 500 * 2 ** failures) * (0.75 + Math.random() / 2));
    };
  };
  const reopen = () => {
    timer = null;
    source?.close();
    open();
  };
  open();
  return () => {
    source?.close();
    if (timer !== null) clearTimeout(timer);
    invalidator.stop();
  };
}

function changeOf(data: unknown): Change | null {
  if (typeof data !== "string") return null;
  try {
    return change.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
