import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Comparison, RunRow } from "../../../../src/api/runs.ts";
import { colorOf, type Scheme } from "../../charts/palette.ts";
import type { Pointer } from "../../charts/pointer.ts";
import { EmptyState } from "../../components/states.tsx";
import type { Table } from "../../copying.ts";
import { useFormat } from "../../format.ts";
import cells from "../runs/cells.module.css";
import type { Objective } from "../runs/objective.ts";
import { LiveState } from "../runs/state.tsx";
import { Matrix, type MatrixColumn } from "./matrix.tsx";
import styles from "./tables.module.css";

export interface ComparedRun {
  readonly row: RunRow;
  readonly label: string;
  readonly slot: number;
}

interface NameProps {
  readonly run: ComparedRun;
  readonly scheme: Scheme;
  readonly pointer: Pointer;
}

function RunName({ run: { row, label, slot }, scheme, pointer }: NameProps) {
  return (
    <Link
      className={styles.run}
      to={`/runs/${encodeURIComponent(row.id)}`}
      title={`${row.id} · ${label}`}
      onMouseEnter={() => pointer.set({ id: row.id, at: null })}
      onMouseLeave={() => pointer.set({ id: null, at: null })}
    >
      <span className={styles.swatch} style={{ background: colorOf(slot, scheme) }} />
      <span className={styles.label}>{label}</span>
    </Link>
  );
}

interface TableProps {
  readonly runs: readonly ComparedRun[];
  readonly scheme: Scheme;
  readonly pointer: Pointer;
}

/** What the runs measured, a row a run. */
export function Results({
  runs,
  scheme,
  pointer,
  objectives,
}: TableProps & { readonly objectives: readonly Objective[] }) {
  const { t } = useTranslation("compare");
  const { t: say } = useTranslation("runs");
  const format = useFormat();
  const [sort, setSort] = useState({ by: "", down: false });
  const best = useMemo(() => bestOf(runs, objectives), [runs, objectives]);
  const sorted = useMemo(() => sortedBy(runs, sort.by, sort.down), [runs, sort]);
  const column = (key: string, head: string, width: number, numeric: boolean, downFirst: boolean): MatrixColumn => ({
    key,
    head,
    width,
    numeric,
    sort: {
      direction: sort.by !== key ? "none" : sort.down ? "descending" : "ascending",
      onSort: () => setSort({ by: key, down: sort.by === key ? !sort.down : downFirst }),
    },
  });
  return (
    <Matrix
      label={t("results")}
      corner={t("run")}
      columns={[
        column("state", t("state"), 120, false, false),
        ...objectives.map(({ name, goal }) => column(name, name, 60 + name.length * 7.2, true, goal === "maximize")),
        column("seed", t("seed"), 64, true, false),
        column("cost", t("cost"), 130, true, true),
      ]}
      rows={sorted.map((run) => ({
        key: run.row.id,
        head: <RunName run={run} scheme={scheme} pointer={pointer} />,
        cells: [
          <LiveState key="state" run={run.row} t={say} />,
          ...objectives.map(({ name, unit }) => {
            const value = run.row.values[name];
            if (value === undefined) return "";
            const look = typeof value === "string" ? cells.diverged : value === best.get(name) ? cells.best : undefined;
            return (
              <span key={name} className={look} title={unit ?? undefined}>
                {format.number(value)}
              </span>
            );
          }),
          run.row.seed,
          format.deviceTime(run.row.coreSeconds),
        ],
      }))}
    />
  );
}

function bestOf(runs: readonly ComparedRun[], objectives: readonly Objective[]): ReadonlyMap<string, number> {
  // Of one run alone everything would be the best.
  if (runs.length < 2) return new Map();
  return new Map(
    objectives.flatMap(({ name, goal }): [string, number][] => {
      const values = runs.map(({ row }) => row.values[name]).filter((value) => typeof value === "number");
      return values.length === 0 ? [] : [[name, goal === "maximize" ? Math.max(...values) : Math.min(...values)]];
    }),
  );
}

