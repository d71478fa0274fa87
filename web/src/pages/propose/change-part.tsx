import { ActionIcon, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconClose } from "../../components/icons.tsx";
import type { Baseline, Draft } from "./draft.ts";
import classes from "./form.module.css";
import type { FormPart } from "./form-state.ts";
import { PatchField } from "./patch-field.tsx";
import { type Json, kindOf, readValue, sameValue, shown } from "./values.ts";

export interface Stage {
  readonly stage: string;
  readonly params: readonly { readonly name: string; readonly value: Json }[];
}

export interface ChangePartProps extends FormPart {
  readonly stages: readonly Stage[];
  readonly baseline: Baseline;
}

export function ChangePart({ stages, baseline, ...part }: ChangePartProps) {
  const { t } = useTranslation("propose");
  const { draft, change, wrong } = part;
  const fault = wrong("change");
  const put = (key: string, text: string) =>
    change({ set: draft.set.map((row) => (row.key === key ? { key, text } : row)) });
  return (
    <section className={classes.part}>
      <h2>{t("change.head")}</h2>
      <p className={classes.lead}>{t("change.lead")}</p>
      {fault !== null && (
        <p className={classes.wrong} role="alert">
          {fault}
        </p>
      )}
      {draft.set.length > 0 && (
        <ul className={classes.values}>
          {draft.set.map((row) => (
            <ValueRow
              key={row.key}
              row={row}
              before={baseline.get(row.key)}
              error={wrong(`set.${row.key}`)}
              onChange={(text) => put(row.key, text)}
              onRemove={() => change({ set: draft.set.filter(({ key }) => key !== row.key) })}
            />
          ))}
        </ul>
      )}
      <ParameterPicker
        stages={stages}
        chosen={draft.set}
        onChosen={(key) => change({ set: [...draft.set, { key, text: firstText(baseline.get(key) ?? null) }] })}
      />
      <PatchField {...part} />
    </section>
  );
}

/** What a field starts with: of two values, the other one. */
function firstText(before: Json): string {
  return typeof before === "boolean" ? String(!before) : shown(before);
}

interface ParameterPickerProps {
  readonly stages: readonly Stage[];
  readonly chosen: Draft["set"];
  readonly onChosen: (key: string) => void;
}

function ParameterPicker({ stages, chosen, onChosen }: ParameterPickerProps) {
  const { t } = useTranslation("propose");
  const values = new Map(
    stages.flatMap(({ stage, params }) => params.map(({ name, value }) => [`${stage}.${name}`, value])),
  );
  return (
    <Select
      label={t("change.add")}
      placeholder={t("change.addExample")}
      nothingFoundMessage={t("change.nothing")}
      searchable
      value={null}
      maxDropdownHeight={320}
      classNames={{ option: classes.option ?? "" }}
      data={stages.map(({ stage, params }) => ({
        group: stage,
        items: params.map(({ name }) => `${stage}.${name}`).filter((key) => !chosen.some((row) => row.key === key)),
      }))}
      renderOption={({ option }) => (
        <>
          <code>{option.value}</code>
          <span className={classes.optionValue}>{shown(values.get(option.value) ?? null)}</span>
        </>
      )}
      onChange={(key) => key !== null && onChosen(key)}
    />
  );
}

interface ValueRowProps {
  readonly row: Draft["set"][number];
  /** The baseline's; undefined: the recipe has no such parameter (any more). */
  readonly before: Json | undefined;
  readonly error: string | null;
  readonly onChange: (text: string) => void;
  readonly onRemove: () => void;
}

function ValueRow({ row, before, error, onChange, onRemove }: ValueRowProps) {
  const { t } = useTranslation("propose");
  const typed = readValue(kindOf(before ?? null), row.text);
  const same = before !== undefined && typed.kind === "value" && sameValue(typed.value, before);
  return (
    <li>
      <code className={classes.key}>{row.key}</code>
      <ActionIcon size="sm" aria-label={t("change.remove", { key: row.key })} onClick={onRemove}>
        <IconClose size={12} />
      </ActionIcon>
      <span className={classes.before}>
        {t("change.baseline")} <code>{before === undefined ? "–" : shown(before)}</code>
      </span>
      <span aria-hidden="true" className={classes.arrow}>
        →
      </span>
      <ValueField row={row} before={before ?? null} error={error} onChange={onChange} />
      {same && error === null && <small className={classes.same}>{t("change.same")}</small>}
    </li>
  );
}

function ValueField({
  row,
  before,
  error,
  onChange,
}: Pick<ValueRowProps, "row" | "error" | "onChange"> & { readonly before: Json }) {
  const { t } = useTranslation("propose");
  const label = t("change.value", { key: row.key });
  const kind = kindOf(before);
  if (kind === "boolean") {
    return <SegmentedControl aria-label={label} data={["false", "true"]} value={row.text} onChange={onChange} />;
  }
  const field = {
    "aria-label": label,
    value: row.text,
    error,
    spellCheck: false,
    classNames: { input: classes.code ?? "" },
  };
  if (kind === "json") {
    return <Textarea {...field} autosize minRows={1} onChange={({ currentTarget }) => onChange(currentTarget.value)} />;
  }
  return (
    <TextInput
      {...field}
      inputMode={kind === "number" ? "decimal" : "text"}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
