import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { RunRow } from "../../../../src/api/runs.ts";
import { LevelChip } from "../../components/level-chip.tsx";
import type { Format } from "../../format.ts";
import type { Baseline } from "./best.ts";
import styles from "./cells.module.css";
import { shownCombination } from "./combination.ts";
import { chipsThatFit } from "./fit.ts";
import type { Objective } from "./objective.ts";
import { LiveState } from "./state.tsx";

/** What cells are written with, besides their row. */
export interface CellContext {
  readonly t: TFunction<"runs">;
  readonly format: Format;
  /** By objective: the best value that there is. */
  readonly best: ReadonlyMap<string, number>;
  readonly baseline: Baseline;
  /** Whether objectives are shown as differences from the baseline's mean. */
  readonly delta: boolean;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What it means, where its title does not say it all. */
  readonly help: string | null;
  /** CSS pixels, until somebody resizes it. */
  readonly width: number;
  readonly numeric: boolean;
  /** What the API sorts by, and whether its better end is the largest; null: it does not sort by it. */
  readonly sort: { readonly key: string; readonly largestFirst: boolean } | null;
  readonly cell: (row: RunRow, context: CellContext, width: number) => ReactNode;
  /** For copies: a number as it is, not as it is written. */
  readonly text: (row: RunRow) => string | number | null;
}

/** All columns that the lab's runs can have, in the usual order. */
export function columnsOf(t: TFunction<"runs">, objectives: readonly Objective[]): Column[] {
  const named = (id: string, parts: Omit<Column, "id" | "title" | "help">): Column => ({
    id,
    title: t(`column.${id}`),
    help: null,
    ...parts,
  });
  return [
    named("id", {
      width: 124,
      numeric: false,
      sort: null,
      cell: ({ id }) => (
        <Link className={styles.id} to={`/runs/${encodeURIComponent(id)}`} tabIndex={-1}>
          {id}
        </Link>
      ),
      text: ({ id }) => id,
    }),
    named("levels", {
      width: 300,
      numeric: false,
      sort: { key: "levels", largestFirst: false },
      cell: ({ levels }, { t: say, baseline }, width) => (
        <Levels levels={levels} baseline={baseline.levels} width={width} t={say} />
      ),
      text: ({ levels }) => levels.join(" + "),
    }),
    named("state", {
      width: 118,
      numeric: false,
      sort: { key: "state", largestFirst: false },
      cell: (row, { t: say }) => <LiveState run={row} t={say} />,
      text: ({ state }) => state,
    }),
    ...objectives.map((objective) => ofObjective(t, objective)),
    named("seed", {
      width: 72,
      numeric: true,
      sort: { key: "seed", largestFirst: false },
      cell: ({ seed }) => seed,
      text: ({ seed }) => seed,
    }),
    named("purpose", {
      width: 104,
      numeric: false,
      sort: null,
      cell: ({ purpose }, { t: say }) => say(`purpose.${purpose}`),
      text: ({ purpose }) => purpose,
    }),
    named("scale", {
      width: 96,
      numeric: false,
      sort: null,
      cell: ({ scale }) => scale,
      text: ({ scale }) => scale,
    }),
    named("cost", {
      width: 128,
      numeric: true,
      sort: { key: "cost", largestFirst: true },
      cell: ({ coreSeconds }, { format }) => format.deviceTime(coreSeconds),
      text: ({ coreSeconds }) => coreSeconds,
    }),
    named("gpu", {
      width: 128,
      numeric: true,
      sort: null,
      cell: ({ gpuSeconds }, { format }) => format.deviceTime(gpuSeconds, "gpu"),
      text: ({ gpuSeconds }) => gpuSeconds,
    }),
    named("reused", {
      width: 110,
      numeric: true,
      sort: null,
      cell: ({ progress }, { t: say }) => say("reused", { count: progress.reused, of: progress.of }),
      text: ({ progress }) => progress.reused,
    }),
    named("created", {
      width: 132,
      numeric: false,
      sort: { key: "created", largestFirst: true },
      cell: ({ createdAt }, { format }) => <When at={createdAt} format={format} />,
      text: ({ createdAt }) => new Date(createdAt).toISOString(),
    }),
    named("finished", {
      width: 132,
      numeric: false,
      sort: { key: "finished", largestFirst: true },
      cell: ({ finishedAt }, { format }) => finishedAt !== null && <When at={finishedAt} format={format} />,
      text: ({ finishedAt }) => (finishedAt === null ? null : new Date(finishedAt).toISOString()),
    }),
    named("why", {
      width: 320,
      numeric: false,
      sort: null,
      cell: ({ why }) => <span title={why}>{why}</span>,
      text: ({ why }) => why,
    }),
  ];
}

