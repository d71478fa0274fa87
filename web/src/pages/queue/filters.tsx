import { Button, Menu, Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { contributionQuery, contributionState } from "../../../../src/api/contributions.ts";
import { IconChevronDown, IconClose, IconSearch } from "../../components/icons.tsx";
import { useAreaName } from "../../components/words.ts";
import { useUrlList, useUrlState } from "../../url-state.ts";
import { StateMark, useStateWords } from "../contribution/state.tsx";
import classes from "./filters.module.css";
import { stateOrder } from "./placing.ts";

const sorts = contributionQuery.shape.sort.unwrap();

/** What of the queue is shown, and how it is sorted: kept in the URL, and read from it as the server is asked. */
export function useQueueQuery() {
  const [states, setStates] = useUrlList("state");
  const [areas, setAreas] = useUrlList("area");
  const [mine, setMine] = useUrlState("mine");
  const [text, setText] = useUrlState("q");
  const [sort, setSort] = useUrlState("sort", "worth");
  const known = sorts.safeParse(sort);
  return {
    ...{ states, setStates, areas, setAreas, mine, setMine, text, setText, setSort },
    sort: known.success ? known.data : "worth",
    asked: {
      ...(states.length > 0 && { state: states.filter((state) => contributionState.safeParse(state).success) }),
      ...(areas.length > 0 && { area: [...areas] }),
      ...(mine === "true" && { mine: "true" as const }),
      ...(text !== "" && { q: text.slice(0, 200) }),
      sort: known.success ? known.data : ("worth" as const),
    },
    filtered: states.length > 0 || areas.length > 0 || mine !== "" || text !== "",
  };
}
export type QueueQuery = ReturnType<typeof useQueueQuery>;

export function Filters({ query, areas }: { readonly query: QueueQuery; readonly areas: readonly string[] }) {
  const { t } = useTranslation("queue");
  const words = useStateWords();
  const areaName = useAreaName();
  return (
    <div className={classes.bar}>
      <Search text={query.text} onChange={query.setText} />
      <Choice
        label={t("filter.state")}
        values={stateOrder}
        chosen={query.states}
        onChange={query.setStates}
        show={(state) => {
          const known = contributionState.safeParse(state);
          return known.success ? words.name(known.data) : state;
        }}
        mark={(state) => {
          const known = contributionState.safeParse(state);
          return known.success ? <StateMark state={known.data} /> : null;
        }}
      />
      <Choice label={t("filter.area")} values={areas} chosen={query.areas} onChange={query.setAreas} show={areaName} />
      <Switch
        label={t("filter.mine")}
        checked={query.mine === "true"}
        onChange={({ currentTarget }) => query.setMine(currentTarget.checked ? "true" : "")}
      />
      <Select
        className={classes.sort ?? ""}
        aria-label={t("filter.sort")}
        data={sorts.options.map((value) => ({ value, label: t(`sort.${value}`) }))}
        value={query.sort}
        onChange={(value) => query.setSort(value ?? "worth")}
        allowDeselect={false}
      />
    </div>
  );
}

/** Typing is kept here and goes to the URL when it pauses. */
function Search({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const { t } = useTranslation("queue");
  const [typed, setTyped] = useState(text);
  const send = useDebouncedCallback(onChange, 180);
  useEffect(() => setTyped(text), [text]);
  return (
    <TextInput
      className={classes.search ?? ""}
      type="search"
      data-filter
      leftSection={<IconSearch size={14} />}
      placeholder={t("filter.search")}
      aria-label={t("filter.search")}
      value={typed}
      maxLength={200}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        send(currentTarget.value);
      }}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly show?: (value: string) => string;
  readonly mark?: (value: string) => ReactNode;
}

/** Any number of values of one kind. */
function Choice({ label, values, chosen, onChange, show = (value) => value, mark }: ChoiceProps) {
  const { t } = useTranslation("queue");
  const toggle = (value: string) =>
    onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  const said = chosen.length === 0 ? label : `${label}: ${chosen.map(show).join(", ")}`;
  return (
    <Menu position="bottom-start" closeOnItemClick={false}>
      <Menu.Target>
        <Button
          variant={chosen.length === 0 ? "default" : "light"}
          rightSection={<IconChevronDown size={12} />}
          className={classes.choice ?? ""}
        >
          {said}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {values.map((value) => (
          <Menu.CheckboxItem key={value} checked={chosen.includes(value)} onChange={() => toggle(value)}>
            <span className={classes.option}>
              {mark?.(value)}
              {show(value)}
            </span>
          </Menu.CheckboxItem>
        ))}
        {chosen.length > 0 && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconClose size={14} />} onClick={() => onChange([])}>
              {t("filter.clear")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
