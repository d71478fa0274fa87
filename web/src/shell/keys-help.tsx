import { CloseButton, Kbd } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Dialog } from "./dialog.tsx";
import { places } from "./global-keys.ts";
import classes from "./keys-help.module.css";

/** The list of keys, on `?`. */
export default function KeysHelp({ close }: { readonly close: () => void }) {
  const { t } = useTranslation("shell");
  const rows: readonly (readonly [readonly string[], string])[] = [
    [[commandKey(), "K"], t("keys.palette")],
    [["/"], t("keys.filter")],
    [["j", "k"], t("keys.move")],
    [["Enter"], t("keys.open")],
    [["x", "X"], t("keys.choose")],
    [["Esc"], t("keys.close")],
    [["?"], t("keys.help")],
    ...places.map(({ key, name }): readonly [readonly string[], string] => [["g", key], t(`places.${name}`)]),
  ];
  return (
    <Dialog name={t("keys.title")} size={360} close={close}>
      <div className={classes.head}>
        <h2>{t("keys.title")}</h2>
        <CloseButton aria-label={t("keys.closeDialog")} onClick={close} />
      </div>
      <dl className={classes.keys}>
        {rows.map(([keys, words]) => (
          <div key={keys.join(" ")}>
            <dt>{words}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** As the person's keyboard names it. */
export function commandKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
}