/** Runs by a column; what has no finite value there comes last, whichever way. */
function sortedBy(runs: readonly ComparedRun[], by: string, down: boolean): readonly ComparedRun[] {
  if (by === "") return runs;
  const of = ({ row }: ComparedRun): number | string | null => {
    if (by === "state") return row.state;
    if (by === "seed") return row.seed;
    if (by === "cost") return row.coreSeconds;
    const value = row.values[by];
    return typeof value === "number" ? value : null;
  };
  return runs.toSorted((a, b) => {
    const [left, right] = [of(a), of(b)];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    return (left < right ? -1 : left > right ? 1 : 0) * (down ? -1 : 1);
  });
}

export function resultsTable(runs: readonly ComparedRun[], objectives: readonly Objective[]): Table {
  return {
    head: ["run", "contributions", "seed", "state", ...objectives.map(({ name }) => name), "core-seconds"],
    rows: runs.map(({ row }) => [
      row.id,
      row.levels.join(" + "),
      row.seed,
      row.state,
      ...objectives.map(({ name }) => row.values[name] ?? null),
      row.coreSeconds,
    ]),
  };
}

type Difference = Comparison["differences"][number];

/** So many runs stand side by side, a column each; more are better read as rows. */
const mostColumns = 8;

/** In what the runs differ. What most of them have is dim, so that what is other stands out. */
export function Differences({
  runs,
  scheme,
  pointer,
  differences,
  same,
}: TableProps & Pick<Comparison, "differences" | "same">) {
  const { t } = useTranslation("compare");
  if (differences.length === 0) {
    return <EmptyState title={t("alike.title")}>{t("alike.text", { count: same })}</EmptyState>;
  }
  const names = runs.map((run) => <RunName key={run.row.id} run={run} scheme={scheme} pointer={pointer} />);
  const words = { yes: t("yes"), no: t("no") };
  const usual = differences.map(({ values }) => commonest(values));
  const cell = (difference: Difference, i: number, run: number) => (
    <Setting value={difference.values[run] ?? null} usual={usual[i] ?? null} words={words} />
  );
  const wide = runs.length <= mostColumns;
  return (
    <>
      <Matrix
        label={t("differences")}
        corner={wide ? t("setting") : t("run")}
        columns={
          wide
            ? runs.map(({ row }, i) => ({ key: row.id, head: names[i], width: 150, numeric: false, sort: null }))
            : differences.map(({ key }) => ({ key, head: key, width: 36 + key.length * 7, numeric: false, sort: null }))
        }
        rows={
          wide
            ? differences.map((difference, i) => ({
                key: difference.key,
                head: <code className={styles.key}>{difference.key}</code>,
                cells: runs.map((_, run) => cell(difference, i, run)),
              }))
            : runs.map(({ row }, run) => ({
                key: row.id,
                head: names[run],
                cells: differences.map((difference, i) => cell(difference, i, run)),
              }))
        }
      />
      <p className={styles.same}>{t("same", { count: same })}</p>
    </>
  );
}

function commonest(values: Difference["values"]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) {
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [first] = [...counts].toSorted((a, b) => b[1] - a[1]);
  // Where every run is another, none is usual.
  return first === undefined || first[1] === 1 ? null : first[0];
}

interface SettingProps {
  readonly value: Difference["values"][number];
  /** What most runs have, as JSON; null: nothing. */
  readonly usual: string | null;
  readonly words: { readonly yes: string; readonly no: string };
}

function Setting({ value, usual, words }: SettingProps) {
  const text =
    value === null || value === false
      ? "–"
      : value === true
        ? "✓"
        : typeof value === "string"
          ? value
          : JSON.stringify(value);
  const spoken = value === null || value === false ? words.no : value === true ? words.yes : undefined;
  return (
    <span className={styles.setting} data-usual={JSON.stringify(value) === usual || undefined} title={text}>
      {spoken === undefined ? (
        text
      ) : (
        <>
          <span aria-hidden="true">{text}</span>
          <span className={styles.spoken}>{spoken}</span>
        </>
      )}
    </span>
  );
}
