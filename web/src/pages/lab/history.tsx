import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Lab, Landing } from "../../../../src/api/lab.ts";
import { forestDomain, linearScale } from "../../../../src/report/scale.ts";
import { useApi } from "../../api/query.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { ForestRow } from "../../components/forest-row.tsx";
import { LevelChips } from "../../components/level-chip.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import classes from "./history.module.css";
import { Lasting } from "./lasting.tsx";

/** The baseline's history: every landing, the newest first, and whether what landed still holds. */
export function History({ lab }: { readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  const found = useApi("landings");
  if (found.isPending) return <RowsSkeleton rows={4} height={120} />;
  if (found.isError) return <ErrorPanel error={found.error} retry={() => void found.refetch()} />;
  const landings = found.data.landings.toSorted((a, b) => b.landing - a.landing);
  if (landings.length === 0) return <EmptyState title={t("history.none")}>{t("history.noneHelp")}</EmptyState>;
  const table = () => ({
    head: [
      t("history.number"),
      t("history.when"),
      t("history.added"),
      t("history.removed"),
      t("utility"),
      t("low"),
      t("high"),
      t("history.pairs"),
    ],
    rows: landings.map((it) => [
      it.landing,
      new Date(it.at).toISOString(),
      it.added.join(" "),
      it.removed.join(" "),
      it.utility.mean,
      it.utility.low,
      it.utility.high,
      it.pairs,
    ]),
  });
  return (
    <>
      <div className={classes.bar}>
        <p>{t("history.note")}</p>
        <CopyMenu table={table} name="landings" />
      </div>
      <ol className={classes.timeline}>
        {landings.map((landing, i) => (
          <li key={landing.landing}>
            <One landing={landing} lab={lab} current={i === 0} />
          </li>
        ))}
        <li className={classes.origin}>{t("history.origin")}</li>
      </ol>
      <Lasting />
    </>
  );
}

interface OneProps {
  readonly landing: Landing;
  readonly lab: Lab;
  /** It made the baseline as it is now. */
  readonly current: boolean;
}

function One({ landing, lab, current }: OneProps) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  return (
    <article className={classes.landing} aria-labelledby={`landing-${landing.landing}`}>
      <header>
        <h2 id={`landing-${landing.landing}`}>
          {t("history.landing", { landing: landing.landing })}
          {current ? <span className={classes.current}>{t("history.current")}</span> : null}
        </h2>
        <p>
          <time dateTime={new Date(landing.at).toISOString()}>{format.instant(landing.at)}</time> ·{" "}
          {t("history.at", { scale: landing.scale })} · {t("history.confirmed", { count: landing.pairs })}
        </p>
        <Link to={`/evidence?landing=${landing.landing}`}>{t("history.evidence")}</Link>
      </header>
      <div className={classes.parts}>
        {landing.added.length === 0 ? null : (
          <div>
            <h3>{t("history.added")}</h3>
            <LevelChips levels={landing.added} />
          </div>
        )}
        {landing.removed.length === 0 ? null : (
          <div>
            <h3>{t("history.removed")}</h3>
            <LevelChips levels={landing.removed} />
          </div>
        )}
        {landing.by.length === 0 ? null : (
          <div>
            <h3>{t("history.by")}</h3>
            <p>{format.list(landing.by)}</p>
          </div>
        )}
      </div>
      <div className={classes.columns}>
        <Gains landing={landing} lab={lab} />
        <Credit landing={landing} />
      </div>
    </article>
  );
}

function Gains({ landing, lab }: { readonly landing: Landing; readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  return (
    <section>
      <h3>{t("history.gains")}</h3>
      <ul className={classes.gains}>
        <li>
          <span>{t("utility")}</span>
          <ForestRow
            estimate={landing.utility}
            domain={forestDomain([landing.utility], 1)}
            matters={1}
            goal="maximize"
            label={t("utility")}
          />
          <span>{format.difference(landing.utility)}</span>
        </li>
        {landing.objectives.map(({ objective, difference }) => {
          const known = lab.objectives.find(({ name }) => name === objective);
          const matters = known?.inUnits?.matters ?? 0;
          return (
            <li key={objective}>
              <span>{objective}</span>
              <ForestRow
                estimate={difference}
                domain={forestDomain([difference], matters)}
                matters={matters}
                goal={known?.goal ?? "maximize"}
                label={objective}
              />
              <span>{format.difference(difference)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Each part's share of the gain, with its interval. */
function Credit({ landing: { credit } }: { readonly landing: Landing }) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  if (credit.length === 0) return null;
  const sorted = credit.toSorted((a, b) => b.share.mean - a.share.mean);
  const low = Math.min(0, ...sorted.map(({ share }) => share.low));
  const high = Math.max(0, ...sorted.map(({ share }) => share.high));
  const scale = linearScale([low, high], [0, 100]);
  const at = (value: number) => `${scale.at(value)}%`;
  return (
    <section>
      <h3>{t("history.credit")}</h3>
      <ul className={classes.gains}>
        {sorted.map(({ level, share }) => (
          <li key={level}>
            <span>{level}</span>
            <svg height={18} role="img" aria-label={`${level}: ${format.difference(share)}`}>
              <rect
                className={classes.share}
                x={at(Math.min(0, share.mean))}
                width={`${scale.at(Math.max(0, share.mean)) - scale.at(Math.min(0, share.mean))}%`}
                y={4}
                height={10}
                rx={2}
              />
              <line className={classes.whisker} x1={at(share.low)} x2={at(share.high)} y1={9} y2={9} />
              <line className={classes.zero} x1={at(0)} x2={at(0)} y1={0} y2={18} />
            </svg>
            <span>{format.difference(share)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
