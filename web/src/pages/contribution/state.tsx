import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ContributionState } from "../../../../src/api/contributions.ts";
import classes from "./state.module.css";

/** A contribution's state by its mark and its word; the same in the queue and on its own page. */

/** A shape a state, so that colour is never alone in telling them apart. */
export function StateMark({ state, size = 14 }: { readonly state: ContributionState; readonly size?: number }) {
  return (
    <svg
      className={classes.mark}
      data-state={state}
      width={size}
      height={size}
      viewBox="-8 -8 16 16"
      aria-hidden="true"
    >
      {drawings[state]}
    </svg>
  );
}

const drawings: Readonly<Record<ContributionState, ReactNode>> = {
  proposed: <circle r="6" strokeDasharray="2.2 2.5" />,
  measuring: (
    <>
      <circle r="6" />
      <path className={classes.full} d="M0-3.4A3.4 3.4 0 0 1 0 3.4Z" />
    </>
  ),
  undecided: <path d="M0-6.6 6.6 0 0 6.6-6.6 0Z" />,
  land: (
    <>
      <circle r="6.4" className={classes.full} />
      <path className={classes.cut} d="m-2.8.2 2 2 3.8-4.2" />
    </>
  ),
  landed: (
    <>
      <rect x="-6" y="-6" width="12" height="12" rx="2.5" className={classes.full} />
      <path className={classes.cut} d="m-2.8.2 2 2 3.8-4.2" />
    </>
  ),
  shelve: <path d="M-6 0A6 6 0 1 0 6 0 6 6 0 1 0-6 0M-3 0h6" />,
  withdrawn: <path d="M-6 0A6 6 0 1 0 6 0 6 6 0 1 0-6 0M-2.2-2.2l4.4 4.4m0-4.4-4.4 4.4" />,
};

export interface StateWords {
  readonly name: (state: ContributionState) => string;
  /** What it means, in a sentence. */
  readonly meaning: (state: ContributionState) => string;
}

export function useStateWords(): StateWords {
  const { t } = useTranslation("contribution");
  return { name: (state) => t(`state.${state}.name`), meaning: (state) => t(`state.${state}.meaning`) };
}

export function StateBadge({ state }: { readonly state: ContributionState }) {
  const words = useStateWords();
  return (
    <span className={classes.badge} data-state={state} title={words.meaning(state)}>
      <StateMark state={state} />
      {words.name(state)}
    </span>
  );
}
