import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconSearch } from "../components/icons.tsx";
import { Dialog } from "./dialog.tsx";
import classes from "./palette.module.css";
import { type Entry, useEntries } from "./palette-entries.tsx";

interface PaletteProps {
  readonly close: () => void;
  readonly openKeys: () => void;
}

/** ⌘K: every page, contribution and run by name, and what can be done. A combobox in a dialog. */
export default function Palette({ close, openKeys }: PaletteProps) {
  const { t } = useTranslation("shell");
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const groups = useEntries(query.trim(), openKeys);
  const entries = groups.flatMap((group) => group.entries);
  const active = Math.min(at, entries.length - 1);
  const id = useId();
  const idOf = (index: number) => `${id} ${index}`.replaceAll(" ", "-");
  const take = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    close();
    entry.take();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt((active + step + entries.length) % Math.max(1, entries.length));
    if (event.key === "Enter") take(entries[active]);
    if (step !== 0 || event.key === "Enter") event.preventDefault();
  };
  const activeId = idOf(active);
  useEffect(() => {
    document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);
  let index = 0;
  return (
    <Dialog name={t("palette.open")} size={560} close={close}>
      <label className={classes.field}>
        <IconSearch />
        <input
          data-autofocus
          role="combobox"
          aria-label={t("palette.open")}
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries.length === 0 ? undefined : activeId}
          autoComplete="off"
          spellCheck={false}
          placeholder={t("palette.placeholder")}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </label>
      <div className={classes.list} role="listbox" id={id} aria-label={t("palette.open")}>
        {groups.map(({ title, entries: found }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options; a fieldset is for form fields.
          <div key={title} role="group" aria-label={title}>
            <p aria-hidden="true">{title}</p>
            {found.map((entry) => {
              const place = index++;
              return (
                <Option
                  key={entry.id}
                  id={idOf(place)}
                  entry={entry}
                  selected={place === active}
                  point={() => setAt(place)}
                  take={() => take(entry)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p className={classes.nothing} role="status">
          {t("palette.nothing")}
        </p>
      )}
    </Dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly entry: Entry;
  readonly selected: boolean;
  readonly point: () => void;
  readonly take: () => void;
}

function Option({ id, entry, selected, point, take }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which names the active option.
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={classes.option}
      onPointerMove={point}
      onClick={take}
    >
      {entry.icon}
      <span>{entry.words}</span>
      {entry.note !== undefined && <small>{entry.note}</small>}
    </div>
  );
}
