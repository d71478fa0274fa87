import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Lab } from "../../../../src/api/lab.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { Panel } from "../../components/panel.tsx";
import { EmptyState } from "../../components/states.tsx";
import { useAreaName } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./lab.module.css";

/** Objectives and policy, as the lab file has them, in words. */
export function Setup({ lab }: { readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  return (
    <>
      {lab.objectives.length === 0 ? (
        <EmptyState title={t("objectives.none")}>{t("objectives.noneHelp")}</EmptyState>
      ) : (
        <Objectives lab={lab} />
      )}
      <Panel title={t("policy.title")}>
        <Policy lab={lab} />
      </Panel>
    </>
  );
}

function Objectives({ lab }: { readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  const table = () => ({
    head: [
      t("objectives.name"),
      t("objectives.stage"),
      t("objectives.goal"),
      t("objectives.unit"),
      t("objectives.matters"),
      t("objectives.guardrail"),
      t("objectives.weight"),
    ],
    rows: lab.objectives.map((it) => [it.name, it.stage, it.goal, it.unit, it.matters, it.guardrail, it.weight]),
  });
  return (
    <Panel title={t("objectives.title")} aside={<CopyMenu table={table} name="objectives" />}>
      <p className={classes.note}>{t("objectives.note")}</p>
      <ul className={classes.objectives}>
        {lab.objectives.map((it) => {
          const unit = it.unit === null || it.name.toLowerCase().includes(it.unit.toLowerCase()) ? "" : ` ${it.unit}`;
          const amount = (text: string, own: number | undefined | null) =>
            text.endsWith("%")
              ? own == null
                ? t("objectives.ofBaseline", { text })
                : t("objectives.ofBaselineNow", { text, own: `${format.number(own)}${unit}` })
              : `${text}${unit}`;
          return (
            <li key={it.name}>
              <div>
                <Link to={`/evidence?measure=${encodeURIComponent(it.name)}`}>{it.name}</Link>
                <small>
                  {it.unit ?? t("objectives.noUnit")} · {t("objectives.measuredIn")}{" "}
                  <Link to={`/recipe?stage=${encodeURIComponent(it.stage)}`}>{it.stage}</Link>
                  {it.items ? ` · ${t("objectives.items")}` : ""}
                </small>
              </div>
              <dl>
                <div>
                  <dt>{t("objectives.goal")}</dt>
                  <dd>
                    <span aria-hidden="true">{it.goal === "maximize" ? "↑ " : "↓ "}</span>
                    {t(`objectives.${it.goal}`)}
                  </dd>
                </div>
                <div>
                  <dt>{t("objectives.matters")}</dt>
                  <dd>{amount(it.matters, it.inUnits?.matters)}</dd>
                </div>
                <div>
                  <dt>{t("objectives.guardrail")}</dt>
                  <dd>
                    {it.guardrail === null
                      ? t("objectives.unguarded")
                      : t(it.goal === "maximize" ? "objectives.mayFall" : "objectives.mayRise", {
                          amount: amount(it.guardrail, it.inUnits?.guardrail),
                        })}
                  </dd>
                </div>
                <div>
                  <dt>{t("objectives.weight")}</dt>
                  <dd>{format.number(it.weight)}</dd>
                </div>
              </dl>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Policy({ lab: { policy, scale, scales, areas } }: { readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  const areaName = useAreaName();
  const sentences = [
    t("policy.alpha", { alpha: format.probability(policy.alpha) }),
    t("policy.confidence", { confidence: format.probability(policy.confidence) }),
    policy.explore > 0 ? t("policy.explore", { explore: format.probability(policy.explore) }) : t("policy.exploreNone"),
    t(policy.blind ? "policy.blind" : "policy.open"),
    policy.bounds.length === 0
      ? t("policy.unbounded")
      : t("policy.budget", {
          budget: format.list(policy.bounds.map(({ of, amount }) => t(`policy.of.${of}`, { amount }))),
        }),
    scales.length > 1
      ? t("policy.scales", { scale, scales: format.list(scales.filter((it) => it !== scale)) })
      : t("policy.scale", { scale }),
    ...(areas.length === 0 ? [] : [t("policy.areas", { areas: format.list(areas.map(areaName)) })]),
  ];
  return (
    <ul className={classes.sentences}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
