import { ActionIcon, Menu } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Comment } from "../../../../src/api/contributions.ts";
import { useWrite } from "../../api/query.ts";
import { IconMore } from "../../components/icons.tsx";
import { contributionPath } from "../../components/level-chip.tsx";
import { undoable } from "../../components/notify.tsx";
import { useFormat } from "../../format.ts";
import { CommentForm } from "./comment-form.tsx";
import classes from "./discussion.module.css";
import { linkedParts } from "./links.ts";

export interface CommentViewProps {
  readonly comment: Comment;
  /** Ids of contributions, which become links. */
  readonly known: ReadonlySet<string>;
}

export function CommentView({ comment, known }: CommentViewProps) {
  const { t } = useTranslation("contribution");
  const [editing, setEditing] = useState(false);
  const edit = useWrite("editComment");
  const remove = useWrite("removeComment");
  const restore = useWrite("restoreComment");
  const asked = { params: { contribution: comment.contribution, comment: comment.id } };
  // What was asked for is shown at once.
  const gone = comment.removedAt !== null || remove.isPending;
  const text = edit.isPending ? (edit.variables.body?.text ?? comment.text) : comment.text;
  const takeBack = () =>
    remove.mutate(asked, {
      onSuccess: () => undoable(t("discussion.removedNote"), () => restore.mutateAsync(asked)),
    });
  if (gone) {
    return (
      <li className={classes.gone}>
        <Head comment={comment} />
        <p>{t("discussion.removed")}</p>
      </li>
    );
  }
  return (
    <li>
      <Head comment={comment}>{comment.mine && <Actions onEdit={() => setEditing(true)} onRemove={takeBack} />}</Head>
      {editing ? (
        <CommentForm
          label={t("discussion.editLabel")}
          action={t("discussion.save")}
          initial={comment.text}
          send={(said) => {
            setEditing(false);
            return edit.mutateAsync({ ...asked, body: { text: said } });
          }}
          cancel={() => setEditing(false)}
        />
      ) : (
        <CommentText text={text} known={known} />
      )}
    </li>
  );
}

/** A comment on its way to the server. */
export function PendingComment({ text, known }: { readonly text: string; readonly known: ReadonlySet<string> }) {
  const { t } = useTranslation("contribution");
  return (
    <li className={classes.pending} aria-busy="true">
      <div className={classes.head}>
        <b>{t("discussion.you")}</b>
        <small>{t("discussion.sending")}</small>
      </div>
      <CommentText text={text} known={known} />
    </li>
  );
}

function Head({ comment, children }: { readonly comment: Comment; readonly children?: ReactNode }) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const { by, mine, createdAt, editedAt } = comment;
  const name = by ?? t("discussion.author");
  return (
    <div className={classes.head}>
      <b>{name}</b>
      {mine && <small>{t("discussion.you")}</small>}
      <time dateTime={new Date(createdAt).toISOString()} title={format.instant(createdAt)}>
        {format.ago(createdAt)}
      </time>
      {editedAt !== null && <small title={format.instant(editedAt)}>{t("discussion.edited")}</small>}
      {children}
    </div>
  );
}

function Actions({ onEdit, onRemove }: { readonly onEdit: () => void; readonly onRemove: () => void }) {
  const { t } = useTranslation("contribution");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" className={classes.more ?? ""} aria-label={t("discussion.actions")}>
          <IconMore size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>{t("discussion.edit")}</Menu.Item>
        <Menu.Item color="red" onClick={onRemove}>
          {t("discussion.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Plain text, its lines kept; names of runs and contributions can be followed. */
function CommentText({ text, known }: { readonly text: string; readonly known: ReadonlySet<string> }) {
  return (
    <p className={classes.text}>
      {linkedParts(text, known).map((part, index) => {
        if (part.kind === "text") return part.text;
        const to = part.kind === "run" ? `/runs/${encodeURIComponent(part.id)}` : contributionPath(part.id);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no other name, and never move
          <Link key={index} to={to}>
            {part.kind === "run" ? part.id : part.text}
          </Link>
        );
      })}
    </p>
  );
}
