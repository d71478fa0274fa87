import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./settings.module.css";

export interface ConfirmedProps {
  readonly words: string;
  /** What will be lost. */
  readonly question: string;
  readonly take: () => void;
}

/** A button for what cannot be undone: it asks once more, in its place. What can be undone is not asked about. */
export function Confirmed({ words, question, take }: ConfirmedProps) {
  const { t } = useTranslation("settings");
  const [asked, setAsked] = useState(false);
  const confirm = () => {
    setAsked(false);
    take();
  };
  return (
    <Popover opened={asked} onChange={setAsked} trapFocus returnFocus shadow="md" position="bottom-end">
      <Popover.Target>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setAsked(true)}>
          {words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.question}>
        <p>{question}</p>
        <div className={classes.row}>
          <Button color="red.8" onClick={confirm}>
            {words}
          </Button>
          <Button variant="default" onClick={() => setAsked(false)}>
            {t("keep")}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
