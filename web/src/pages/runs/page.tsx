import { Button, Select } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import type { RunRow } from "../../../../src/api/runs.ts";
import { call } from "../../api/client.ts";
import { useApi } from "../../api/query.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import type { Table } from "../../copying.ts";
import { useFormat } from "../../format.ts";
import { useBaseline, useBest } from "./best.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { type CellContext, type Column, columnsOf, usualColumns } from "./columns.tsx";
import { Filters } from "./filters.tsx";
import { groupings } from "./grouping.ts";
import { GroupTable, groupsTable, isGrouping } from "./groups.tsx";
import type { Objective } from "./objective.ts";
import styles from "./page.module.css";
import { apiFilter, isFiltered, noFilter, parseQuery, type RunsQuery, writeQuery } from "./query.ts";
import { nothingSelected, type Selection } from "./selection.ts";
import { RunTable } from "./table.tsx";
import { Views } from "./views.tsx";
import { everyRun, useRunWindow } from "./window.ts";

/** Every run of the lab: to be filtered, sorted, grouped, chosen and compared. */
export default function RunsPage() {
  const { t } = useTranslation("runs");
  const [search, setSearch] = useSearchParams();
  const query = useMemo(() => parseQuery(search), [search]);
  const change = useCallback(
    (part: Partial<RunsQuery>) => setSearch((now) => writeQuery({ ...parseQuery(now), ...part }), { replace: true }),
    [setSearch],
  );
  const known = useChoices();
  const { data: lab, error, refetch } = useApi("lab");
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} lead={t("lead")} actions={<Views query={writeQuery(query).toString()} />} />
      <div className={styles.bar}>
        <Filters filter={query.filter} onFilter={(filter) => change({ filter })} {...known} />
        <GroupChoice by={query.group} levels={known.levels} onBy={(group) => change({ group })} />
      </div>
      {lab === undefined ? (
        error === null ? (
          <RowsSkeleton rows={12} />
        ) : (
          <ErrorPanel error={error} retry={refetch} />
        )
      ) : (
        <Runs query={query} change={change} objectives={lab.objectives} scale={lab.scale} />
      )}
    </div>
  );
}

/** What the filters can be set to: what the queue's contributions and the lab's runs have. */
function useChoices() {
  const levels = useApi("listContributions", { query: { limit: 1000 } });
  const seeds = useApi("groupRuns", { query: { by: "seed" } });
  const lab = useApi("lab");
  return useMemo(
    () => ({
      levels: (levels.data?.items ?? []).flatMap((row) => row.levels.map(({ level }) => level)).toSorted(),
      seeds: (seeds.data?.groups ?? []).map(({ key }) => key).toSorted((a, b) => Number(a) - Number(b)),
      scales: lab.data?.scales ?? [],
    }),
    [levels.data, seeds.data, lab.data],
  );
}

interface GroupChoiceProps {
  readonly by: string;
  readonly levels: readonly string[];
  readonly onBy: (by: string) => void;
}

function GroupChoice({ by, levels, onBy }: GroupChoiceProps) {
  const { t } = useTranslation("runs");
  const contributions = [...new Set(levels.map((level) => level.split("=")[0] ?? level))];
  if (by !== "" && !isGrouping(by) && !contributions.includes(by)) contributions.push(by);
  return (
    <Select
      className={styles.group}
      aria-label={t("group.label")}
      searchable
      allowDeselect={false}
      value={by === "" ? "none" : by}
      onChange={(value) => onBy(value === null || value === "none" ? "" : value)}
      data={[
        { value: "none", label: t("group.none") },
        ...groupings.map((value) => ({ value, label: t(`group.${value}`) })),
        { group: t("group.by"), items: contributions.map((value) => ({ value, label: value })) },
      ]}
    />
  );
}

interface RunsProps {
  readonly query: RunsQuery;
  readonly change: (part: Partial<RunsQuery>) => void;
  readonly objectives: readonly Objective[];
  /** The lab's. */
  readonly scale: string;
}

