import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconClose, IconCopy } from "../../components/icons.tsx";
import { copyText } from "../../components/notify.tsx";
import classes from "./settings.module.css";

export interface SecretProps {
  /** Whom or what it is for. */
  readonly title: string;
  /** What to do with it. */
  readonly words: string;
  readonly secret: string;
  readonly close: () => void;
}

/** A secret, shown this once. It is not kept: closing the box is the end of it. */
export function Secret({ title, words, secret, close }: SecretProps) {
  const { t } = useTranslation("settings");
  return (
    <section className={classes.secret} aria-label={title} role="status">
      <p>
        <IconCheck size={14} />
        <strong>{title}</strong>
      </p>
      <p className={classes.quiet}>{words}</p>
      <code>{secret}</code>
      <div className={classes.row}>
        <Button leftSection={<IconCopy size={14} />} onClick={() => copyText(secret)}>
          {t("secret.copy")}
        </Button>
        <Button variant="default" leftSection={<IconClose size={14} />} onClick={close}>
          {t("secret.close")}
        </Button>
      </div>
    </section>
  );
}
