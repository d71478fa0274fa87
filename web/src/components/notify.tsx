import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ApiError, newId, UnreachableError } from "../api/client.ts";
import { writeClipboard } from "../copying.ts";
import { i18n } from "../i18n.ts";
import classes from "./notify.module.css";

/** Short words at the edge of the page: read out by screen readers, gone by themselves. */

const undoTime = 8000;

export function notify(message: string): void {
  notifications.show({ message, autoClose: 4000, closeButtonProps: closeButton() });
}

function closeButton() {
  return { "aria-label": i18n.t("components:close") };
}

/** Copies a text, and says that it did. */
export function copyText(text: string): void {
  writeClipboard(text).then(
    () => notify(i18n.t("components:copy.done")),
    () => notifyError(new Error(i18n.t("components:copy.refused"))),
  );
}

/** What went wrong and what would be right. */
export function notifyError(error: Error): void {
  const { title, detail, help } = wordsOf(error);
  notifications.show({
    title,
    message: (
      <>
        {detail}
        {help !== null && <span className={classes.help}>{help}</span>}
      </>
    ),
    color: "red",
    closeButtonProps: closeButton(),
    autoClose: 12_000,
  });
}

/** A refusal in the server's words; anything else in ours. */
export function wordsOf(error: Error): {
  readonly title: string;
  readonly detail: string;
  readonly help: string | null;
} {
  if (!(error instanceof ApiError)) {
    const unreachable = error instanceof UnreachableError;
    return {
      title: i18n.t(unreachable ? "components:error.unreachable" : "components:error.title"),
      detail: unreachable ? i18n.t("components:error.unreachableHelp") : error.message,
      help: null,
    };
  }
  const { problem } = error;
  const issues = problem.issues.map(({ at, message }) => (at === "" ? message : `${at}: ${message}`));
  const detail = [problem.detail, ...issues].filter((part) => part !== "").join(" ");
  return { title: problem.title || i18n.t("components:error.title"), detail, help: problem.help };
}

/** Says what was done, and for a while offers to undo it. */
export function undoable(message: string, undo: () => Promise<unknown>): void {
  const id = newId();
  const take = () => {
    notifications.hide(id);
    undo().then(() => notify(i18n.t("components:undo.done")), notifyError);
  };
  notifications.show({
    id,
    autoClose: undoTime,
    withAutoCloseProgress: true,
    closeButtonProps: closeButton(),
    message: (
      <span className={classes.undo}>
        <span>{message}</span>
        <Button variant="light" size="compact-xs" onClick={take}>
          {i18n.t("components:undo.button")}
        </Button>
      </span>
    ),
  });
}
