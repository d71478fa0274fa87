import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { CopyMenu } from "../../../components/copy-menu.tsx";
import { Panel } from "../../../components/panel.tsx";
import { useFormat } from "../../../format.ts";
import figure from "../figure.module.css";
import classes from "./calibration.module.css";

type Context = Report["contexts"][number];

/** How far runs at other scales, or of before the lab changed, agree with those that are decided about. */
export function Contexts({ report }: { readonly report: Report }) {
  return report.contexts.map((context) => <Agreement key={context.kind} context={context} />);
}

function Agreement({ context }: { readonly context: Context }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const [here, ...others] = context.levels;
  const rows = context.correlations.map(({ objective, estimate }) => ({
    objective,
    estimate,
    ranks: context.ranks
      .filter((rank) => rank.objective === objective)
      .toSorted((a, b) => b.combinations - a.combinations)[0],
  }));
  const table = () => ({
    head: [
      t("objective"),
      t("contexts.agreement"),
      t("low"),
      t("high"),
      t("contexts.ranks"),
      t("contexts.combinations"),
    ],
    rows: rows.map(({ objective, estimate, ranks }) => [
      objective,
      ...[estimate.mean, estimate.low, estimate.high],
      ranks?.estimate?.mean ?? null,
      ranks?.combinations ?? null,
    ]),
  });
  const elsewhere = others.map(({ name, runs }) => t("contexts.runsAt", { count: runs, name }));
  return (
    <Panel title={t(`contexts.${context.kind}`)} aside={<CopyMenu table={table} name={`agreement-${context.kind}`} />}>
      <p className={figure.note}>{t("contexts.note", { elsewhere: format.list(elsewhere), here: here?.name ?? "" })}</p>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("objective")}</th>
              <th scope="col">{t("contexts.agreement")}</th>
              <th scope="col">{t("contexts.ranks")}</th>
              <th scope="col">{t("contexts.combinations")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ objective, estimate, ranks }) => (
              <tr key={objective}>
                <th scope="row">{objective}</th>
                <td>{format.estimate(estimate)}</td>
                <td>{ranks?.estimate == null ? t("contexts.unknown") : format.estimate(ranks.estimate)}</td>
                <td>{ranks?.combinations ?? 0}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
