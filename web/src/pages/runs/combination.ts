/** A level as it is shown in a combination: by itself, or as what the baseline gains or loses by it. */
export interface ShownLevel {
  readonly level: string;
  readonly sign: "" | "+" | "−";
}

export interface ShownCombination {
  /** What the levels are added to: the baseline, nothing (the recipe as it is), or not said. */
  readonly from: "baseline" | "none" | null;
  readonly levels: readonly ShownLevel[];
}

/**
 * A combination in as few words as there are: by what it changes in the baseline where that is shorter, else by all that
 * it has.
 * @param baseline levels that have landed; empty where none has, or where it is not known
 */
export function shownCombination(levels: readonly string[], baseline: readonly string[]): ShownCombination {
  const added = levels.filter((level) => !baseline.includes(level));
  const removed = baseline.filter((level) => !levels.includes(level));
  const changes = added.length + removed.length;
  if (changes === 0) return { from: "baseline", levels: [] };
  if (levels.length === 0) return { from: "none", levels: [] };
  if (baseline.length === 0 || changes >= levels.length) {
    return { from: null, levels: levels.map((level) => ({ level, sign: "" })) };
  }
  return {
    from: "baseline",
    levels: [
      ...added.map((level): ShownLevel => ({ level, sign: "+" })),
      ...removed.map((level): ShownLevel => ({ level, sign: "−" })),
    ],
  };
}

/** The same as a text. */
export function combinationText(
  levels: readonly string[],
  baseline: readonly string[],
  words: { readonly baseline: string; readonly none: string },
): string {
  const shown = shownCombination(levels, baseline);
  if (shown.levels.length === 0) return shown.from === "none" ? words.none : words.baseline;
  if (shown.from === null) return levels.join(" + ");
  return [words.baseline, ...shown.levels.map(({ level, sign }) => `${sign} ${level}`)].join(" ");
}
