import { useTranslation } from "react-i18next";
import type { Report } from "../../../../src/api/report.ts";
import { useApi } from "../../api/query.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { LevelChip } from "../../components/level-chip.tsx";
import { Panel } from "../../components/panel.tsx";
import { useFormat } from "../../format.ts";
import classes from "./lab.module.css";

/** What landed, and whether it still holds. */
export function Lasting() {
  const { t } = useTranslation("lab");
  const format = useFormat();
  const found = useApi("report");
  const lasting: Report["lasting"] = found.data?.report?.lasting ?? [];
  if (lasting.length === 0) return null;
  const table = () => ({
    head: [
      t("lasting.part"),
      t("history.number"),
      t("lasting.before"),
      t("lasting.now"),
      t("low"),
      t("high"),
      t("lasting.state"),
    ],
    rows: lasting.map(({ level, landing, atLanding, now, state }) => [
      level,
      landing,
      atLanding?.mean ?? null,
      now.mean,
      now.low,
      now.high,
      state.kind,
    ]),
  });
  return (
    <Panel title={t("lasting.title")} aside={<CopyMenu table={table} name="still-holds" />}>
      <p className={classes.note}>{t("lasting.note")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section className={classes.scroll} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("lasting.part")}</th>
              <th scope="col" data-number data-optional>
                {t("history.number")}
              </th>
              <th scope="col" data-number data-optional>
                {t("lasting.before")}
              </th>
              <th scope="col" data-number>
                {t("lasting.now")}
              </th>
              <th scope="col">{t("lasting.state")}</th>
            </tr>
          </thead>
          <tbody>
            {lasting.map(({ level, landing, atLanding, now, state }) => (
              <tr key={level}>
                <th scope="row">
                  <LevelChip level={level} />
                </th>
                <td data-number data-optional>
                  {landing}
                </td>
                <td data-number data-optional>
                  {atLanding === null ? "–" : format.difference(atLanding)}
                </td>
                <td data-number>{format.difference(now)}</td>
                <td className={classes.lasting} data-state={state.kind}>
                  {state.kind === "unknown" ? t("lasting.unknown", { count: state.runs }) : t(`lasting.${state.kind}`)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
