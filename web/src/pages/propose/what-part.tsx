import { Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAreaName } from "../../components/words.ts";
import { idFromTitle } from "./draft.ts";
import classes from "./form.module.css";
import type { FormPart } from "./form-state.ts";

export function WhatPart({ draft, change, wrong, areas }: FormPart & { readonly areas: readonly string[] }) {
  const { t } = useTranslation("propose");
  const areaName = useAreaName();
  return (
    <section className={classes.part}>
      <h2>{t("what.head")}</h2>
      <TextInput
        label={t("what.title")}
        description={t("what.titleHelp")}
        placeholder={t("what.titleExample")}
        maxLength={200}
        value={draft.title}
        error={wrong("title")}
        onChange={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      <div className={classes.pair}>
        <TextInput
          label={t("what.id")}
          description={t("what.idHelp")}
          placeholder={idFromTitle(draft.title)}
          maxLength={80}
          spellCheck={false}
          classNames={{ input: classes.code ?? "" }}
          value={draft.id}
          error={wrong("id")}
          onChange={({ currentTarget }) => change({ id: currentTarget.value })}
          onBlur={() => draft.id === idFromTitle(draft.title) && change({ id: "" })}
        />
        <Select
          label={t("what.area")}
          description={t("what.areaHelp")}
          placeholder={t("what.areaExample")}
          data={areas.map((value) => ({ value, label: areaName(value) }))}
          value={draft.area === "" ? null : draft.area}
          error={wrong("area")}
          onChange={(area) => change({ area: area ?? "" })}
        />
      </div>
      <Textarea
        label={t("what.why")}
        description={t("what.whyHelp")}
        placeholder={t("what.whyExample")}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={4000}
        value={draft.why}
        error={wrong("why")}
        onChange={({ currentTarget }) => change({ why: currentTarget.value })}
      />
    </section>
  );
}
