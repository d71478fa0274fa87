import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { StageRun } from "../../../../src/api/runs.ts";
import { useFormat } from "../../format.ts";
import { StateIcon } from "../runs/state.tsx";
import styles from "./timeline.module.css";

export interface TimelineProps {
  readonly stages: readonly StageRun[];
  readonly chosen: string;
  readonly onChoose: (stage: string) => void;
  /** Of the stage under way, 0 to 1, as it says itself. */
  readonly fraction: number | null;
}

/** What became of a stage: executed, taken from the cache, or not come to. */
function fateOf({ state, reused }: StageRun): "executed" | "reused" | "running" | "failed" | "waiting" {
  if (state === "done") return reused ? "reused" : "executed";
  if (state === "running" || state === "failed") return state;
  return "waiting";
}

/** The stages in their order, as wide as they took long; each opens what there is of it. */
export function Timeline({ stages, chosen, onChoose, fraction }: TimelineProps) {
  const { t } = useTranslation("run");
  const format = useFormat();
  const list = useRef<HTMLDivElement>(null);
  const longest = Math.max(1e-9, ...stages.map(({ seconds }) => seconds ?? 0));
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = stages.findIndex(({ stage }) => stage === chosen);
    const next = stages[(at + step + stages.length) % stages.length];
    if (next === undefined) return;
    onChoose(next.stage);
    list.current?.querySelector<HTMLElement>(`[data-stage="${CSS.escape(next.stage)}"]`)?.focus();
  };
  return (
    <div ref={list} className={styles.timeline} role="tablist" aria-label={t("stages")} onKeyDown={keys}>
      {stages.map((stage) => {
        const fate = fateOf(stage);
        const share = stage.seconds === null ? 0.15 : 0.15 + 0.85 * (stage.seconds / longest);
        return (
          <button
            key={stage.stage}
            type="button"
            role="tab"
            id={`stage-${stage.stage}`}
            data-stage={stage.stage}
            data-fate={fate}
            aria-selected={stage.stage === chosen}
            aria-controls="stage"
            tabIndex={stage.stage === chosen ? 0 : -1}
            className={styles.stage}
            style={{ flexGrow: share }}
            onClick={() => onChoose(stage.stage)}
          >
            <span className={styles.bar}>
              {fate === "running" && <span style={{ transform: `scaleX(${fraction ?? 0})` }} />}
            </span>
            <span className={styles.name}>
              <StateIcon state={stage.state} />
              {stage.stage}
            </span>
            <span className={styles.fate}>
              {fate === "executed" && stage.seconds !== null ? format.duration(stage.seconds) : t(`fate.${fate}`)}
            </span>
          </button>
        );
      })}
    </div>
  );
}
