import { type PointerEvent, useState } from "react";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import { type Group, groupsOf, hold, type Placed, place, samePlaces } from "./placing.ts";

/**
 * Rows that change where they stand and do not move while the pointer is over them.
 * @param question what was asked for: the answer to another question may move everything
 */
export function useSettled(rows: readonly ContributionRow[], question: string) {
  const [held, setHeld] = useState<{ readonly question: string; readonly placed: readonly Placed[] } | null>(null);
  const fresh = place(rows);
  const placed = held?.question === question ? hold(held.placed, rows) : fresh;
  const groups: readonly Group[] = groupsOf(placed);
  const settle = () => setHeld({ question, placed: fresh });
  return {
    groups,
    /** The rows would stand elsewhere now. */
    moved: !samePlaces(placed, fresh),
    /** Puts them there at once. */
    settle,
    over: {
      onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === "mouse" && settle(),
      onPointerLeave: () => setHeld(null),
    },
  };
}
