import { Button, Checkbox, Popover, ScrollArea, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconChevronDown, IconSearch } from "../../components/icons.tsx";
import styles from "./bar.module.css";
import { choices, isFiltered, noFilter, type RunFilter } from "./query.ts";
import { StateIcon } from "./state.tsx";

export interface FiltersProps {
  readonly filter: RunFilter;
  readonly onFilter: (filter: RunFilter) => void;
  /** What there is to choose from. */
  readonly levels: readonly string[];
  readonly seeds: readonly string[];
  readonly scales: readonly string[];
}

/** Text and five lists; what each has chosen stands on its button. */
export function Filters({ filter, onFilter, levels, seeds, scales }: FiltersProps) {
  const { t } = useTranslation("runs");
  return (
    <>
      <SearchField text={filter.q} onText={(q) => onFilter({ ...filter, q })} label={t("filter.search")} />
      <Choice
        label={t("filter.state")}
        options={choices.state}
        chosen={filter.state}
        onChoose={(state) => onFilter({ ...filter, state })}
        name={(state) => t(`state.${state}`)}
        icon={(state) => <StateIcon state={state} />}
      />
      <Choice
        label={t("filter.level")}
        options={["baseline", ...levels]}
        chosen={filter.level}
        onChoose={(level) => onFilter({ ...filter, level })}
        name={(level) => (level === "baseline" ? t("baseline") : level)}
      />
      <Choice
        label={t("filter.purpose")}
        options={choices.purpose}
        chosen={filter.purpose}
        onChoose={(purpose) => onFilter({ ...filter, purpose })}
        name={(purpose) => t(`purpose.${purpose}`)}
      />
      <Choice
        label={t("filter.seed")}
        options={seeds}
        chosen={filter.seed}
        onChoose={(seed) => onFilter({ ...filter, seed })}
      />
      {scales.length > 1 && (
        <Choice
          label={t("filter.scale")}
          options={scales}
          chosen={filter.scale}
          onChoose={(scale) => onFilter({ ...filter, scale })}
        />
      )}
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={() => onFilter(noFilter)}>
          {t("filter.clear")}
        </Button>
      )}
    </>
  );
}

interface SearchProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly label: string;
}

function SearchField({ text, onText, label }: SearchProps) {
  const [typed, setTyped] = useState(text);
  const tell = useDebouncedCallback(onText, 200);
  useEffect(() => setTyped(text), [text]);
  return (
    <TextInput
      className={styles.search}
      data-filter
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly T[];
  readonly chosen: readonly T[];
  readonly onChoose: (chosen: T[]) => void;
  readonly name?: (option: T) => string;
  readonly icon?: (option: T) => React.ReactNode;
}

/** So many options are looked through; more are searched. */
const manyOptions = 9;

function Choice<T extends string>({ label, options, chosen, onChoose, name = String, icon }: ChoiceProps<T>) {
  const { t } = useTranslation("runs");
  const [sought, setSought] = useState("");
  // What the URL asks for can be taken out again, whether the lab still has it or not.
  const all = [...new Set([...options, ...chosen])];
  const found = all.filter((option) => name(option).toLowerCase().includes(sought.toLowerCase()));
  const [only] = chosen;
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus onClose={() => setSought("")}>
      <Popover.Target>
        <Button
          variant="default"
          data-on={chosen.length > 0 || undefined}
          className={styles.choice}
          rightSection={<IconChevronDown size={12} />}
        >
          {label}
          {only !== undefined && (
            <span className={styles.chosen}>{chosen.length === 1 ? name(only) : chosen.length}</span>
          )}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        {all.length > manyOptions && (
          <TextInput
            mb={6}
            aria-label={t("filter.find")}
            placeholder={t("filter.find")}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
        )}
        <ScrollArea.Autosize mah={300} type="auto">
          <div className={styles.options}>
            {found.length === 0 && <span className={styles.dim}>{t("filter.nothing")}</span>}
            {found.map((option) => (
              <Checkbox
                key={option}
                className={styles.option}
                checked={chosen.includes(option)}
                label={
                  <span className={styles.optionName}>
                    {icon?.(option)}
                    {name(option)}
                  </span>
                }
                onChange={({ currentTarget: { checked } }) =>
                  onChoose(checked ? [...chosen, option] : chosen.filter((one) => one !== option))
                }
              />
            ))}
          </div>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
