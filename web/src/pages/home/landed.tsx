import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Lab, Landing } from "../../../../src/api/lab.ts";
import { useApi } from "../../api/query.ts";
import { standing } from "../../components/forest-row.tsx";
import { LevelChips } from "../../components/level-chip.tsx";
import { Panel } from "../../components/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import classes from "./home.module.css";

const most = 3;

/** What has landed lately, what it brought, and by whom. */
export function LandedPanel() {
  const { t } = useTranslation("home");
  const landings = useApi("landings");
  const lab = useApi("lab");
  const found = landings.data?.landings.toSorted((a, b) => b.landing - a.landing) ?? [];
  return (
    <Panel title={t("landed.title")} aside={<Link to="/lab">{t("landed.link")}</Link>}>
      {landings.error !== null && landings.data === undefined ? (
        <ErrorPanel error={landings.error} retry={() => void landings.refetch()} />
      ) : landings.data === undefined ? (
        <RowsSkeleton rows={2} height={64} />
      ) : found.length === 0 ? (
        <p className={classes.quiet}>{t("landed.none")}</p>
      ) : (
        <ul className={classes.plain}>
          {found.slice(0, most).map((landing) => (
            <li key={landing.landing}>
              <Landed landing={landing} objectives={lab.data?.objectives ?? []} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface LandedProps {
  readonly landing: Landing;
  readonly objectives: Lab["objectives"];
}

function Landed({ landing, objectives }: LandedProps) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const { added, removed, utility } = landing;
  return (
    <article className={classes.landing}>
      <p className={classes.landingHead}>
        <Link to={`/evidence?landing=${landing.landing}`}>{t("landed.number", { landing: landing.landing })}</Link>
        <strong>{`${format.mean(utility)} ${t("utility")}`}</strong>
        <span className={classes.quiet}>{format.range(utility)}</span>
        <time
          className={classes.quiet}
          dateTime={new Date(landing.at).toISOString()}
          title={format.instant(landing.at)}
        >
          {format.ago(landing.at)}
        </time>
      </p>
      <ul className={classes.changes}>
        {landing.objectives.map(({ objective, difference }) => {
          const found = objectives.find(({ name }) => name === objective);
          const side = found === undefined ? "unsure" : standing(difference, found.goal);
          return (
            <li key={objective} data-standing={side} title={format.difference(difference, found?.unit ?? null)}>
              <span>{objective}</span>
              <strong>{format.mean(difference)}</strong>
              <small>{t(`landed.standing.${side}`)}</small>
            </li>
          );
        })}
      </ul>
      {added.length > 0 && <LevelChips levels={added} />}
      {removed.length > 0 && <p className={classes.quiet}>{t("landed.removed", { levels: format.list(removed) })}</p>}
      {landing.by.length > 0 && <p className={classes.quiet}>{t("landed.by", { names: format.list(landing.by) })}</p>}
    </article>
  );
}
