import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { forestDomain } from "../../../../../src/report/scale.ts";
import { mattersOf, objectiveNamed, quotedGains } from "../../../../../src/report/view.ts";
import { ForestRow } from "../../../components/forest-row.tsx";
import { LevelChips } from "../../../components/level-chip.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState } from "../../../components/states.tsx";
import { useFormat } from "../../../format.ts";
import figure from "../figure.module.css";
import { Figure } from "../figure.tsx";
import { type Confirmation, unitOf } from "../report.ts";
import classes from "./confirmation.module.css";
import { Progress } from "./progress.tsx";

/** How sure the decision is: fresh pairs of runs, guardrails, and the errors that a lab's life allows. */
export function ConfirmationTab({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const { confirmation } = report.set;
  return (
    <>
      {confirmation === null || confirmation.tests.length === 0 ? (
        <EmptyState title={t(`confirmation.none.${confirmation === null ? report.state : "begun"}`)}>
          {t("confirmation.noneHelp")}
        </EmptyState>
      ) : (
        <Tests report={report} confirmation={confirmation} />
      )}
      <Guardrails report={report} />
      <Budget report={report} />
    </>
  );
}

interface TestsProps {
  readonly report: Report;
  readonly confirmation: Confirmation;
}

function Tests({ report, confirmation }: TestsProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const weakest = Math.min(...confirmation.tests.map(({ e }) => e));
  const limit = format.probability(1 / confirmation.threshold);
  return (
    <Figure
      title={t("confirmation.title")}
      note={t("confirmation.whatIsE", { asked: format.evidence(confirmation.threshold), limit })}
      controls={
        <p className={classes.sentence} data-outcome={confirmation.outcome}>
          {t(`confirmation.sentence.${confirmation.outcome}`, {
            count: confirmation.pairs,
            e: format.evidence(weakest),
            asked: format.evidence(confirmation.threshold),
          })}
        </p>
      }
      table={() => ({
        head: [t("confirmation.test"), "E", t("confirmation.asked"), t("effect"), t("low"), t("high")],
        rows: confirmation.tests.map(({ objective, e, difference }) => [
          objective ?? t("utility"),
          e,
          confirmation.threshold,
          difference.mean,
          difference.low,
          difference.high,
        ]),
      })}
      name="confirmation"
      below={
        <ul className={classes.differences}>
          {confirmation.tests.map(({ objective, difference }) => (
            <li key={objective ?? ""}>
              <span>{objective ?? t("utility")}</span>
              <ForestRow
                estimate={difference}
                domain={forestDomain([difference], mattersOf(report, objective))}
                matters={mattersOf(report, objective)}
                goal={objective === null ? "maximize" : (objectiveNamed(report, objective)?.goal ?? "maximize")}
                label={objective ?? t("utility")}
                unit={unitOf(report, objective)}
              />
              <span className={classes.number}>{format.difference(difference, unitOf(report, objective))}</span>
            </li>
          ))}
        </ul>
      }
    >
      {(width) => <Progress confirmation={confirmation} width={width} />}
    </Figure>
  );
}

function Guardrails({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const guarded = quotedGains(report).flatMap(({ objective, guardrail }) =>
    guardrail === null ? [] : [{ objective, ...guardrail }],
  );
  if (guarded.length === 0 || report.recommended.length === 0) return null;
  return (
    <Panel title={t("guardrails.title")}>
      <p className={figure.note}>{t("guardrails.note", { asked: format.probability(report.confidence) })}</p>
      <ul className={classes.guards}>
        {guarded.map(({ objective, margin, probability }) => {
          const unit = unitOf(report, objective);
          const goal = objectiveNamed(report, objective)?.goal ?? "maximize";
          return (
            <li key={objective} data-held={probability >= report.confidence}>
              <b>{objective}</b>
              <span>
                {t(`guardrails.${goal}`, { margin: `${format.number(margin)}${unit === null ? "" : ` ${unit}`}` })}
              </span>
              <strong>
                {t(probability >= report.confidence ? "guardrails.held" : "guardrails.open", {
                  probability: format.probability(probability),
                })}
              </strong>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Budget({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const budget = report.errorBudget;
  if (budget === null) return null;
  return (
    <Panel title={t("budget.title")}>
      <p className={figure.note}>{t("budget.note", { alpha: format.probability(report.alpha) })}</p>
      <dl className={classes.budget}>
        <div>
          <dt>{t("budget.tested")}</dt>
          <dd>{budget.tested}</dd>
        </div>
        <div>
          <dt>{t("budget.landed")}</dt>
          <dd>{budget.landed}</dd>
        </div>
        <div>
          <dt>{t("budget.asked")}</dt>
          <dd>E ≥ {format.evidence(budget.asked)}</dd>
        </div>
      </dl>
      {report.recommended.length === 0 ? null : (
        <div className={classes.set}>
          <h3>{t(report.landing === null ? "confirmation.set" : "confirmation.setLanded")}</h3>
          <LevelChips levels={report.recommended} />
        </div>
      )}
    </Panel>
  );
}
