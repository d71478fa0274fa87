import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Report } from "../../../../../src/api/report.ts";
import { CopyMenu } from "../../../components/copy-menu.tsx";
import { IconAlert, IconCheck } from "../../../components/icons.tsx";
import { Panel } from "../../../components/panel.tsx";
import { useFormat } from "../../../format.ts";
import figure from "../figure.module.css";
import classes from "./calibration.module.css";

type Fit = Report["fit"][number];

/** Leave-one-out: each run predicted from all the others. */
export function Fits({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const judged = report.fit.filter(({ runs }) => runs > 0);
  if (judged.length === 0) return null;
  const table = () => ({
    head: [
      t("objective"),
      t("fit.state"),
      t("fit.outside"),
      t("runs"),
      t("fit.expected"),
      t("fit.chance"),
      t("fit.tails"),
    ],
    rows: judged.map((fit) => [
      fit.objective,
      fit.state,
      fit.outside,
      fit.runs,
      fit.expected,
      fit.chance,
      fit.kurtosis,
    ]),
  });
  return (
    <Panel title={t("fit.title")} aside={<CopyMenu table={table} name="fit" />}>
      <p className={figure.note}>{t("fit.note", { confidence: format.probability(report.confidence) })}</p>
      <ul className={classes.fits}>
        {judged.map((fit) => (
          <li key={fit.objective} data-state={fit.state}>
            <span className={classes.state}>
              {fit.state === "fits" ? <IconCheck size={14} /> : <IconAlert size={14} />}
            </span>
            <div>
              <b>{fit.objective}</b> <span className={classes.word}>{t(`fit.word.${fit.state}`)}</span>
              <p>
                {t("fit.sentence", {
                  outside: fit.outside,
                  count: fit.runs,
                  expected: format.number(Number(fit.expected.toFixed(1))),
                })}{" "}
                {t(`fit.meaning.${fit.state}`, { odds: oddsOf(fit.chance) })} <Worst fit={fit} />
              </p>
            </div>
            <Outside fit={fit} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** `1 in 40`: only of what is rare is it said. */
function oddsOf(chance: number): string {
  return String(chance < 1e-4 ? 10_000 : Math.max(1, Math.round(1 / chance)));
}

function Worst({ fit: { worst } }: { readonly fit: Fit }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  if (worst === null) return null;
  return (
    <>
      {t("fit.farthest")} <Link to={`/runs/${encodeURIComponent(worst.run)}`}>{worst.run}</Link>,{" "}
      {t("fit.sds", { z: format.signed(Number(worst.z.toFixed(1))) })}
    </>
  );
}

const most = 60;

/** A square a run, those outside filled, and a line where as many would be expected. */
function Outside({ fit }: { readonly fit: Fit }) {
  const { t } = useTranslation("evidence");
  const share = Math.min(1, most / fit.runs);
  const [outside, runs] = [Math.round(fit.outside * share), Math.round(fit.runs * share)];
  const [width, rest] = [150, 150 / Math.max(1, runs)];
  return (
    <svg
      className={classes.outside}
      width={width}
      height={18}
      role="img"
      aria-label={t("fit.picture", { outside: fit.outside, count: fit.runs })}
    >
      {Array.from({ length: runs }, (_, i) => `run ${i}`).map((key, i) => (
        <rect key={key} data-outside={i < outside} x={i * rest} y={5} width={Math.max(1, rest - 1)} height={8} rx={1} />
      ))}
      <line
        x1={Math.min(width - 1, fit.expected * share * rest)}
        x2={Math.min(width - 1, fit.expected * share * rest)}
        y1={1}
        y2={17}
      />
    </svg>
  );
}
