import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Problem } from "../../../src/api/page.ts";
import { ApiError, newId, UnreachableError } from "../api/client.ts";
import { writeClipboard } from "../copying.ts";
import { i18n } from "../i18n.ts";
import classes from "./notify.module.css";
import { wordsNow } from "./words.ts";

/** Short words at the edge of the page: read out by screen readers, gone by themselves. */

const undoTime = 8000;

export function notify(message: string): void {
  notifications.show({ message, autoClose: 4000, closeButtonProps: closeButton() });
}

function closeButton() {
  return { "aria-label": i18n.t("components:close") };
}

/** Copies a text, which may be on its way still, and says that it did. */
export function copyText(text: string | Promise<string>): void {
  const id = newId();
  if (typeof text !== "string")
    notifications.show({ id, message: i18n.t("components:copy.fetching"), autoClose: false, withCloseButton: false });
  const refused = () => notifyError(new Error(i18n.t("components:copy.refused")));
  writeClipboard(text)
    .finally(() => notifications.hide(id))
    .then(
      () => notify(i18n.t("components:copy.done")),
      // What went wrong may be that the text did not come.
      () => Promise.resolve(text).then(refused, notifyError),
    );
}

/** What went wrong and what would be right. */
export function notifyError(error: Error): void {
  const { title, detail, help, lang } = wordsOf(error);
  notifications.show({
    title,
    message: (
      <>
        <span lang={lang}>{detail}</span>
        {help !== null && (
          <span className={classes.help} lang={lang}>
            {help}
          </span>
        )}
      </>
    ),
    color: "red",
    closeButtonProps: closeButton(),
    autoClose: 12_000,
  });
}

/** A refusal under our title, in the server's words, which are English; anything else in ours. */
export function wordsOf(error: Error): {
  readonly title: string;
  readonly detail: string;
  readonly help: string | null;
  /** Of the detail and the help; absent: the page's. */
  readonly lang?: string;
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
  return { title: titleOf(problem), detail, help: problem.help, lang: "en" };
}

function titleOf({ type, title }: Problem): string {
  const found = Object.entries(wordsNow().titles).find(([kind]) => kind === type);
  return found?.[1] ?? (title || i18n.t("components:error.title"));
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
