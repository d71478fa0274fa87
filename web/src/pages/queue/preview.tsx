import { Portal } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { ForestRow } from "../../components/forest-row.tsx";
import { useVerdictWords, VerdictBadge } from "../../components/verdict.tsx";
import { useFormat } from "../../format.ts";
import { estimateOf, type Measure } from "./measures.ts";
import classes from "./preview.module.css";

/** A card beside the row that is pointed at or focused: the reason in words, and every objective with its numbers. */

interface Shown {
  readonly row: ContributionRow;
  readonly place: DOMRect;
}

export interface PreviewControl {
  readonly show: (row: ContributionRow, at: Element) => void;
  readonly hide: () => void;
}

/** Milliseconds before the first card, before the next one while one is open, and until it goes. */
const delays = { first: 450, next: 120, hide: 160 };

export function usePreview() {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const open = useRef(false);
  open.current = shown !== null;
  const later = useCallback((what: () => void, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(what, delay);
  }, []);
  const control = useMemo<PreviewControl>(
    () => ({
      show: (row, at) =>
        later(() => setShown({ row, place: at.getBoundingClientRect() }), open.current ? delays.next : delays.first),
      hide: () => later(() => setShown(null), delays.hide),
    }),
    [later],
  );
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setShown(null);
  }, []);
  const keep = useCallback(() => clearTimeout(timer.current), []);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => key === "Escape" && close();
    window.addEventListener("keydown", onKey);
    window.addEventListener("scroll", close, { passive: true });
    return () => {
      clearTimeout(timer.current);
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("scroll", close);
    };
  }, [close]);
  return { shown, control, keep };
}

const width = 430;

export interface PreviewProps {
  readonly shown: Shown;
  readonly measures: readonly Measure[];
  readonly objectives: Lab["objectives"];
  /** The pointer has come onto the card, and left it. */
  readonly onEnter: () => void;
  readonly onLeave: () => void;
}

export function Preview({ shown, measures, objectives, onEnter, onLeave }: PreviewProps) {
  const { row, place } = shown;
  const left = Math.max(8, Math.min(place.right - 24, window.innerWidth - width - 16));
  const below = place.top < window.innerHeight * 0.55;
  const vertical = below ? { top: place.bottom + 4 } : { bottom: window.innerHeight - place.top + 4 };
  return (
    <Portal>
      <div
        role="tooltip"
        className={classes.card}
        style={{ left, width, ...vertical }}
        onPointerEnter={onEnter}
        onPointerLeave={onLeave}
      >
        <PreviewWords row={row} objectives={objectives} />
        <PreviewForest row={row} measures={measures} />
      </div>
    </Portal>
  );
}

function PreviewWords({ row, objectives }: { readonly row: ContributionRow; readonly objectives: Lab["objectives"] }) {
  const words = useVerdictWords(objectives);
  return (
    <>
      {row.levels.map(({ level, verdict }) => (
        <div key={level} className={classes.verdict}>
          <p>
            <VerdictBadge verdict={verdict} />
            {row.levels.length > 1 && <code>{level}</code>}
          </p>
          <p>{words.sentence(verdict)}</p>
        </div>
      ))}
      {row.why !== "" && <p className={classes.why}>{row.why}</p>}
    </>
  );
}

function PreviewForest({ row, measures }: { readonly row: ContributionRow; readonly measures: readonly Measure[] }) {
  const { t } = useTranslation("queue");
  const format = useFormat();
  const [level] = row.levels;
  if (level === undefined || level.effects.length === 0 || row.levels.length > 1) return null;
  return (
    <dl className={classes.forest}>
      {measures.map(({ objective, unit, matters, goal, domain }) => {
        const estimate = estimateOf(level, objective);
        const name = objective ?? t("row.utility");
        return estimate === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <ForestRow {...{ estimate, domain, matters, goal, unit }} label={name} height={14} />
              <span>{format.difference(estimate)}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
