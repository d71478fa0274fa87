import type { RunRow } from "../../../../src/api/runs.ts";
import { combinationText } from "../runs/combination.ts";

type Named = Pick<RunRow, "id" | "levels" | "seed" | "scale">;

interface Words {
  readonly baseline: string;
  readonly none: string;
  readonly seed: string;
}

/**
 * A short name for every run, of that in which the runs differ: the contributions that not all have, the seed and the
 * scale where they are not all the same; the id as well where that names two alike.
 * @param baseline levels that have landed
 */
export function labelsOf(
  runs: readonly Named[],
  baseline: readonly string[],
  words: Words,
): ReadonlyMap<string, string> {
  const common = new Set(
    runs.length > 1 ? runs[0]?.levels.filter((level) => runs.every(({ levels }) => levels.includes(level))) : [],
  );
  const differs = (of: (run: Named) => string | number) => new Set(runs.map(of)).size > 1;
  const [seeds, scales] = [differs(({ seed }) => seed), differs(({ scale }) => scale)];
  const labels = runs.map(({ levels, seed, scale }) => {
    const own = levels.filter((level) => !common.has(level));
    const whole = combinationText(levels, baseline, words);
    // What all have is left out, unless nothing would be left, or the baseline says it in fewer letters.
    const parts = own.length === 0 ? "" : own.join(" + ");
    const set = parts === "" || whole.length < parts.length ? whole : parts;
    return [set, seeds && `${words.seed} ${seed}`, scales && scale].filter((part) => part !== false).join(" · ");
  });
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(
    runs.map(({ id }, i) => {
      const label = labels[i] ?? id;
      return [id, (counts.get(label) ?? 0) > 1 ? `${label} · ${id}` : label];
    }),
  );
}
