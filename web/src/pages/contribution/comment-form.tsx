import { Button, Textarea } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./discussion.module.css";

export interface CommentFormProps {
  readonly label: string;
  readonly action: string;
  readonly initial?: string;
  /** Rejects where it was refused: the text then comes back. */
  readonly send: (text: string) => Promise<unknown>;
  readonly cancel?: () => void;
}

export function CommentForm({ label, action, initial = "", send, cancel }: CommentFormProps) {
  const { t } = useTranslation("contribution");
  const [text, setText] = useState(initial);
  const submit = () => {
    const said = text.trim();
    if (said === "") return;
    setText("");
    // The refusal itself is told by a notification.
    send(said).catch(() => setText((now) => (now === "" ? said : now)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape" && cancel !== undefined) cancel();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <form className={classes.form} onSubmit={onSubmit}>
      <Textarea
        aria-label={label}
        placeholder={t("discussion.placeholder")}
        autosize
        minRows={2}
        maxRows={16}
        maxLength={10_000}
        value={text}
        autoFocus={cancel !== undefined}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.send}>
        <small>{t("discussion.hint", { key: /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl" })}</small>
        {cancel !== undefined && (
          <Button variant="subtle" color="gray" onClick={cancel}>
            {t("discussion.cancel")}
          </Button>
        )}
        <Button type="submit" disabled={text.trim() === ""}>
          {action}
        </Button>
      </div>
    </form>
  );
}
