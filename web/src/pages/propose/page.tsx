import { Button } from "@mantine/core";
import { type FormEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ApiError } from "../../api/client.ts";
import { useApi, useWrite } from "../../api/query.ts";
import { undoable } from "../../components/notify.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { BesidePart } from "./beside-part.tsx";
import { ChangePart } from "./change-part.tsx";
import { emptyDraft, isEmpty, requestOf } from "./draft.ts";
import classes from "./form.module.css";
import { sentence, wordsOfField } from "./form-state.ts";
import { type PlacedIssue, placeIssue } from "./issues.ts";
import { Preview } from "./preview.tsx";
import { previewText } from "./preview-text.ts";
import { useDraft } from "./use-draft.ts";
import { WhatPart } from "./what-part.tsx";

export default function ProposePage() {
  const { t } = useTranslation("propose");
  const me = useApi("me");
  if (me.isPending) return <PageSkeleton rows={7} />;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      {me.data?.scopes.includes("propose") === true ? (
        <Form caller={me.data.account?.name ?? t("preview.you")} />
      ) : (
        <EmptyState title={t("forbidden.title")}>
          <p>{t("forbidden.words")}</p>
        </EmptyState>
      )}
    </>
  );
}

/** What the form offers to choose from. */
function useChoices() {
  const parameters = useApi("parameters");
  const lab = useApi("lab");
  const others = useApi("listContributions", { query: { limit: 1000 } });
  const stages = parameters.data?.stages ?? noStages;
  const queue = others.data?.items ?? noStages;
  const baseline = useMemo(
    () => new Map(stages.flatMap(({ stage, params }) => params.map(({ name, value }) => [`${stage}.${name}`, value]))),
    [stages],
  );
  const taken = useMemo(() => new Set(queue.map(({ id }) => id)), [queue]);
  const { areas = [], policy } = lab.data ?? {};
  return { stages, baseline, queue, taken, areas, explore: policy?.explore ?? 0, error: parameters.error ?? lab.error };
}

const noStages: [] = [];

function Form({ caller }: { readonly caller: string }) {
  const { t } = useTranslation("propose");
  const navigate = useNavigate();
  const { draft, change, replace } = useDraft();
  const choices = useChoices();
  const send = useWrite("propose");
  const [tries, setTries] = useState(0);
  const tried = tries > 0;
  const [issues, setIssues] = useState<readonly PlacedIssue[]>([]);
  const { request, faults } = requestOf(draft, choices.baseline, choices.taken);
  const text = previewText(request, caller);

  const form = useFocusOnWrong(tries, issues);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    setIssues([]);
    if (faults.size > 0) return;
    send.mutate(
      { body: request },
      {
        onSuccess: ({ id }) => {
          replace(emptyDraft);
          navigate(`/contributions/${encodeURIComponent(id)}?proposed=now`);
        },
        onError: (error) =>
          setIssues(
            error instanceof ApiError ? error.problem.issues.map((issue) => placeIssue(issue, request.id, text)) : [],
          ),
      },
    );
  };
  const discard = () => {
    const before = draft;
    replace(emptyDraft);
    setTries(0);
    setIssues([]);
    undoable(t("discarded"), async () => replace(before));
  };
  const known = new Set([
    "id",
    "title",
    "area",
    "why",
    "patch",
    "requires",
    "by",
    "change",
    ...draft.set.map(({ key }) => `set.${key}`),
  ]);
  const unplaced = issues.filter(({ field }) => field === null || !known.has(field));
  const wrong = (field: string) => wordsOfField(field, tried ? faults : noFaults, issues, t);
  const part = { draft, change, wrong, issues };
  if (choices.error !== null) return <ErrorPanel error={choices.error} />;
  return (
    <div className={classes.columns}>
      <form ref={form} className={classes.form} onSubmit={submit} noValidate>
        <WhatPart {...part} areas={choices.areas} />
        <ChangePart {...part} stages={choices.stages} baseline={choices.baseline} />
        <BesidePart {...part} queue={choices.queue} explore={choices.explore} />
        {unplaced.length > 0 && (
          <div className={classes.place} role="alert">
            <b>{t("refused")}</b>
            {unplaced.map(({ issue }) => (
              <p key={`${issue.at} ${issue.message}`}>
                {issue.at !== "" && <code>{issue.at} </code>}
                {sentence(issue)}
              </p>
            ))}
          </div>
        )}
        <div className={classes.send}>
          <Button type="submit" size="sm" loading={send.isPending}>
            {t("send")}
          </Button>
          {tried && faults.size > 0 && (
            <span className={classes.wrong} role="alert">
              {t("missing", { count: faults.size })}
            </span>
          )}
          {!isEmpty(draft) && (
            <span className={classes.draft}>
              {t("draft")}
              <Button variant="subtle" color="gray" size="compact-xs" onClick={discard}>
                {t("discard")}
              </Button>
            </span>
          )}
        </div>
      </form>
      <Preview id={request.id} text={text} />
    </div>
  );
}

/** After each try, the cursor goes to the first field that is wrong. */
function useFocusOnWrong(tries: number, issues: readonly PlacedIssue[]): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (tries === 0 && issues.length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tries, issues]);
  return form;
}

const noFaults: ReadonlyMap<string, string> = new Map();
