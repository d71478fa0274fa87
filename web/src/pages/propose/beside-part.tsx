import { Checkbox, MultiSelect, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import { useFormat } from "../../format.ts";
import classes from "./form.module.css";
import type { FormPart } from "./form-state.ts";

export interface BesidePartProps extends FormPart {
  readonly queue: readonly ContributionRow[];
  /** The policy's share of the budget for what is bold. */
  readonly explore: number;
}

export function BesidePart({ draft, change, wrong, queue, explore }: BesidePartProps) {
  const { t } = useTranslation("propose");
  const format = useFormat();
  return (
    <section className={classes.part}>
      <h2>{t("beside.head")}</h2>
      <MultiSelect
        label={t("beside.requires")}
        description={t("beside.requiresHelp")}
        placeholder={draft.requires.length === 0 ? t("beside.requiresExample") : ""}
        searchable
        maxDropdownHeight={260}
        data={queue
          .filter(({ state }) => state !== "withdrawn")
          .map(({ id, title }) => ({ value: id, label: `${id} · ${title}` }))}
        value={draft.requires}
        error={wrong("requires")}
        onChange={(requires) => change({ requires })}
      />
      <TagsInput
        label={t("beside.by")}
        description={t("beside.byHelp")}
        placeholder={draft.by.length === 0 ? t("beside.byExample") : ""}
        maxTags={20}
        value={draft.by}
        error={wrong("by")}
        onChange={(by) => change({ by })}
      />
      <Checkbox
        label={t("beside.bold")}
        description={t("beside.boldHelp", { share: format.probability(explore) })}
        checked={draft.bold}
        onChange={({ currentTarget }) => change({ bold: currentTarget.checked })}
      />
    </section>
  );
}
