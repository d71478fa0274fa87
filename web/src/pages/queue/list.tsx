import { Tooltip } from "@mantine/core";
import { type CSSProperties, Fragment, type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ContributionState } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { IconChevronDown, IconChevronRight } from "../../components/icons.tsx";
import { useFormat } from "../../format.ts";
import { useUrlList } from "../../url-state.ts";
import { StateMark, useStateWords } from "../contribution/state.tsx";
import classes from "./list.module.css";
import type { Measure } from "./measures.ts";
import type { Group } from "./placing.ts";
import { Preview, usePreview } from "./preview.tsx";
import { Row } from "./row.tsx";

export interface QueueListProps {
  readonly groups: readonly Group[];
  readonly measures: readonly Measure[];
  readonly objectives: Lab["objectives"];
  /** What is said above the list, and so not in its rows. */
  readonly sharedBlock: string | null;
}

/** The utility and so many objectives have columns; the preview has them all. */
const mostColumns = 7;

/** The queue in its groups. Which groups are closed is in the URL. */
export function QueueList({ groups, measures, objectives, sharedBlock }: QueueListProps) {
  const { t } = useTranslation("queue");
  const [closed, setClosed] = useUrlList("closed");
  const { shown, control, keep } = usePreview();
  const columns = useMemo(() => measures.slice(0, mostColumns), [measures]);
  const mostWorth = Math.max(0, ...groups.flatMap(({ rows }) => rows.map(({ worth }) => worth ?? 0)));
  const toggle = (state: ContributionState) =>
    setClosed(closed.includes(state) ? closed.filter((other) => other !== state) : [...closed, state]);
  return (
    <div className={classes.frame}>
      <table aria-label={t("title")} className={classes.table} style={widths(columns.length - 1)}>
        <thead>
          <Head measures={columns} />
        </thead>
        {groups.map(({ state, rows }) => (
          <tbody key={state}>
            <GroupHead
              state={state}
              count={rows.length}
              open={!closed.includes(state)}
              onToggle={() => toggle(state)}
            />
            {!closed.includes(state) &&
              rows.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  measures={columns}
                  mostWorth={mostWorth}
                  sharedBlock={sharedBlock}
                  preview={control}
                />
              ))}
          </tbody>
        ))}
      </table>
      {shown !== null && (
        <Preview shown={shown} measures={measures} objectives={objectives} onEnter={keep} onLeave={control.hide} />
      )}
    </div>
  );
}

/** A custom property, which the type of styles does not know. */
function widths(objectives: number): CSSProperties {
  const style: CSSProperties & Record<`--${string}`, number> = { "--queue-objectives": Math.max(1, objectives) };
  return style;
}

function Head({ measures }: { readonly measures: readonly Measure[] }) {
  const { t } = useTranslation("queue");
  const format = useFormat();
  const helpOf = ({ objective, goal, matters, unit }: Measure) =>
    objective === null
      ? t("column.utilityHelp")
      : t("column.objectiveHelp", {
          name: objective,
          goal: t(goal === "maximize" ? "column.higher" : "column.lower"),
          matters: `${format.number(matters)}${unit === null ? "" : ` ${unit}`}`,
        });
  return (
    <tr className={classes.head}>
      <ColumnHead>{t("column.contribution")}</ColumnHead>
      {measures.map((measure) => (
        <ColumnHead
          key={measure.objective ?? ""}
          help={helpOf(measure)}
          name={measure.objective ?? undefined}
          className={measure.objective === null ? "" : classes.objective}
        >
          {measure.objective === null ? t("column.utility") : <Breakable name={measure.objective} />}
        </ColumnHead>
      ))}
      <ColumnHead right>{t("column.spent")}</ColumnHead>
      <ColumnHead right>{t("column.decide")}</ColumnHead>
      <ColumnHead right help={t("column.worthHelp")}>
        {t("column.worth")}
      </ColumnHead>
    </tr>
  );
}

/** A name that may be broken after what joins its words. */
function Breakable({ name }: { readonly name: string }) {
  return name.split(/(?<=[_./-])/).map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name never change places.
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

interface ColumnHeadProps {
  readonly children: ReactNode;
  readonly help?: string;
  /** Where the children may be hidden. */
  readonly name?: string | undefined;
  readonly right?: boolean;
  readonly className?: string | undefined;
}

function ColumnHead({ children, help, name, right = false, className = "" }: ColumnHeadProps) {
  return (
    <th scope="col" aria-label={name} className={`${classes.column} ${className}`} data-right={right}>
      {help === undefined ? (
        children
      ) : (
        <Tooltip label={help} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
          <button type="button" className={classes.explained}>
            {children}
          </button>
        </Tooltip>
      )}
    </th>
  );
}

interface GroupHeadProps {
  readonly state: ContributionState;
  readonly count: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function GroupHead({ state, count, open, onToggle }: GroupHeadProps) {
  const words = useStateWords();
  return (
    <tr className={classes.group}>
      <td className={classes.groupCell}>
        <button type="button" aria-expanded={open} onClick={onToggle}>
          {open ? <IconChevronDown size={12} /> : <IconChevronRight size={12} />}
          <StateMark state={state} />
          <span className={classes.groupName}>{words.name(state)}</span>
          <span className={classes.count}>{count}</span>
        </button>
        <span className={classes.meaning}>{words.meaning(state)}</span>
      </td>
    </tr>
  );
}
