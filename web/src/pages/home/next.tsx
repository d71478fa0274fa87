import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Plan } from "../../../../src/api/lab.ts";
import { useApi } from "../../api/query.ts";
import { Panel } from "../../components/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./home.module.css";

/** The runs that would tell most for their cost. */
export function NextPanel() {
  const { t } = useTranslation("home");
  const plan = useApi("plan", { query: { count: 4 } });
  return (
    <Panel title={t("next.title")} aside={<Link to="/queue">{t("next.link")}</Link>}>
      {plan.error !== null && plan.data === undefined ? (
        <ErrorPanel error={plan.error} retry={() => void plan.refetch()} />
      ) : plan.data === undefined ? (
        <RowsSkeleton rows={3} height={44} />
      ) : plan.data.runs.length === 0 ? (
        <p className={classes.quiet}>{t(`next.stop.${plan.data.stop ?? "nothing"}`)}</p>
      ) : (
        <ol className={classes.plain}>
          {plan.data.runs.map((run) => (
            <li key={`${run.seed} ${run.levels.join(" ")}`} className={classes.next}>
              <Planned run={run} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Planned({ run }: { readonly run: Plan["runs"][number] }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const words = useWords();
  const cost = run.uncachedCoreSeconds ?? run.coreSeconds;
  return (
    <>
      <p className={classes.question}>
        {run.tells === null
          ? words.run(run.reason)
          : t(`next.about.${run.tells.about}`, { levels: format.list(run.tells.levels) })}
      </p>
      <p className={classes.quiet} title={t("next.natsHelp")}>
        {[
          ...(run.tells === null
            ? []
            : [t("next.nats", { nats: format.number(Number(run.tells.nats.toPrecision(2))) })]),
          ...(cost === null ? [] : [format.deviceTime(cost)]),
          run.levels.length === 0 ? t("next.baseline") : t("next.levels", { count: run.levels.length }),
          t("next.seed", { seed: run.seed }),
        ].join(" · ")}
      </p>
    </>
  );
}
