import type { TFunction } from "i18next";
import type { RunRow, StageRun } from "../../../../src/api/runs.ts";
import styles from "./state.module.css";

type State = RunRow["state"] | StageRun["state"];

/** A drawing a state: shapes differ as well as colours. */
function Drawing({ state }: { readonly state: State }) {
  switch (state) {
    case "done":
      return <path d="M4.6 8.3 7 10.7l4.6-5.2" />;
    case "failed":
      return <path d="m5.4 5.4 5.2 5.2M10.6 5.4l-5.2 5.2" />;
    case "cancelled":
      return <path d="M4.2 11.8 11.8 4.2" />;
    case "blocked":
      return <path d="M5 8h6" />;
    case "running":
      return <path d="M8 2.2A5.8 5.8 0 0 1 13.8 8" strokeWidth="2" />;
    case "pending":
      return null;
  }
}

export function StateIcon({ state }: { readonly state: State }) {
  return (
    <svg className={styles.icon} data-state={state} width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.8" strokeDasharray={state === "pending" ? "2.2 2.35" : undefined} />
      <Drawing state={state} />
    </svg>
  );
}

/** The words of the page of runs. They are handed down: a hook for them in each of a thousand rows costs more than the rows. */
type RunWords = TFunction<"runs">;

/** A state as a sign and a word. */
function StateLabel({ state, t }: { readonly state: State; readonly t: RunWords }) {
  return (
    <span className={styles.state} data-state={state}>
      <StateIcon state={state} />
      {t(`state.${state}`)}
    </span>
  );
}

type Live = Pick<RunRow, "progress" | "current">;

/** How far a run is, 0 to 1: its stages, and of the one under way the part that it says itself. */
function fractionOf({ progress, current }: Live): number {
  return progress.of === 0 ? 0 : Math.min(1, (progress.done + (current?.fraction ?? 0)) / progress.of);
}

/** The state; of a run that goes, its stage and how far it is. */
export function LiveState({ run, t }: { readonly run: Live & Pick<RunRow, "state">; readonly t: RunWords }) {
  if (run.state !== "running") return <StateLabel state={run.state} t={t} />;
  const stage = run.current?.stage ?? t("state.running");
  const share = fractionOf(run);
  return (
    <span className={styles.state} data-state="running">
      <StateIcon state="running" />
      <span className={styles.live}>
        <span className={styles.stage}>{stage}</span>
        <span
          className={styles.bar}
          role="progressbar"
          aria-label={stage}
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <span style={{ transform: `scaleX(${share})` }} />
        </span>
      </span>
    </span>
  );
}
