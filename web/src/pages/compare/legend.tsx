import { Button, TextInput } from "@mantine/core";
import type { TFunction } from "i18next";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { colorOf, type Scheme } from "../../charts/palette.ts";
import type { Pointer } from "../../charts/pointer.ts";
import { IconSearch } from "../../components/icons.tsx";
import { StateIcon } from "../runs/state.tsx";
import styles from "./legend.module.css";
import type { ComparedRun } from "./tables.tsx";

export interface LegendProps {
  readonly runs: readonly ComparedRun[];
  readonly hidden: ReadonlySet<string>;
  readonly onHide: (hidden: readonly string[]) => void;
  readonly scheme: Scheme;
  readonly pointer: Pointer;
}

/** The runs by name and colour: searched, shown and hidden, and pointed at in every chart. */
export function Legend({ runs, hidden, onHide, scheme, pointer }: LegendProps) {
  const { t } = useTranslation("compare");
  const [sought, setSought] = useState("");
  const words = sought.toLowerCase();
  const found = runs.filter(({ row, label }) =>
    `${row.id} ${label} ${row.levels.join(" ")}`.toLowerCase().includes(words),
  );
  const ids = found.map(({ row }) => row.id);
  const toggle = (id: string) => onHide(hidden.has(id) ? [...hidden].filter((one) => one !== id) : [...hidden, id]);
  return (
    <div className={styles.legend}>
      <TextInput
        data-filter
        type="search"
        aria-label={t("legend.search")}
        placeholder={t("legend.search")}
        leftSection={<IconSearch size={14} />}
        value={sought}
        onChange={(event) => setSought(event.currentTarget.value)}
      />
      <div className={styles.actions}>
        <span>{t("legend.shown", { shown: runs.length - hidden.size, of: runs.length })}</span>
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => onHide([...hidden].filter((id) => !ids.includes(id)))}
        >
          {t("legend.all")}
        </Button>
        <Button variant="subtle" size="compact-xs" onClick={() => onHide([...new Set([...hidden, ...ids])])}>
          {t("legend.none")}
        </Button>
      </div>
      <ul className={styles.list}>
        {found.map((run) => (
          <Entry
            key={run.row.id}
            run={run}
            shown={!hidden.has(run.row.id)}
            scheme={scheme}
            pointer={pointer}
            t={t}
            onToggle={() => toggle(run.row.id)}
            onOnly={() => onHide(runs.map(({ row }) => row.id).filter((id) => id !== run.row.id))}
          />
        ))}
      </ul>
      {found.length === 0 && <p className={styles.nothing}>{t("legend.nothing")}</p>}
    </div>
  );
}

interface EntryProps {
  readonly run: ComparedRun;
  readonly shown: boolean;
  readonly scheme: Scheme;
  readonly pointer: Pointer;
  readonly t: TFunction<"compare">;
  readonly onToggle: () => void;
  readonly onOnly: () => void;
}

function Entry({ run: { row, label, slot }, shown, scheme, pointer, t, onToggle, onOnly }: EntryProps) {
  const pointed = useSyncExternalStore(pointer.subscribe, () => pointer.get().id === row.id);
  const color = colorOf(slot, scheme);
  const point = () => pointer.set({ id: row.id, at: null });
  const leave = () => pointer.set({ id: null, at: null });
  return (
    <li
      className={styles.entry}
      data-pointed={pointed || undefined}
      data-hidden={!shown || undefined}
      onMouseEnter={point}
      onMouseLeave={leave}
    >
      <label>
        <input
          type="checkbox"
          checked={shown}
          style={{ accentColor: color, outlineColor: color }}
          onChange={onToggle}
          onFocus={point}
          onBlur={leave}
        />
        <span className={styles.swatch} style={{ background: color }} />
        <span className={styles.name} title={`${label} · ${row.id}`}>
          {label}
        </span>
        {row.state !== "done" && <StateIcon state={row.state} />}
      </label>
      <button type="button" className={styles.only} onClick={onOnly} aria-label={t("legend.onlyThis", { run: label })}>
        {t("legend.only")}
      </button>
    </li>
  );
}
