// biome-ignore-all lint/a11y/useSemanticElements: rows that come and go by scrolling are no rows of a table element.
// biome-ignore-all lint/a11y/useFocusableInteractive: nothing of the table is chosen or moved through; its buttons are focused.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRow } from "../../../../src/api/runs.ts";
import { useApi } from "../../api/query.ts";
import { IconChevronRight } from "../../components/icons.tsx";
import { LevelChips } from "../../components/level-chip.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import type { Table } from "../../copying.ts";
import { type CellContext, Levels, Value } from "./columns.tsx";
import { groupings, keyOf, membersOf, type RunGroup, scaleOf, withoutIt } from "./grouping.ts";
import styles from "./groups.module.css";
import type { Objective } from "./objective.ts";
import { apiFilter, type RunFilter } from "./query.ts";
import { LiveState } from "./state.tsx";

export interface GroupTableProps {
  readonly by: string;
  readonly filter: RunFilter;
  readonly objectives: readonly Objective[];
  readonly context: CellContext;
  /** That groups are of where their key names none. */
  readonly scale: string;
}

const rowHeight = 40;

/** Groups of runs, each with mean ± standard deviation and the count behind it; a group opens to its runs. */
export function GroupTable({ by, filter, objectives, context, scale }: GroupTableProps) {
  const { t } = useTranslation("runs");
  const query = useMemo(() => ({ query: { ...apiFilter(filter), by } }), [filter, by]);
  const { data, error, refetch } = useApi("groupRuns", query, { keepPrevious: true });
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const groups = data?.groups ?? [];
  const virtual = useVirtualizer({
    count: groups.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => groups[index]?.key ?? index,
    overscan: 8,
  });
  if (error !== null && data === undefined) return <ErrorPanel error={error} retry={refetch} />;
  if (data === undefined) return <RowsSkeleton rows={10} />;
  if (groups.length === 0) return <EmptyState title={t("nothing.title")}>{t("nothing.text")}</EmptyState>;

  const toggle = (key: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const nameWidth = by === "combination" || open.size > 0 ? 420 : 220;
  const layout: CSSProperties & Record<`--${string}`, string> = {
    "--columns": `minmax(${nameWidth}px, 2fr) 72px ${objectives.map(() => "minmax(132px, 1fr)").join(" ")} 120px`,
    "--least": `${nameWidth + 240 + objectives.length * 144}px`,
  };
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={layout}
      role="table"
      aria-rowcount={groups.length + 1}
      aria-label={t("group.label")}
    >
      <div className={styles.head} role="row">
        <span role="columnheader">{t("group.head")}</span>
        <span role="columnheader" data-numeric>
          {t("group.runs")}
        </span>
        {objectives.map(({ name, unit }) => (
          <span key={name} role="columnheader" data-numeric title={unit ?? undefined}>
            {name}
          </span>
        ))}
        <span role="columnheader" data-numeric>
          {t("column.cost")}
        </span>
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const group = groups[index];
          if (group === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={styles.item}
              style={{ transform: `translateY(${start}px)` }}
            >
              <GroupRow
                by={by}
                group={group}
                objectives={objectives}
                context={context}
                open={open.has(group.key)}
                onToggle={toggle}
                index={index}
              />
              {open.has(group.key) && (
                <Members
                  by={by}
                  group={group}
                  filter={filter}
                  objectives={objectives}
                  context={context}
                  scale={scale}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Groups for elsewhere: means and standard deviations as they are, not as they are written. */
export function groupsTable(
  by: string,
  groups: readonly RunGroup[],
  objectives: readonly Objective[],
  t: CellContext["t"],
): Table {
  const measured = (group: RunGroup) =>
    objectives.flatMap(({ name }) => {
      const { mean, sd, n } = group.values[name] ?? { mean: null, sd: null, n: 0 };
      return [mean, sd, n];
    });
  return {
    head: [
      ...[t("group.head"), t("group.runs")],
      ...objectives.flatMap(({ name }) => [name, `${name} sd`, `${name} n`]),
      t("column.cost"),
    ],
    rows: groups.map((group) => [
      ...[by === "combination" ? group.key : groupName(by, group, t), group.runs],
      ...measured(group),
      group.coreSeconds,
    ]),
  };
}

interface GroupRowProps {
  readonly by: string;
  readonly group: RunGroup;
  readonly index: number;
  readonly objectives: readonly Objective[];
  readonly context: CellContext;
  readonly open: boolean;
  readonly onToggle: (key: string) => void;
}

function GroupRow({ by, group, index, objectives, context, open, onToggle }: GroupRowProps) {
  const { t, format } = context;
  const name = groupName(by, group, t);
  return (
    <div className={styles.row} role="row" aria-rowindex={index + 2}>
      <span className={styles.name} role="cell">
        <button
          type="button"
          data-list-item
          aria-expanded={open}
          aria-label={t("group.expand", { group: name })}
          onClick={() => onToggle(group.key)}
        >
          <IconChevronRight size={14} />
        </button>
        {by !== "combination" || group.levels === null ? (
          <span>{name}</span>
        ) : open ? (
          <LevelChips levels={group.levels} />
        ) : (
          <Levels levels={group.levels} baseline={context.baseline.levels} width={370} t={t} />
        )}
      </span>
      <span role="cell" data-numeric>
        {format.number(group.runs)}
      </span>
      {objectives.map(({ name: objective }) => (
        <span key={objective} role="cell" data-numeric>
          <MeanCell value={group.values[objective]} name={objective} runs={group.runs} context={context} />
        </span>
      ))}
      <span role="cell" data-numeric>
        {format.deviceTime(group.coreSeconds)}
      </span>
    </div>
  );
}

function groupName(by: string, group: RunGroup, t: CellContext["t"]): string {
  const without = withoutIt(by, group);
  if (without !== null) {
    const scale = scaleOf(group);
    const name = without ? t("group.without", { level: by }) : t("group.with", { level: keyOf(group) });
    return scale === null ? name : `${name} (${scale})`;
  }
  if (by === "state" || by === "purpose") return t(`${by}.${group.key}`, group.key);
  if (by === "combination" && group.key === "baseline") return t("baseline");
  return by === "seed" ? `${t("column.seed")} ${group.key}` : group.key;
}

interface MeanCellProps {
  readonly value: RunGroup["values"][string] | undefined;
  /** Of the objective. */
  readonly name: string;
  readonly runs: number;
  readonly context: CellContext;
}

function MeanCell({ value, name, runs, context: { t, format, baseline, delta } }: MeanCellProps) {
  if (value === undefined) return null;
  const from = delta ? baseline.means?.get(name) : undefined;
  const { mean, sd, n, diverged } = value;
  return (
    <span className={styles.mean}>
      {mean !== null && (
        <span>
          {from === undefined ? format.number(toDigitsOf(mean, sd)) : format.signed(toDigitsOf(mean - from, sd))}
          {sd !== null && <span className={styles.sd}> ± {format.number(toDigitsOf(sd, sd))}</span>}
        </span>
      )}
      {(n !== runs || diverged > 0) && (
        <span className={styles.few}>
          {diverged > 0 ? t("group.diverged", { count: diverged }) : t("group.few", { count: n })}
        </span>
      )}
    </span>
  );
}

/** To the second digit of the standard deviation: what is beyond it says nothing. */
function toDigitsOf(value: number, sd: number | null): number {
  if (sd === null || sd <= 0) return value;
  const step = 10 ** (Math.floor(Math.log10(sd)) - 1);
  return Number((Math.round(value / step) * step).toPrecision(12));
}

/** So many of a group's runs are shown; the list has the others. */
const mostMembers = 100;

type MembersProps = Omit<GroupRowProps, "open" | "onToggle" | "index"> & {
  readonly filter: RunFilter;
  readonly scale: string;
};

function Members({ by, group, filter, objectives, context, scale }: MembersProps) {
  const { asked, belongs } = useMemo(() => membersOf(by, group, filter, scale), [by, group, filter, scale]);
  const { data, error } = useApi("listRuns", { query: { ...asked, limit: 1000 } }, { keepPrevious: true });
  if (error !== null && data === undefined) return <ErrorPanel error={error} />;
  if (data === undefined) return <RowsSkeleton rows={Math.min(4, group.runs)} height={28} />;
  const members = data.items.filter(belongs);
  return (
    <>
      {members.slice(0, mostMembers).map((row) => (
        <Member key={row.id} row={row} objectives={objectives} context={context} showLevels={by !== "combination"} />
      ))}
      {members.length < group.runs || members.length > mostMembers ? (
        <div className={styles.rest}>{context.t("group.few", { count: group.runs })}</div>
      ) : null}
    </>
  );
}

interface MemberProps {
  readonly row: RunRow;
  readonly objectives: readonly Objective[];
  readonly context: CellContext;
  readonly showLevels: boolean;
}

function Member({ row, objectives, context, showLevels }: MemberProps) {
  const { t, format } = context;
  return (
    <div className={styles.member} role="row">
      <span className={styles.name} role="cell">
        <Link to={`/runs/${encodeURIComponent(row.id)}`} data-list-item>
          {row.id}
        </Link>
        <LiveState run={row} t={t} />
        {showLevels ? (
          <Levels levels={row.levels} baseline={context.baseline.levels} width={210} t={t} />
        ) : (
          <span className={styles.few}>
            {t("column.seed")} {row.seed} · {row.scale}
          </span>
        )}
      </span>
      <span role="cell" />
      {objectives.map(({ name }) => (
        <span key={name} role="cell" data-numeric>
          <Value value={row.values[name]} name={name} state={row.state} context={context} />
        </span>
      ))}
      <span role="cell" data-numeric>
        {format.deviceTime(row.coreSeconds)}
      </span>
    </div>
  );
}

export function isGrouping(by: string): by is (typeof groupings)[number] {
  return groupings.some((one) => one === by);
}
