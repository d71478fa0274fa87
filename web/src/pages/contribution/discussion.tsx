import { Button } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ContributionRow } from "../../../../src/api/contributions.ts";
import { call } from "../../api/client.ts";
import { useApi, usePages, useWrite } from "../../api/query.ts";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { CommentView, PendingComment } from "./comment.tsx";
import { CommentForm } from "./comment-form.tsx";
import classes from "./discussion.module.css";
import { Section } from "./section.tsx";

export interface DiscussionProps {
  readonly contribution: string;
  /** Contributions of the lab: their ids become links. */
  readonly known: readonly ContributionRow[];
}

/** What was said about it, oldest first. A new comment is there at once, and is marked until the server has it. */
export function Discussion({ contribution, known }: DiscussionProps) {
  const { t } = useTranslation("contribution");
  const ids = useMemo(() => new Set(known.map(({ id }) => id)), [known]);
  const params = { contribution };
  const found = usePages("listComments", { params }, ({ cursor, signal }) =>
    call("listComments", { params, query: { limit: 200, ...(cursor !== undefined && { cursor }) }, signal }),
  );
  const me = useApi("me");
  const add = useWrite("comment");
  const comments = found.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section name="discussion">
      {found.isPending && <RowsSkeleton rows={2} height={56} />}
      {found.isError && <ErrorPanel error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && comments.length === 0 && !add.isPending && (
        <p className={classes.empty}>{t("discussion.empty")}</p>
      )}
      <ol className={classes.comments}>
        {comments.map((comment) => (
          <CommentView key={comment.id} comment={comment} known={ids} />
        ))}
        {add.isPending && <PendingComment text={add.variables.body?.text ?? ""} known={ids} />}
      </ol>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("discussion.more")}
        </Button>
      )}
      {me.data?.scopes.includes("propose") === true && (
        <CommentForm
          label={t("discussion.label")}
          action={t("discussion.add")}
          send={(text) => add.mutateAsync({ params, body: { text } })}
        />
      )}
    </Section>
  );
}
