import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ContributionRow, contributionState } from "../../../../src/api/contributions.ts";
import { english } from "../../../../src/api/words.ts";
import { groupsOf, hold, place, samePlaces, sharedBlock, stateOrder } from "./placing.ts";

function row(id: string, state: ContributionRow["state"]): ContributionRow {
  return {
    ...{ id, title: id, area: "data", why: "", by: [], blind: true, mine: false, state, levels: [], worth: null },
    ...{
      requires: [],
      conflicts: [],
      blockedBy: null,
      obstacle: null,
      runs: 0,
      coreSeconds: 0,
      toDecide: null,
      comments: 0,
    },
    proposedAt: null,
  };
}

const rows = fc.uniqueArray(
  fc.record({ id: fc.constantFrom(..."abcdefgh"), state: fc.constantFrom(...contributionState.options) }),
  { selector: ({ id }) => id },
);
const asRows = (list: readonly { id: string; state: ContributionRow["state"] }[]) =>
  list.map(({ id, state }) => row(id, state));

describe("places in the queue", () => {
  test("every state has its group", () => {
    expect([...stateOrder].sort()).toEqual([...contributionState.options].sort());
  });

  test("groups hold every row once, each in its state, in the server's order", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const all = asRows(list);
        const groups = groupsOf(place(all));
        expect(groups.flatMap((group) => group.rows).length).toBe(all.length);
        for (const group of groups) expect(group.rows).toEqual(all.filter(({ state }) => state === group.state));
      }),
    );
  });

  test("while held, no row moves, and what is shown is new", () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const shown = place(asRows(before));
        const held = hold(shown, asRows(after));
        const kept = shown.filter(({ row: { id } }) => after.some((other) => other.id === id));
        expect(held.map(({ group, row: { id } }) => [group, id])).toEqual(kept.map((p) => [p.group, p.row.id]));
        for (const { row: now } of held) expect(now.state).toBe(after.find(({ id }) => id === now.id)?.state);
      }),
    );
  });

  test("a row that changes its group, or its place in it, is noticed", () => {
    const shown = place([row("a", "measuring"), row("b", "measuring"), row("c", "landed")]);
    expect(samePlaces(shown, place([row("c", "landed"), row("a", "measuring"), row("b", "measuring")]))).toBe(true);
    expect(samePlaces(shown, place([row("b", "measuring"), row("a", "measuring"), row("c", "landed")]))).toBe(false);
    expect(samePlaces(shown, place([row("a", "land"), row("b", "measuring"), row("c", "landed")]))).toBe(false);
    expect(samePlaces(shown, shown.slice(1))).toBe(false);
  });
});

test("one reason for all that wait is said once", () => {
  const waiting = (id: string, kind: "paused" | "lab-files" | null) => ({
    ...row(id, "measuring"),
    obstacle: kind === null ? null : { kind },
  });
  const shared = (...rows: ContributionRow[]) => sharedBlock(rows, english);
  expect(shared(waiting("a", "paused"), waiting("b", "paused"), waiting("c", null))).toBe("the queue is paused");
  expect(shared(waiting("a", "paused"), waiting("b", "lab-files"))).toBeNull();
  expect(shared(waiting("a", "paused"), waiting("b", null))).toBeNull();
  expect(shared()).toBeNull();
});
