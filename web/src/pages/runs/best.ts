import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { RunRow } from "../../../../src/api/runs.ts";
import { call } from "../../api/client.ts";
import { useApi } from "../../api/query.ts";
import type { Objective } from "./objective.ts";
import { apiFilter, noFilter, type RunFilter } from "./query.ts";

/**
 * The best value of every objective among all the runs that the filter leaves, loaded or not. Asked again with `version`,
 * and not by every event: a mark may be a moment late.
 */
export function useBest(
  objectives: readonly Objective[],
  filter: RunFilter,
  version: number,
): ReadonlyMap<string, number> {
  // The same function as long as the objectives are the same: its answer is, too, and no row is drawn again for it.
  const combine = useCallback(
    (answers: readonly { readonly data: RunRow | null | undefined }[]) => {
      const found = new Map<string, number>();
      for (const [i, { data }] of answers.entries()) {
        const name = objectives[i]?.name;
        const value = name === undefined ? undefined : data?.values[name];
        if (name !== undefined && typeof value === "number") found.set(name, value);
      }
      return found;
    },
    [objectives],
  );
  return useQueries({
    queries: objectives.map(({ name, goal }) => {
      const query = { ...apiFilter(filter), sort: goal === "maximize" ? `-${name}` : name, limit: 1 };
      return {
        queryKey: ["runs-best", query, version],
        queryFn: async ({ signal }: { signal: AbortSignal }) =>
          (await call("listRuns", { query, signal })).items[0] ?? null,
        staleTime: Number.POSITIVE_INFINITY,
      };
    }),
    combine,
  });
}

export interface Baseline {
  /** What has landed; empty where nothing has, or where no run of it is known. */
  readonly levels: readonly string[];
  /** The mean of its runs, by objective; null: there are none. */
  readonly means: ReadonlyMap<string, number> | null;
}

/** @param scale of the runs that its means are of; empty: not known yet */
export function useBaseline(scale: string): Baseline {
  const query = { ...apiFilter({ ...noFilter, level: ["baseline"], scale: [scale] }), by: "combination" };
  const { data } = useApi("groupRuns", { query }, { enabled: scale !== "" });
  return useMemo(() => {
    const group = data?.groups[0];
    if (group === undefined) return { levels: [], means: null };
    const means = new Map(
      Object.entries(group.values).flatMap(([name, { mean }]): [string, number][] =>
        mean === null ? [] : [[name, mean]],
      ),
    );
    return { levels: group.levels ?? [], means };
  }, [data]);
}
