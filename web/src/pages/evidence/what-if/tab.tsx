import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { sameLevels } from "../../../../../src/report/view.ts";
import { useApi } from "../../../api/query.ts";
import { CopyMenu } from "../../../components/copy-menu.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState, ErrorPanel, RowsSkeleton } from "../../../components/states.tsx";
import { useFormat } from "../../../format.ts";
import { useUrlList } from "../../../url-state.ts";
import figure from "../figure.module.css";
import { currentBaseline } from "../report.ts";
import { namedSet, setOf } from "./choice.ts";
import { Land } from "./land.tsx";
import { Levels } from "./levels.tsx";
import { Outcome, outcomeTable } from "./outcome.tsx";
import classes from "./what-if.module.css";

/** Long enough for two clicks in a row, too short to be waited for. */
const patience = 180;

/** What if this set landed? Boxes are ticked, the model answers. */
export function WhatIf({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const [named, setNamed] = useUrlList("set");
  const set = setOf(report, named);
  const choose = (levels: readonly string[]) => setNamed(namedSet(report, levels));
  const [asked] = useDebouncedValue(set.toSorted().join(","), patience);
  const levels = asked === "" ? [] : asked.split(",");
  const predicted = useApi("predict", { query: { level: levels } }, { keepPrevious: true });
  const recommended = useApi("predict", { query: { level: report.recommended.toSorted() } });
  const baselineSet = currentBaseline(report);
  const baseline = useApi("predict", { query: { level: baselineSet.toSorted() } });
  const contributions = useApi("listContributions", { query: { limit: 1000 } });
  if (report.contributions.length === 0)
    return <EmptyState title={t("whatIf.none")}>{t("whatIf.noneHelp")}</EmptyState>;
  const stale = predicted.isPlaceholderData || asked !== set.toSorted().join(",");
  const outcomes = {
    baseline: baseline.data ?? null,
    recommended: recommended.data ?? null,
    set: predicted.data ?? null,
  };
  return (
    <>
      <p className={figure.note}>{t("whatIf.note")}</p>
      <div className={classes.columns}>
        <Panel
          title={t("whatIf.parts", { count: set.length })}
          aside={
            <span className={classes.resets}>
              <Button
                variant="subtle"
                onClick={() => choose(report.recommended)}
                disabled={sameLevels(set, report.recommended)}
              >
                {t("whatIf.recommended")}
              </Button>
              <Button variant="subtle" onClick={() => choose(baselineSet)} disabled={sameLevels(set, baselineSet)}>
                {t("whatIf.baseline")}
              </Button>
            </span>
          }
        >
          <Levels report={report} rows={contributions.data?.items ?? []} set={set} choose={choose} />
        </Panel>
        <div className={classes.outcome}>
          <Panel
            title={t("whatIf.outcome")}
            aside={<CopyMenu table={() => outcomeTable(report, outcomes, t)} name="what-if" />}
          >
            {predicted.isError ? (
              <ErrorPanel error={predicted.error} retry={() => void predicted.refetch()} />
            ) : predicted.data === undefined ? (
              <RowsSkeleton rows={6} height={54} />
            ) : (
              <div aria-busy={stale} data-stale={stale} className={classes.answer}>
                <Outcome report={report} {...outcomes} set={predicted.data} levels={set} choose={choose} />
              </div>
            )}
            <Land report={report} set={set} />
          </Panel>
        </div>
      </div>
      <Standing set={set} report={report} utility={predicted.data?.utility ?? null} stale={stale} />
    </>
  );
}

interface StandingProps {
  readonly set: readonly string[];
  readonly report: Report;
  readonly utility: Report["set"]["utility"] | null;
  readonly stale: boolean;
}

/** On a phone, where the answer is far below the boxes: its one number at the foot of the screen. */
function Standing({ set, utility, stale }: StandingProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  return (
    <div className={classes.standing} data-stale={stale} aria-hidden="true">
      <span>{t("whatIf.parts", { count: set.length })}</span>
      <b>{utility === null ? t("whatIf.impossible") : `${t("utility")} ${format.mean(utility)}`}</b>
    </div>
  );
}
