import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRow } from "../../../../src/api/runs.ts";
import { useApi } from "../../api/query.ts";
import { Panel } from "../../components/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./home.module.css";

const most = 6;

/** What runs now, with how far it is; when nothing does, why, and what was last. */
export function RunningPanel() {
  const { t } = useTranslation("home");
  const words = useWords();
  const runs = useApi("listRuns", { query: { state: "running", limit: most, sort: "created" } });
  const queue = useApi("queue").data;
  const total = runs.data?.total ?? 0;
  const shown = runs.data?.items ?? [];
  return (
    <Panel title={t("running.title")} aside={<Link to="/runs">{t("running.link")}</Link>}>
      {runs.error !== null && runs.data === undefined ? (
        <ErrorPanel error={runs.error} retry={() => void runs.refetch()} />
      ) : runs.data === undefined ? (
        <RowsSkeleton rows={3} />
      ) : shown.length === 0 ? (
        <>
          <p className={classes.quiet}>
            {queue?.rest ? words.rest(queue.rest) : t(`running.none.${queue?.state ?? "resting"}`)}
          </p>
          <LastRuns />
        </>
      ) : (
        <ul className={classes.plain}>
          {shown.map((run) => (
            <li key={run.id}>
              <RunningRow run={run} />
            </li>
          ))}
        </ul>
      )}
      {total > shown.length && <p className={classes.quiet}>{t("running.more", { count: total - shown.length })}</p>}
    </Panel>
  );
}

function RunningRow({ run }: { readonly run: RunRow }) {
  const { t } = useTranslation("home");
  const words = useWords();
  const { done, of } = run.progress;
  const fraction = of === 0 ? 0 : Math.min(1, (done + (run.current?.fraction ?? 0)) / of);
  const stage = run.current?.stage ?? "";
  return (
    <Link to={`/runs/${encodeURIComponent(run.id)}`} className={classes.run}>
      <span className={classes.runHead}>
        <code>{run.id}</code>
        <span className={classes.quiet}>{stage}</span>
        <span className={classes.quiet}>{t("of", { part: done, whole: of })}</span>
      </span>
      <span className={classes.why}>{words.run(run.reason)}</span>
      <progress value={fraction} max={1} aria-label={t("running.progress", { run: run.id })} />
    </Link>
  );
}

function LastRuns() {
  const { t } = useTranslation("home");
  const words = useWords();
  const format = useFormat();
  const runs = useApi("listRuns", { query: { state: "done,failed", limit: 4, sort: "-finished" } });
  if (runs.data === undefined || runs.data.items.length === 0) return null;
  return (
    <>
      <h3 className={classes.sub}>{t("running.last")}</h3>
      <ul className={classes.plain}>
        {runs.data.items.map((run) => (
          <li key={run.id}>
            <Link to={`/runs/${encodeURIComponent(run.id)}`} className={classes.run}>
              <span className={classes.runHead}>
                <code>{run.id}</code>
                <span className={classes.quiet}>{t(`running.state.${run.state}`)}</span>
                <span className={classes.quiet}>{run.finishedAt === null ? "" : format.ago(run.finishedAt)}</span>
              </span>
              <span className={classes.why}>{words.run(run.reason)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
