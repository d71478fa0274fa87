import { Button } from "@mantine/core";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../api/client.ts";
import { useApi, usePages } from "../../api/query.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { IconClock, IconPlus, IconUndo } from "../../components/icons.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import { useListKeys } from "../../keys.ts";
import { Filters, type QueueQuery, useQueueQuery } from "./filters.tsx";
import { QueueList } from "./list.tsx";
import { measuresOf } from "./measures.ts";
import { OrderNote } from "./order-note.tsx";
import classes from "./page.module.css";
import { sharedBlock } from "./placing.ts";
import { queueTable } from "./table.ts";
import { useSettled } from "./use-settled.ts";
import { Views } from "./views.tsx";

/** The order goes by the plan, which may take longer to make than the list: the list is asked for again when it is there. */
function useWorth({
  dataUpdatedAt,
  refetch,
}: {
  readonly dataUpdatedAt: number;
  readonly refetch: () => unknown;
}): void {
  const planned = useApi("plan").dataUpdatedAt;
  useEffect(() => {
    if (dataUpdatedAt > 0 && planned > dataUpdatedAt) refetch();
  }, [dataUpdatedAt, planned, refetch]);
}

export default function QueuePage() {
  const { t } = useTranslation("queue");
  const format = useFormat();
  const query = useQueueQuery();
  const lab = useApi("lab");
  const words = useWords();
  const found = usePages("listContributions", query.asked, ({ cursor, signal }) =>
    call("listContributions", {
      query: { ...query.asked, limit: 500, ...(cursor !== undefined && { cursor }) },
      signal,
    }),
  );
  useWorth(found);
  const rows = useMemo(() => found.data?.pages.flatMap(({ items }) => items) ?? [], [found.data]);
  const objectives = lab.data?.objectives ?? noObjectives;
  const measures = useMemo(() => measuresOf(objectives, rows), [objectives, rows]);
  const total = found.data?.pages[0]?.total ?? 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        lead={<OrderNote byWorth={query.sort === "worth"} />}
        actions={
          <>
            <Views />
            <CopyMenu
              table={() => queueTable(rows, measures, (column) => t(`copyColumn.${column}`), format, words)}
              name="cairn-queue"
            />
            <ProposeButton />
          </>
        }
      />
      {found.isPending && <RowsSkeleton rows={9} height={50} />}
      {found.isError && <ErrorPanel error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && total === 0 && !query.filtered && <NothingProposed />}
      {found.isSuccess && (total > 0 || query.filtered) && (
        <>
          <Filters query={query} areas={lab.data?.areas ?? []} />
          {total === 0 ? (
            <NoMatch query={query} />
          ) : (
            <Shown rows={rows} measures={measures} objectives={objectives} question={JSON.stringify(query.asked)} />
          )}
          <p className={classes.total} aria-live="polite">
            {rows.length < total ? t("total", { shown: rows.length, total }) : t("count", { count: total })}
            {found.hasNextPage && (
              <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                {t("more")}
              </Button>
            )}
          </p>
        </>
      )}
    </>
  );
}

const noObjectives: [] = [];

interface ShownProps {
  readonly rows: Parameters<typeof useSettled>[0];
  readonly measures: ReturnType<typeof measuresOf>;
  readonly objectives: Parameters<typeof measuresOf>[0];
  readonly question: string;
}

function Shown({ rows, measures, objectives, question }: ShownProps) {
  const { t } = useTranslation("queue");
  const { groups, moved, settle, over } = useSettled(rows, question);
  const list = useListKeys<HTMLDivElement>();
  const words = useWords();
  const blocked = sharedBlock(rows, words);
  return (
    <div ref={list} {...over} className={classes.shown}>
      {moved && (
        <button type="button" className={classes.pill} onClick={settle}>
          {t("moved")}
          <span>
            <IconUndo size={12} />
            {t("refresh")}
          </span>
        </button>
      )}
      {blocked !== null && (
        <p className={classes.blocked}>
          <IconClock size={14} />
          {t("blocked", { because: blocked })}
        </p>
      )}
      <QueueList groups={groups} measures={measures} objectives={objectives} sharedBlock={blocked} />
    </div>
  );
}

function ProposeButton() {
  const { t } = useTranslation("queue");
  return (
    <Button component={Link} to="/propose" leftSection={<IconPlus size={14} />}>
      {t("propose")}
    </Button>
  );
}

function NothingProposed() {
  const { t } = useTranslation("queue");
  return (
    <EmptyState
      title={t("empty.title")}
      command="cairn propose rotary --area architecture --set pretrain.position=rotary"
      action={<ProposeButton />}
    >
      <p>{t("empty.words")}</p>
    </EmptyState>
  );
}

function NoMatch({ query }: { readonly query: QueueQuery }) {
  const { t } = useTranslation("queue");
  return (
    <EmptyState
      title={t("noMatch.title")}
      action={
        <Button component={Link} to="/queue" variant="default" onClick={() => query.setText("")}>
          {t("filter.clearAll")}
        </Button>
      }
    >
      <p>{t("noMatch.words")}</p>
    </EmptyState>
  );
}
