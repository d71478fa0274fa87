import { useTranslation } from "react-i18next";
import type { Recipe } from "../../../../src/api/lab.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { Panel } from "../../components/panel.tsx";
import { useFormat } from "../../format.ts";
import classes from "./recipe.module.css";
import { totalsOf } from "./stages.ts";

/** What the stages cost together, and what the cache spared, stage beside stage. */
export function Costs({ recipe }: { readonly recipe: Recipe }) {
  const { t } = useTranslation("recipe");
  const format = useFormat();
  const totals = totalsOf(recipe);
  if (totals.executed + totals.reused === 0) return null;
  const most = Math.max(
    ...recipe.stages.map(({ coreSeconds, savedCoreSeconds }) => coreSeconds + savedCoreSeconds),
    1e-9,
  );
  const table = () => ({
    head: [
      t("stageHead"),
      t("executed"),
      t("reused"),
      t("failedName"),
      t("meanSeconds"),
      t("coreSeconds"),
      t("savedSeconds"),
    ],
    rows: recipe.stages.map((it) => [
      it.stage,
      it.executed,
      it.reused,
      it.failed,
      it.seconds?.mean ?? null,
      it.coreSeconds,
      it.savedCoreSeconds,
    ]),
  });
  return (
    <Panel title={t("costs")} aside={<CopyMenu table={table} name="stages" />}>
      <p className={classes.quiet}>{t("costsNote")}</p>
      <div className={classes.scroll}>
        <table className={classes.costs}>
          <thead>
            <tr>
              <th scope="col">{t("stageHead")}</th>
              <th scope="col" data-number>
                {t("executed")}
              </th>
              <th scope="col" data-number>
                {t("reused")}
              </th>
              <th scope="col" className={classes.bars}>
                {t("spentSpared")}
              </th>
              <th scope="col" data-number>
                {t("spent")}
              </th>
              <th scope="col" data-number data-optional>
                {t("spared")}
              </th>
            </tr>
          </thead>
          <tbody>
            {recipe.stages.map((it) => (
              <tr key={it.stage}>
                <th scope="row">{it.stage}</th>
                <td data-number>{it.executed}</td>
                <td data-number>{it.reused}</td>
                <td className={classes.bars}>
                  <svg height={12} aria-hidden="true">
                    <rect className={classes.spentBar} width={`${(100 * it.coreSeconds) / most}%`} height={12} rx={2} />
                    <rect
                      className={classes.sparedBar}
                      x={`${(100 * it.coreSeconds) / most}%`}
                      width={`${(100 * it.savedCoreSeconds) / most}%`}
                      height={12}
                      rx={2}
                    />
                  </svg>
                </td>
                <td data-number>{format.deviceTime(it.coreSeconds)}</td>
                <td data-number data-optional>
                  {format.deviceTime(it.savedCoreSeconds)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
