import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Contribution } from "../../../../src/api/contributions.ts";
import type { RunRow } from "../../../../src/api/runs.ts";
import { useApi } from "../../api/query.ts";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./runs.module.css";
import { Section } from "./section.tsx";

const shown = 5;

/** The newest runs that have it, and the way to all of them. */
export function RunsSection({ contribution }: { readonly contribution: Contribution }) {
  return (
    <Section name="runs">
      {contribution.levels.map(({ level }) => (
        <LevelRuns key={level} level={level} named={contribution.levels.length > 1} />
      ))}
    </Section>
  );
}

function LevelRuns({ level, named }: { readonly level: string; readonly named: boolean }) {
  const { t } = useTranslation("contribution");
  const found = useApi("listRuns", { query: { level: [level], limit: shown } });
  if (found.isPending) return <RowsSkeleton rows={3} height={44} />;
  if (found.isError) return <ErrorPanel error={found.error} retry={() => void found.refetch()} />;
  const { items, total } = found.data;
  return (
    <div className={classes.level}>
      {named && <h3>{level}</h3>}
      {total === 0 ? (
        <p className={classes.none}>{t("runs.none")}</p>
      ) : (
        <>
          <ul className={classes.runs}>
            {items.map((run) => (
              <Run key={run.id} run={run} level={level} />
            ))}
          </ul>
          {total > items.length && (
            <Link className={classes.all} to={`/runs?level=${encodeURIComponent(level)}`}>
              {t("runs.all", { count: total })}
            </Link>
          )}
        </>
      )}
    </div>
  );
}

function Run({ run, level }: { readonly run: RunRow; readonly level: string }) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const words = useWords();
  const others = run.levels.filter((other) => other !== level).length;
  const when = run.finishedAt ?? run.createdAt;
  return (
    <li>
      <Link to={`/runs/${encodeURIComponent(run.id)}`}>{run.id}</Link>
      <span className={classes.state} data-state={run.state}>
        {t(`runs.state.${run.state}`)}
      </span>
      <span className={classes.what}>
        {others === 0 ? t("runs.alone") : t("runs.others", { count: others })} · {t("runs.seed", { seed: run.seed })}
        <small>{words.run(run.reason)}</small>
      </span>
      <time dateTime={new Date(when).toISOString()} title={format.instant(when)}>
        {format.ago(when)}
      </time>
    </li>
  );
}
