/** The choice that `word` is most likely a slip of, or null: at most a third of its letters wrong, or only its start. */
export function suggest(word: string, choices: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.round(word.length / 3)) + 1;
  for (const choice of choices) {
    const distance = editDistance(word.toLowerCase(), choice.toLowerCase());
    if (distance < least) [best, least] = [choice, distance];
  }
  if (best !== null || word.length < 2) return best;
  const started = choices.filter((choice) => choice.startsWith(word) || word.startsWith(choice));
  return started.length === 1 ? (started[0] ?? null) : null;
}

/** "Did you mean `x`? " or nothing, then "The stages are `a`, `b` and `c`.": the help for an unknown name. */
export function offer(word: string, choices: readonly string[], noun: string): string {
  const close = suggest(word, choices);
  const guess = close === null ? "" : `Did you mean \`${close}\`? `;
  if (choices.length === 0) return `There are no ${noun}.`;
  return choices.length === 1 ? `The only choice is ${list(choices)}.` : `${guess}The ${noun} are ${list(choices)}.`;
}

/** `a`, `b` and `c`. */
export function list(names: readonly string[], conjunction: "and" | "or" = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} ${conjunction} ${last}`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution, swap));
    }
    [older, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}
