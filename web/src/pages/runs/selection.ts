/** Which rows are chosen, and where a range would begin. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Id of the row that was chosen last. */
  readonly anchor: string | null;
}

export const nothingSelected: Selection = { ids: new Set(), anchor: null };

/** As many as can be compared. */
export const mostSelected = 500;

/** Chooses a row, or takes it out. */
export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id) && next.size < mostSelected) next.add(id);
  return { ids: next, anchor: id };
}

/** Chooses all rows from the last one that was chosen to `id`, in the order that they are shown in. */
export function extended(selection: Selection, id: string, shown: readonly string[]): Selection {
  const from = selection.anchor === null ? -1 : shown.indexOf(selection.anchor);
  const to = shown.indexOf(id);
  if (from === -1 || to === -1) return toggled(selection, id);
  const next = new Set(selection.ids);
  for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (next.size < mostSelected) next.add(one);
  }
  return { ids: next, anchor: selection.anchor };
}

/** All that are shown, as far as they can be compared; none when all are chosen already. */
export function allToggled({ ids }: Selection, shown: readonly string[]): Selection {
  const first = shown.slice(0, mostSelected);
  return first.every((id) => ids.has(id)) ? nothingSelected : { ids: new Set(first), anchor: null };
}
