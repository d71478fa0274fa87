import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { AnswerOf } from "../../../src/api/operation.ts";
import { type OperationId, type Operations, operations } from "../../../src/api/operations.ts";
import { notifyError } from "../components/notify.tsx";
import { ApiError, type Call, call } from "./client.ts";

type Answer<K extends OperationId> = AnswerOf<Operations[K]>;

/** What the server refused will be refused again; what could not be reached is tried again. */
function isWorthRetrying(failures: number, error: Error): boolean {
  return failures < 3 && !(error instanceof ApiError && error.problem.status < 500);
}

/** A session that has ended is noticed by whatever is asked next: who is asking is found out anew. */
function noticeLogout(error: Error): void {
  if (error instanceof ApiError && error.problem.status === 401)
    void queryClient.invalidateQueries({ queryKey: ["me"] });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeLogout }),
  mutationCache: new MutationCache({ onError: noticeLogout }),
  defaultOptions: {
    // The event stream says what is old; time alone does not.
    queries: { staleTime: 60_000, networkMode: "always", retry: isWorthRetrying, refetchOnWindowFocus: false },
    mutations: { networkMode: "always" },
  },
});

export interface ApiOptions {
  /** false: not asked for yet. */
  readonly enabled?: boolean;
  /** Shows the last answer, of another call, until this one's is there: for filters and sorting. */
  readonly keepPrevious?: boolean;
  /** Asks again after so many milliseconds, for what no event tells of. */
  readonly every?: number | false;
}

/** An operation's answer, kept fresh by the event stream. The key is `[id, call]`. */
export function useApi<K extends OperationId>(
  id: K,
  asked: Omit<Call<K>, "signal"> = {},
  options: ApiOptions = {},
): UseQueryResult<Answer<K>> {
  return useQuery<Answer<K>>({
    queryKey: [id, asked],
    queryFn: ({ signal }) => call<K>(id, { ...asked, signal }),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    ...(options.keepPrevious === true && { placeholderData: keepPreviousData }),
  });
}

interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next: string | null;
}

/** Of the first page. */
const start: string | null = null;

/**
 * A list by pages, the next one on demand: `fetchNextPage`. The key is `[id, asked, "pages"]`.
 *
 * @param ask for the page at a cursor: `({ cursor, signal }) => call("listRuns", { query: { ...asked, cursor }, signal })`
 */
export function usePages<T>(
  id: OperationId,
  asked: object,
  ask: (at: { readonly cursor: string | undefined; readonly signal: AbortSignal }) => Promise<Page<T>>,
) {
  return useInfiniteQuery({
    queryKey: [id, asked, "pages"],
    queryFn: ({ pageParam, signal }) => ask({ cursor: pageParam ?? undefined, signal }),
    initialPageParam: start,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

/**
 * A write. When it is done, all that the page shows of the same kind (tag) is asked for again; when it is refused, a
 * notification says why and what would be right.
 */
export function useWrite<K extends OperationId>(id: K): UseMutationResult<Answer<K>, Error, Omit<Call<K>, "signal">> {
  const client = useQueryClient();
  return useMutation<Answer<K>, Error, Omit<Call<K>, "signal">>({
    mutationKey: [id],
    mutationFn: (asked) => call<K>(id, asked),
    onError: notifyError,
    onSettled: () =>
      client.invalidateQueries({ predicate: ({ queryKey }) => isOfTag(queryKey[0], operations[id].tag) }),
  });
}

function isOfTag(id: unknown, tag: string): boolean {
  return Object.entries(operations).some(([name, operation]) => name === id && operation.tag === tag);
}
