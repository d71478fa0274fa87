import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Report } from "../../../../../src/api/report.ts";
import { doubtRows, gainRow } from "../../../../../src/report/narrowing-view.ts";
import { forestDomain, linearScale, padded } from "../../../../../src/report/scale.ts";
import { CopyMenu } from "../../../components/copy-menu.tsx";
import { contributionPath } from "../../../components/level-chip.tsx";
import { Panel } from "../../../components/panel.tsx";
import { EmptyState } from "../../../components/states.tsx";
import { type Format, useFormat } from "../../../format.ts";
import drawing from "../drawing.module.css";
import figure from "../figure.module.css";
import { Figure } from "../figure.tsx";
import type { Say } from "../say.ts";
import classes from "./narrowing.module.css";

/** How doubt narrowed as the runs came in. */
export function Narrowing({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const { narrowing } = report;
  if (narrowing.length < 2) return <EmptyState title={t("narrowing.none")}>{t("narrowing.noneHelp")}</EmptyState>;
  return (
    <>
      {gainRow(report) === null ? null : (
        <Figure
          title={t("narrowing.gain")}
          note={gainSentence(report, t, format)}
          table={() => ({
            head: [t("runs"), t("utility"), t("low"), t("high"), t("narrowing.sd")],
            rows: narrowing.map(({ runs, gain, doubt }) => [runs, gain.mean, gain.low, gain.high, doubt]),
          })}
          name="narrowing"
        >
          {(width) => <Trend report={report} width={width} />}
        </Figure>
      )}
      <Doubts report={report} />
    </>
  );
}

function gainSentence({ narrowing }: Report, say: Say, format: Format): string {
  const [first, last] = [narrowing[0], narrowing.at(-1)];
  if (first === undefined || last === undefined) return "";
  return say("narrowing.sentence", {
    first: first.runs,
    last: last.runs,
    before: format.difference(first.gain),
    now: format.difference(last.gain),
  });
}

const [margin, height] = [{ left: 44, right: 64, top: 14, bottom: 30 }, 260];

function Trend({ report: { narrowing }, width }: { readonly report: Report; readonly width: number }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const last = narrowing.at(-1);
  const gains = narrowing.map(({ gain }) => gain);
  const x = linearScale([0, last?.runs ?? 1], [margin.left, width - margin.right]);
  const y = linearScale(padded(...forestDomain(gains, 1), 0.02), [height - margin.bottom, margin.top]);
  const [bottom, top] = y.domain;
  const at = (runs: number, value: number) =>
    `${x.at(runs).toFixed(1)} ${y.at(Math.min(top, Math.max(bottom, value))).toFixed(1)}`;
  const upper = narrowing.map(({ runs, gain }) => at(runs, gain.high));
  const lower = narrowing.toReversed().map(({ runs, gain }) => at(runs, gain.low));
  const middle = narrowing.map(({ runs, gain }) => at(runs, gain.mean));
  const label = narrowing.map(({ runs, gain }) => t("narrowing.step", { count: runs, gain: format.difference(gain) }));
  return (
    <svg
      width={width}
      height={height}
      className={drawing.drawing}
      role="img"
      aria-label={`${t("narrowing.gain")}. ${label.join("; ")}`}
    >
      {y.ticks(5).map((tick) => (
        <g key={tick}>
          <line
            className={tick === 0 ? drawing.zero : drawing.grid}
            x1={margin.left}
            x2={width - margin.right}
            y1={y.at(tick)}
            y2={y.at(tick)}
          />
          <text className={drawing.tick} x={margin.left - 8} y={y.at(tick) + 4} textAnchor="end">
            {format.number(tick)}
          </text>
        </g>
      ))}
      {x.ticks(width < 500 ? 4 : 8).map((tick) => (
        <text key={tick} className={drawing.tick} x={x.at(tick)} y={height - 12} textAnchor="middle">
          {format.number(tick)}
        </text>
      ))}
      <text className={drawing.tick} x={width - margin.right + 12} y={height - 12}>
        {t("runs")}
      </text>
      <path className={classes.band} d={`M${[...upper, ...lower].join("L")}Z`} />
      <path className={classes.line} d={`M${middle.join("L")}`} />
      {narrowing.map((step) => (
        <circle key={step.runs} className={classes.dot} cx={x.at(step.runs)} cy={y.at(step.gain.mean)} r={3.5}>
          <title>{t("narrowing.step", { count: step.runs, gain: format.difference(step.gain) })}</title>
        </circle>
      ))}
      {last === undefined ? null : (
        <text className={drawing.number} x={x.at(last.runs) + 10} y={y.at(last.gain.mean) + 4}>
          {format.mean(last.gain)}
        </text>
      )}
    </svg>
  );
}

/** What each part does in the set: the least known first, all on one scale. */
function Doubts({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const rows = doubtRows(report, Number.POSITIVE_INFINITY);
  const counts = report.narrowing.map(({ runs }) => runs);
  if (rows.length === 0) return null;
  const most = Math.max(...rows.flatMap(({ sds }) => sds));
  const write = (sd: number | undefined) => `±${format.number(Number((sd ?? 0).toPrecision(2)))}`;
  const table = () => ({
    head: [t("runs"), ...rows.map(({ name }) => name)],
    rows: counts.map((runs, i) => [runs, ...rows.map(({ sds }) => sds[i] ?? null)]),
  });
  return (
    <Panel title={t("narrowing.parts")} aside={<CopyMenu table={table} name="doubt" />}>
      <p className={figure.note}>{t("narrowing.partsNote", { first: counts[0], last: counts.at(-1) })}</p>
      <ul className={classes.doubts}>
        {rows.map(({ name, sds }) => (
          <li key={name}>
            <Link to={contributionPath(name)}>{name}</Link>
            <Spark counts={counts} sds={sds} most={most} />
            <span>{`${write(sds[0])} → ${write(sds.at(-1))}`}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface SparkProps {
  readonly counts: readonly number[];
  readonly sds: readonly number[];
  readonly most: number;
}

function Spark({ counts, sds, most }: SparkProps) {
  const x = linearScale([counts[0] ?? 0, counts.at(-1) ?? 1], [1, 99]);
  const y = linearScale([0, most], [27, 2]);
  const points = sds.map((sd, i) => `${x.at(counts[i] ?? 0).toFixed(1)} ${y.at(sd).toFixed(1)}`);
  return (
    <svg viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <path className={classes.band} d={`M1 27L${points.join("L")}L99 27Z`} />
      <path className={classes.line} d={`M${points.join("L")}`} />
    </svg>
  );
}
