import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Report } from "../../../../src/api/report.ts";
import { forestDomain } from "../../../../src/report/scale.ts";
import { useApi } from "../../api/query.ts";
import { ForestRow } from "../../components/forest-row.tsx";
import { IconArrowRight } from "../../components/icons.tsx";
import { Panel } from "../../components/panel.tsx";
import { Sparkline } from "../../components/sparkline.tsx";
import { ErrorPanel, RowsSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import classes from "./home.module.css";

/** The decision that is being made: what it would bring, how sure that is, and what is still to be done. */
export function DecisionPanel() {
  const { t } = useTranslation("home");
  const current = useApi("report");
  const report = current.data?.report;
  const aside = (
    <>
      {current.data?.computing === true && <span className={classes.quiet}>{t("decision.computing")}</span>}
      <Link to="/evidence">{t("decision.link")}</Link>
    </>
  );
  return (
    <Panel title={t(report?.landing == null ? "decision.title" : "decision.last")} aside={aside}>
      {current.error !== null && report === undefined ? (
        <ErrorPanel error={current.error} retry={() => void current.refetch()} />
      ) : report === undefined ? (
        <RowsSkeleton rows={5} />
      ) : report === null || report.state === "empty" ? (
        <p className={classes.quiet}>{t("decision.empty")}</p>
      ) : (
        <Decision report={report} />
      )}
    </Panel>
  );
}

function Decision({ report }: { readonly report: Report }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const mayLand = useApi("me").data?.scopes.includes("decide") === true;
  const { utility, objectives } = report.set;
  const before = new Set(report.baseline);
  const after = new Set(report.recommended);
  const added = report.recommended.filter((level) => !before.has(level)).length;
  const removed = report.baseline.filter((level) => !after.has(level)).length;
  const state = report.landing !== null ? "landed" : report.state === "empty" ? "measuring" : report.state;
  return (
    <div className={classes.decision}>
      <div>
        <p className={classes.state} data-state={state}>
          {t(`decision.state.${state}`, { landing: report.landing ?? 0 })}
        </p>
        <p className={classes.gain}>
          <strong>{format.mean(utility)}</strong>
          <span>{`${t("utility")} · ${format.range(utility)}`}</span>
        </p>
        <p className={classes.quiet}>
          {t("decision.set", { count: report.recommended.length })}
          {added > 0 && ` · ${t("decision.added", { count: added })}`}
          {removed > 0 && ` · ${t("decision.removed", { count: removed })}`}
        </p>
        <Progress report={report} />
        {state === "decided" && added + removed > 0 && mayLand && (
          <Button component={Link} to="/evidence?show=what-if" mb="md" rightSection={<IconArrowRight size={14} />}>
            {t("decision.land")}
          </Button>
        )}
        <Narrowing report={report} />
      </div>
      <ObjectiveRows report={report} differences={objectives} />
    </div>
  );
}

/** What has been done for it and what is to go, in numbers. */
function Progress({ report }: { readonly report: Report }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const toGo = useApi("queue").data?.toGo ?? null;
  const confirmation = report.set.confirmation;
  const weakest = confirmation === null ? null : Math.min(...confirmation.tests.map(({ e }) => e));
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{t("decision.runs")}</dt>
        <dd>{format.number(report.evidence.used)}</dd>
      </div>
      {confirmation !== null && (
        <div>
          <dt>{t("decision.pairs")}</dt>
          <dd>{format.number(confirmation.pairs)}</dd>
        </div>
      )}
      {confirmation !== null && weakest !== null && (
        <div>
          <dt>{t("decision.proof")}</dt>
          <dd>
            {t("decision.asked", { found: format.evidence(weakest), asked: format.evidence(confirmation.threshold) })}
          </dd>
        </div>
      )}
      {toGo !== null && toGo.runs > 0 && (
        <div>
          <dt>{t(report.landing === null ? "decision.toGo" : "decision.toGoNext")}</dt>
          <dd>
            {t("decision.toGoRuns", { count: toGo.runs })}
            {toGo.coreSeconds !== null && ` · ${format.deviceTime(toGo.coreSeconds)}`}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** How the gain narrowed as runs came in. */
function Narrowing({ report }: { readonly report: Report }) {
  const { t } = useTranslation("home");
  const format = useFormat();
  const [first, last] = [report.narrowing[0], report.narrowing.at(-1)];
  if (first === undefined || last === undefined || report.narrowing.length < 2) return null;
  return (
    <figure className={classes.narrowing}>
      <Sparkline
        label={t("decision.narrowing")}
        height={64}
        points={report.narrowing.map(({ runs, gain }) => ({ x: runs, ...gain }))}
      />
      <figcaption>
        <span>{t("runs", { count: first.runs })}</span>
        <span>{t("decision.narrowing")}</span>
        <span>{format.number(last.runs)}</span>
      </figcaption>
    </figure>
  );
}

interface Difference {
  readonly objective: string;
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number };
}

/** What the set does to every objective, each on its own scale. */
function ObjectiveRows({
  report,
  differences,
}: {
  readonly report: Report;
  readonly differences: readonly Difference[];
}) {
  const format = useFormat();
  return (
    <ul className={classes.objectives}>
      {differences.map(({ objective, difference }) => {
        const found = report.objectives.find(({ name }) => name === objective);
        if (found === undefined) return null;
        return (
          <li key={objective}>
            <span className={classes.name}>{objective}</span>
            <ForestRow
              estimate={difference}
              domain={forestDomain([difference], found.matters)}
              matters={found.matters}
              goal={found.goal}
              label={objective}
              unit={found.unit}
            />
            <span className={classes.value}>
              {format.mean(difference)}
              {found.unit !== null && <small>{found.unit}</small>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
