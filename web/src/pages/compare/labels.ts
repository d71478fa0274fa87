import type { RunRow } from "../../../../src/api/runs.ts";

type Named = Pick<RunRow, "id" | "levels" | "seed" | "scale">;

/**
 * A short name for every run, of that in which the runs differ: the contributions that not all have, the seed and the
 * scale where they are not all the same; the id as well where that names two alike.
 */
export function labelsOf(
  runs: readonly Named[],
  words: { readonly baseline: string; readonly seed: string },
): ReadonlyMap<string, string> {
  const common = new Set(runs[0]?.levels.filter((level) => runs.every(({ levels }) => levels.includes(level))));
  const differs = (of: (run: Named) => string | number) => new Set(runs.map(of)).size > 1;
  const [seeds, scales] = [differs(({ seed }) => seed), differs(({ scale }) => scale)];
  const anyShared = runs.length > 1 && common.size > 0;
  const first = runs.map(({ levels, seed, scale }) => {
    const own = runs.length > 1 ? levels.filter((level) => !common.has(level)) : levels;
    const set = own.length > 0 ? own.join(" + ") : anyShared ? "…" : words.baseline;
    return [set, seeds && `${words.seed} ${seed}`, scales && scale].filter((part) => part !== false).join(" · ");
  });
  const counts = new Map<string, number>();
  for (const label of first) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(
    runs.map(({ id }, i) => {
      const label = first[i] ?? id;
      return [id, (counts.get(label) ?? 0) > 1 ? `${label} · ${id}` : label];
    }),
  );
}