function Runs({ query, change, objectives, scale }: RunsProps) {
  const { filter, sort, group, widths, delta } = query;
  const { t } = useTranslation("runs");
  const format = useFormat();
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [reloads, setReloads] = useState(0);
  const { list, stale, error, look, reload } = useRunWindow(filter, sort);
  const best = useBest(objectives, filter, (list?.total ?? 0) + (list?.arrived ?? 0));
  const [onlyScale = scale] = filter.scale;
  const baseline = useBaseline(onlyScale);
  const context = useMemo(
    (): CellContext => ({ t, format, best, baseline, delta }),
    [t, format, best, baseline, delta],
  );
  const all = useMemo(() => columnsOf(t, objectives), [t, objectives]);
  const shown = query.columns ?? usualColumns(objectives);
  const ids = shown.join(",");
  const columns = useMemo(
    () => ids.split(",").flatMap((id): Column[] => all.filter((column) => column.id === id)),
    [all, ids],
  );
  const onWidth = useCallback(
    (column: string, width: number) => change({ widths: { ...widths, [column]: width } }),
    [change, widths],
  );
  const showArrived = () => {
    reload();
    setReloads(reloads + 1);
  };
  const table = async (): Promise<Table> => {
    if (group !== "") {
      const { groups } = await call("groupRuns", { query: { ...apiFilter(filter), by: group } });
      return groupsTable(group, groups, objectives, t);
    }
    const isChosen = ({ id }: RunRow) => selection.ids.has(id);
    const rows = selection.ids.size > 0 ? (list?.rows ?? []).filter(isChosen) : await everyRun(filter, sort);
    return { head: columns.map(({ title }) => title), rows: rows.map((row) => columns.map(({ text }) => text(row))) };
  };

  return (
    <>
      <div className={styles.line}>
        <span className={styles.count} aria-live="polite">
          {list !== null && t("count", { count: list.total, formatted: format.number(list.total) })}
        </span>
        {list !== null && list.arrived > 0 && group === "" && (
          <Button className={styles.arrived} size="compact-xs" radius="xl" onClick={showArrived}>
            {t("arrived", { count: list.arrived })}
          </Button>
        )}
        <span className={styles.tools}>
          <ColumnMenu
            all={all}
            shown={shown}
            onShow={(order) => change({ columns: order })}
            delta={delta}
            onDelta={(on) => change({ delta: on })}
          />
          <CopyMenu table={table} name="runs" />
        </span>
      </div>
      {group !== "" ? (
        <GroupTable by={group} filter={filter} objectives={objectives} context={context} scale={scale} />
      ) : list === null ? (
        error === null ? (
          <RowsSkeleton rows={12} />
        ) : (
          <ErrorPanel error={error} retry={reload} />
        )
      ) : list.total === 0 ? (
        <Nothing filtered={isFiltered(filter)} onClear={() => change({ filter: noFilter })} />
      ) : (
        <>
          {error !== null && <ErrorPanel error={error} retry={reload} />}
          <RunTable
            rows={list.rows}
            total={list.total}
            columns={columns}
            widths={widths}
            onWidth={onWidth}
            sort={sort}
            onSort={(next) => change({ sort: next })}
            context={context}
            objectives={objectives}
            selection={selection}
            onSelect={setSelection}
            onLook={look}
            narrow={narrow}
            stale={stale}
            listKey={JSON.stringify([apiFilter(filter), sort, reloads])}
          />
        </>
      )}
      <Chosen selection={selection} onClear={() => setSelection(nothingSelected)} />
    </>
  );
}

function Nothing({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) {
  const { t } = useTranslation("runs");
  if (!filtered) {
    return (
      <EmptyState title={t("empty.title")} command="cairn run">
        {t("empty.text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={t("nothing.title")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("filter.clear")}
        </Button>
      }
    >
      {t("nothing.text")}
    </EmptyState>
  );
}

/** What is chosen, and what can be done with it. */
function Chosen({ selection: { ids }, onClear }: { readonly selection: Selection; readonly onClear: () => void }) {
  const { t } = useTranslation("runs");
  const navigate = useNavigate();
  if (ids.size === 0) return null;
  return (
    <section className={styles.chosen} aria-label={t("selected.count", { count: ids.size })}>
      <span aria-live="polite">{t("selected.count", { count: ids.size })}</span>
      <Button onClick={() => navigate(`/compare?run=${[...ids].map(encodeURIComponent).join(",")}`)}>
        {t("selected.compare")}
      </Button>
      <Button variant="subtle" onClick={onClear}>
        {t("selected.clear")}
      </Button>
    </section>
  );
}
