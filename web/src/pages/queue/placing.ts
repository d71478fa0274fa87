import type { ContributionRow, ContributionState } from "../../../../src/api/contributions.ts";
import type { Words } from "../../../../src/api/words.ts";

/** Rows in their groups, and how they keep their places while somebody points at them. */

/** What is under way comes first, what is over last. */
export const stateOrder: readonly ContributionState[] = [
  "measuring",
  "proposed",
  "undecided",
  "land",
  "shelve",
  "landed",
  "withdrawn",
];

export interface Placed {
  readonly group: ContributionState;
  readonly row: ContributionRow;
}

export interface Group {
  readonly state: ContributionState;
  readonly rows: readonly ContributionRow[];
}

/** Every row in the group of its state, in the order that the server gave. */
export function place(rows: readonly ContributionRow[]): Placed[] {
  return rows.map((row) => ({ group: row.state, row }));
}

/** The rows as they are now, where they stood. A row that is gone leaves; a new one waits. */
export function hold(shown: readonly Placed[], rows: readonly ContributionRow[]): Placed[] {
  const now = new Map(rows.map((row) => [row.id, row]));
  return shown.flatMap(({ group, row: { id } }) => {
    const row = now.get(id);
    return row === undefined ? [] : [{ group, row }];
  });
}

/** Whether the same rows are in the same groups in the same order. */
export function samePlaces(a: readonly Placed[], b: readonly Placed[]): boolean {
  const names = (placed: readonly Placed[]) =>
    groupsOf(placed).flatMap(({ state, rows }) => rows.map(({ id }) => `${state} ${id}`));
  const left = names(a);
  const right = names(b);
  return left.length === right.length && left.every((name, i) => name === right[i]);
}

/** Groups that have rows, in the order of states. */
export function groupsOf(placed: readonly Placed[]): Group[] {
  return stateOrder.flatMap((state) => {
    const rows = placed.filter((entry) => entry.group === state).map(({ row }) => row);
    return rows.length === 0 ? [] : [{ state, rows }];
  });
}

/** What keeps a row from moving on, in words; null: nothing. That it was withdrawn says its state. */
export function blockOf({ state, obstacle }: Pick<ContributionRow, "state" | "obstacle">, words: Words): string | null {
  return obstacle === null || state === "withdrawn" ? null : words.obstacle(obstacle);
}

/** What keeps every row that waits from moving on, if it is one thing for all of them: it is then said once. */
export function sharedBlock(rows: readonly ContributionRow[], words: Words): string | null {
  const reasons = rows.flatMap((row) => blockOf(row, words) ?? []);
  const [first] = reasons;
  return first !== undefined && reasons.length > 1 && reasons.every((reason) => reason === first) ? first : null;
}
