import { Tooltip } from "@mantine/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import { ForestRow } from "../../components/forest-row.tsx";
import { IconClock, IconComment, IconEyeOff } from "../../components/icons.tsx";
import { contributionPath } from "../../components/level-chip.tsx";
import { useAreaName, useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import { StateMark } from "../contribution/state.tsx";
import { estimateOf, type Measure } from "./measures.ts";
import { blockOf } from "./placing.ts";
import type { PreviewControl } from "./preview.tsx";
import classes from "./row.module.css";

type Level = ContributionRow["levels"][number];

export interface RowProps {
  readonly row: ContributionRow;
  readonly measures: readonly Measure[];
  /** The largest worth of the list: the bars' full width. */
  readonly mostWorth: number;
  readonly sharedBlock: string | null;
  readonly preview: PreviewControl;
}

export const Row = memo(function Row({ row, measures, mostWorth, sharedBlock, preview }: RowProps) {
  const single = row.levels.length === 1 ? row.levels[0] : undefined;
  return (
    <>
      <tr className={classes.row} data-single={single !== undefined}>
        <TitleCell row={row} change={single?.change ?? []} sharedBlock={sharedBlock} preview={preview} />
        <Forests level={single ?? null} measures={measures} />
        <SpentCell row={row} />
        <DecideCell row={row} />
        <WorthCell worth={row.worth} most={mostWorth} />
      </tr>
      {single === undefined &&
        row.levels.map((level) => <LevelRow key={level.level} level={level} measures={measures} />)}
    </>
  );
});

function TitleCell({
  row,
  change,
  sharedBlock,
  preview,
}: Omit<RowProps, "measures" | "mostWorth"> & { readonly change: readonly string[] }) {
  const { t } = useTranslation("queue");
  const areaName = useAreaName();
  const blocked = blockOf(row, useWords());
  return (
    <th
      scope="row"
      className={classes.title}
      onPointerEnter={({ currentTarget, pointerType }) => pointerType === "mouse" && preview.show(row, currentTarget)}
      onPointerLeave={preview.hide}
    >
      <StateMark state={row.state} />
      <div className={classes.words}>
        <div className={classes.line}>
          <Link
            data-list-item
            to={contributionPath(row.id)}
            onFocus={({ currentTarget }) => {
              const cell = currentTarget.closest("th");
              if (cell !== null && currentTarget.matches(":focus-visible")) preview.show(row, cell);
            }}
            onBlur={preview.hide}
          >
            {row.title}
          </Link>
          <span className={classes.area}>{areaName(row.area)}</span>
          {row.mine && <span className={classes.mine}>{t("row.mine")}</span>}
          {row.comments > 0 && (
            <span className={classes.comments}>
              <IconComment size={12} />
              <span aria-hidden="true">{row.comments}</span>
              <span className={classes.spoken}>{t("row.comments", { count: row.comments })}</span>
            </span>
          )}
        </div>
        <div className={classes.line}>
          {change.length > 0 && <code className={classes.change}>{change.join("; ")}</code>}
          <Authors row={row} />
        </div>
        {blocked !== null && blocked !== sharedBlock && (
          <div className={classes.blocked}>
            <IconClock size={12} />
            <span className={classes.spoken}>{t("row.blocked")}: </span>
            {blocked}
          </div>
        )}
      </div>
    </th>
  );
}

/** Who proposed it, or why that is not said. */
function Authors({ row }: { readonly row: ContributionRow }) {
  const { t } = useTranslation("queue");
  if (!row.blind) return <span className={classes.by}>{row.by.join(", ")}</span>;
  return (
    <Tooltip label={t("row.hiddenHelp")} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
      <span className={classes.hidden}>
        <IconEyeOff size={12} />
        <span className={classes.hiddenWords}>{t("row.hidden")}</span>
      </span>
    </Tooltip>
  );
}

interface ForestsProps {
  /** null: a contribution of several levels, each of which has a row with them. */
  readonly level: Level | null;
  readonly measures: readonly Measure[];
}

/** What a level does to the utility, and beside it or below, by width, to every objective. */
function Forests({ level, measures }: ForestsProps) {
  const { t } = useTranslation("queue");
  const format = useFormat();
  const [utility, ...objectives] = measures;
  const estimate = level === null || utility === undefined ? null : estimateOf(level, null);
  const isMeasured = level !== null && objectives.some(({ objective }) => estimateOf(level, objective) !== null);
  return (
    <>
      <td className={classes.utility}>
        {level !== null && utility !== undefined && (
          <Forest level={level} measure={utility} lack={t("row.unmeasured")} />
        )}
        {estimate !== null && <span className={classes.number}>{format.mean(estimate)}</span>}
      </td>
      <td className={classes.objectives} colSpan={Math.max(1, objectives.length)} data-measured={isMeasured}>
        {objectives.map((measure) => (
          <div key={measure.objective} className={classes.objective}>
            <span className={classes.objectiveName} aria-hidden="true">
              {measure.objective}
            </span>
            {level !== null && <Forest level={level} measure={measure} lack="–" />}
          </div>
        ))}
      </td>
    </>
  );
}

interface ForestProps {
  readonly level: Level;
  readonly measure: Measure;
  /** What is said of what is not measured. */
  readonly lack: string;
}

function Forest({ level, measure, lack }: ForestProps) {
  const { t } = useTranslation("queue");
  const { objective, ...scale } = measure;
  const estimate = estimateOf(level, objective);
  if (estimate === null) return <span className={classes.nothing}>{lack}</span>;
  return <ForestRow {...scale} estimate={estimate} label={`${level.level}, ${objective ?? t("row.utility")}`} />;
}

function LevelRow({ level, measures }: { readonly level: Level; readonly measures: readonly Measure[] }) {
  const { t } = useTranslation("queue");
  return (
    <tr className={classes.level}>
      <td className={classes.levelName}>
        <b>{level.level}</b>
        <code className={classes.change}>{level.change.join("; ") || t("row.noChange")}</code>
      </td>
      <Forests level={level} measures={measures} />
      <td className={classes.filler} />
    </tr>
  );
}

function SpentCell({ row }: { readonly row: ContributionRow }) {
  const { t } = useTranslation("queue");
  const format = useFormat();
  return (
    <td className={classes.spent}>
      <span>{row.runs === 0 ? t("row.none") : t("row.runs", { count: row.runs })}</span>
      {row.runs > 0 && <small>{format.deviceTime(row.coreSeconds)}</small>}
    </td>
  );
}

function DecideCell({ row }: { readonly row: ContributionRow }) {
  const { t } = useTranslation("queue");
  const format = useFormat();
  return (
    <td className={classes.decide}>
      {row.toDecide !== null && (
        <>
          <span>{t("row.more", { count: Math.round(row.toDecide.runs) })}</span>
          {row.toDecide.coreSeconds !== null && <small>{format.deviceTime(row.toDecide.coreSeconds)}</small>}
        </>
      )}
    </td>
  );
}

function WorthCell({ worth, most }: { readonly worth: number | null; readonly most: number }) {
  const { t } = useTranslation("queue");
  return (
    <td className={classes.worth}>
      {worth !== null && (
        <>
          <span className={classes.worthName}>{t("column.worth")}</span>
          <span>{worth < 0.005 ? "<0.01" : worth.toFixed(2)}</span>
          <svg width="100%" height="4" aria-hidden="true">
            <rect width="100%" height="4" rx="2" className={classes.track} />
            <rect
              width={`${Math.min(100, (100 * worth) / Math.max(most, 0.001))}%`}
              height="4"
              rx="2"
              className={classes.fill}
            />
          </svg>
        </>
      )}
    </td>
  );
}
