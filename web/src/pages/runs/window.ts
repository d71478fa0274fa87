import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { RunRow } from "../../../../src/api/runs.ts";
import { call } from "../../api/client.ts";
import { useApi } from "../../api/query.ts";
import { firstPage, nextLimit, pageSize, type RunList, refreshed, stretchesOf, withPage } from "./pages.ts";
import { apiFilter, type RunFilter } from "./query.ts";

export interface RunWindow {
  /** null until the first answer. */
  readonly list: RunList | null;
  /** Whether `list` is still that of an earlier filter or order. */
  readonly stale: boolean;
  readonly error: Error | null;
  /** Tells which rows are seen: they are loaded, and kept fresh. */
  readonly look: (first: number, last: number) => void;
  /** Asks for everything again, with what has come since. */
  readonly reload: () => void;
}

/** All runs that the filter leaves, loaded or not. */
export async function everyRun(filter: RunFilter, sort: string): Promise<readonly RunRow[]> {
  const rows = new Map<string, RunRow>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { ...apiFilter(filter), sort, limit: 1000, ...(cursor !== undefined && { cursor }) };
    const page = await call("listRuns", { query });
    // A page by its place moves when a row comes in before it.
    for (const row of page.items) rows.set(row.id, row);
    cursor = page.next;
  }
  return [...rows.values()];
}

/** The list of runs, of which as much is loaded as is looked at, and which is kept fresh where it is. */
export function useRunWindow(filter: RunFilter, sort: string): RunWindow {
  const client = useQueryClient();
  const asked = useMemo(() => ({ ...apiFilter(filter), sort }), [filter, sort]);
  // Not the API's own key: the event stream would ask again for all of it, in one go.
  const key = useMemo(() => ["runs-window", asked] as const, [asked]);
  const seen = useRef({ first: 0, last: 0 });
  const [more, setMore] = useState<Error | null>(null);
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => firstPage(await call("listRuns", { query: { ...asked, limit: pageSize }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });
  const list = query.data ?? null;
  const stale = query.isPlaceholderData;

  const loading = useRef(false);
  const load = useCallback(async () => {
    if (loading.current) return;
    loading.current = true;
    try {
      for (;;) {
        const known = client.getQueryData<RunList>(key);
        if (known === undefined || known.next === null || known.rows.length > seen.current.last + 40) return;
        const limit = nextLimit(known, seen.current.last);
        const page = await call("listRuns", { query: { ...asked, limit, cursor: known.next } });
        client.setQueryData<RunList>(key, (now) => (now?.next === known.next ? withPage(now, page) : now));
        setMore(null);
      }
    } catch (error) {
      setMore(error instanceof Error ? error : new Error(String(error)));
    } finally {
      loading.current = false;
    }
  }, [client, key, asked]);

  const look = useCallback(
    (first: number, last: number) => {
      seen.current = { first, last };
      void load();
    },
    [load],
  );

  // One row is enough to be told of every change, by the event stream, and of the count.
  const probe = useApi("listRuns", { query: { ...asked, limit: 1 } });
  const changed = probe.dataUpdatedAt;
  const total = probe.data?.total;
  useEffect(() => {
    const known = client.getQueryData<RunList>(key);
    if (known === undefined || total === undefined || changed === 0) return;
    if (known.rows.length === 0 && total > 0) void client.invalidateQueries({ queryKey: key });
    else void refresh(known, total);

    async function refresh(now: RunList, count: number) {
      const stretches = stretchesOf(now, seen.current.first, seen.current.last);
      const answers = await Promise.all(
        stretches.map(({ cursor, length }) =>
          call("listRuns", {
            query: { ...asked, limit: Math.min(1000, Math.max(1, length)), ...(cursor !== null && { cursor }) },
          }),
        ),
      ).catch(() => []);
      const items = answers.flatMap((answer) => answer.items);
      client.setQueryData<RunList>(key, (then) => then && refreshed(then, items, count));
    }
  }, [client, key, asked, changed, total]);

  const reload = useCallback(() => void client.invalidateQueries({ queryKey: key }), [client, key]);
  return { list, stale, error: query.error ?? more, look, reload };
}
