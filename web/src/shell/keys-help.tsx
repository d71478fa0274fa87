import { Kbd, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
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
    [["Esc"], t("keys.close")],
    [["?"], t("keys.help")],
    ...places.map(({ key, name }): readonly [readonly string[], string] => [["g", key], t(`places.${name}`)]),
  ];
  return (
    <Modal
      opened
      onClose={close}
      title={t("keys.title")}
      size="sm"
      closeButtonProps={{ "aria-label": t("keys.closeDialog") }}
    >
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
    </Modal>
  );
}

/** As the person's keyboard names it. */
export function commandKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
}
