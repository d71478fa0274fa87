import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "../../api/client.ts";
import { useApi } from "../../api/query.ts";
import type { Objective } from "./columns.tsx";
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
    combine: (answers) => {
      const found = new Map<string, number>();
      for (const [i, { data }] of answers.entries()) {
        const name = objectives[i]?.name;
        const value = name === undefined ? undefined : data?.values[name];
        if (name !== undefined && typeof value === "number") found.set(name, value);
      }
      return found;
    },
  });
}

/** The mean of the baseline's runs, by objective; null while it is not asked for, or not known. */
export function useBaseline(wanted: boolean, scale: readonly string[]): ReadonlyMap<string, number> | null {
  const query = { ...apiFilter({ ...noFilter, level: ["baseline"], scale }), by: "combination" };
  const { data } = useApi("groupRuns", { query }, { enabled: wanted });
  return useMemo(() => {
    const group = data?.groups[0];
    if (!wanted || group === undefined) return null;
    return new Map(
      Object.entries(group.values).flatMap(([name, { mean }]): [string, number][] =>
        mean === null ? [] : [[name, mean]],
      ),
    );
  }, [wanted, data]);
}
