import { Button, FileButton, Textarea } from "@mantine/core";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { patchFiles } from "../contribution/diff.ts";
import { PatchView } from "../contribution/patch-view.tsx";
import { idOf } from "./draft.ts";
import classes from "./form.module.css";
import { type FormPart, sentence } from "./form-state.ts";

/** A patch pasted, dropped or chosen; how it is read is shown, and where the server objects to it. */
export function PatchField({ draft, change, wrong, issues }: FormPart) {
  const { t } = useTranslation("propose");
  const [over, setOver] = useState(false);
  const take = (file: File | null | undefined) => {
    if (file)
      file.text().then(
        (patch) => change({ patch }),
        () => {},
      );
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const files = patchFiles(draft.patch);
  const marked = issues.filter(({ line }) => line !== null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way; the button is the first
    <div
      className={classes.patch}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Textarea
        label={t("change.patch")}
        description={over ? t("change.drop") : t("change.patchHelp")}
        placeholder={t("change.patchExample")}
        autosize
        minRows={3}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: classes.code ?? "" }}
        value={draft.patch}
        error={marked.length === 0 ? wrong("patch") : null}
        onChange={({ currentTarget }) => change({ patch: currentTarget.value })}
      />
      <div className={classes.patchActions}>
        <FileButton accept=".patch,.diff,text/x-diff,text/plain" onChange={take}>
          {(props) => (
            <Button {...props} variant="default" size="compact-xs">
              {t("change.choose")}
            </Button>
          )}
        </FileButton>
        {draft.patch !== "" && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => change({ patch: "" })}>
            {t("change.clear")}
          </Button>
        )}
        {draft.patch.trim() !== "" && files.length === 0 && <span className={classes.same}>{t("change.unread")}</span>}
      </div>
      {marked.map(({ issue, line }) => (
        <div key={`${line} ${issue.message}`} className={classes.place} role="alert">
          <b>{t("change.line", { line })}</b>
          <pre>{draft.patch.split("\n")[(line ?? 1) - 1]}</pre>
          <p>{sentence(issue)}</p>
        </div>
      ))}
      {files.length > 0 && <PatchView key={draft.patch.length} origin={`${idOf(draft)}.patch`} files={files} />}
    </div>
  );
}