/** Columns that are seen until somebody chooses others. */
export function usualColumns(objectives: readonly Objective[]): string[] {
  return [
    "id",
    "levels",
    "state",
    ...objectives.map(({ name }) => objectiveId(name)),
    "seed",
    "purpose",
    "cost",
    "created",
  ];
}

/** Objectives have names of their own, which may be those of other columns. */
function objectiveId(name: string): string {
  return `.${name}`;
}

function ofObjective(t: TFunction<"runs">, { name, unit, goal }: Objective): Column {
  return {
    id: objectiveId(name),
    title: name,
    help: [unit, t(`goal.${goal}`)].filter((part) => part !== null).join(" · "),
    width: Math.max(92, name.length * 6.8 + 36),
    numeric: true,
    sort: { key: name, largestFirst: goal === "maximize" },
    cell: ({ values, state }, context) => <Value value={values[name]} name={name} state={state} context={context} />,
    text: ({ values }) => values[name] ?? null,
  };
}

interface ValueProps {
  readonly value: RunRow["values"][string] | undefined;
  readonly name: string;
  readonly state: RunRow["state"];
  readonly context: CellContext;
}

export function Value({ value, name, state, context: { t, format, best, baseline, delta } }: ValueProps) {
  if (value === undefined) return state === "done" ? <span className={styles.none}>–</span> : null;
  if (typeof value === "string") {
    return (
      <span className={styles.diverged} title={t("diverged")}>
        {format.number(value)}
      </span>
    );
  }
  const from = delta ? baseline.means?.get(name) : undefined;
  const written = from === undefined ? format.number(value) : format.signed(value - from);
  if (value !== best.get(name)) return written;
  return (
    <span className={styles.best} title={t("best")}>
      {written}
    </span>
  );
}

interface LevelsProps {
  readonly levels: readonly string[];
  readonly baseline: readonly string[];
  /** CSS pixels. */
  readonly width: number;
  readonly t: TFunction<"runs">;
}

/** A combination on one line: as many of its levels as fit, and a count of the others. */
export function Levels({ levels, baseline, width, t }: LevelsProps) {
  const shown = shownCombination(levels, baseline);
  const origin = shown.from === null ? null : t(shown.from);
  const room = width - 20 - (origin === null ? 0 : origin.length * 6.6 + 8);
  const count = chipsThatFit(
    shown.levels.map(({ level, sign }) => `${sign}${level}`),
    room,
  );
  const rest = shown.levels.slice(count).map(({ level, sign }) => `${sign}${level}`);
  return (
    <span className={styles.levels}>
      {origin !== null && <span className={styles.none}>{origin}</span>}
      {shown.levels.slice(0, count).map(({ level, sign }) => (
        <span key={level} className={styles.level} data-sign={sign || undefined}>
          {sign}
          <LevelChip level={level} />
        </span>
      ))}
      {rest.length > 0 && (
        <span className={styles.more} title={rest.join(", ")}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

function When({ at, format }: { readonly at: number; readonly format: Format }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={format.instant(at)}>
      {format.ago(at)}
    </time>
  );
}
