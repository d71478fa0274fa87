import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { linearScale } from "../../../../../src/report/scale.ts";
import { mattersOf } from "../../../../../src/report/view.ts";
import type { Table } from "../../../copying.ts";
import { type Format, useFormat } from "../../../format.ts";
import drawing from "../drawing.module.css";
import { Figure } from "../figure.tsx";
import { unitOf } from "../report.ts";
import type { Say } from "../say.ts";
import { cutTo } from "../text.ts";
import classes from "./calibration.module.css";
import { isTold, type NoisePart, pairsToTell } from "./noise.ts";

/** Where single runs' noise comes from, in units of what matters, and what that means for who wants to know. */
export function Noises({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const rows = rowsOf(report, t, format);
  if (rows.length === 0) return null;
  return (
    <Figure
      title={t("noise.title")}
      note={t("noise.note")}
      table={() => tableOf(report, t)}
      name="noise"
      below={
        <ul className={classes.sentences}>
          {report.noise.map((noise) => (
            <li key={noise.objective}>
              <b>{noise.objective}</b> {sentenceOf(report, noise, t, format)}
            </li>
          ))}
        </ul>
      }
    >
      {(width) => <Drawing rows={rows} width={width} label={t("noise.title")} matters={t("noise.matters")} />}
    </Figure>
  );
}

interface Row {
  readonly key: string;
  /** Of the first row of an objective. */
  readonly heading: string | null;
  readonly source: string;
  /** In units of what matters; null: not told yet. */
  readonly sd: { readonly mean: number; readonly low: number; readonly high: number } | null;
  readonly words: string;
}

function rowsOf(report: Report, say: Say, format: Format): readonly Row[] {
  return report.noise.flatMap(({ objective, parts }) => {
    const matters = mattersOf(report, objective);
    if (matters === 0) return [];
    return parts.map((part, i): Row => {
      const source = sourceWord(part, say, format);
      const told = isTold(part);
      const { mean, low, high } = part.sd;
      return {
        key: `${objective} ${source}`,
        heading: i === 0 ? objective : null,
        source,
        sd: told ? { mean: mean / matters, low: low / matters, high: high / matters } : null,
        words: told ? format.estimate(part.sd, unitOf(report, objective)) : say("noise.untold"),
      };
    });
  });
}

function sourceWord({ source }: NoisePart, say: Say, format: Format): string {
  if (source.kind === "stages") return say("noise.source.stages", { stages: format.list(source.stages) });
  return say(`noise.source.${source.kind}`);
}

interface DrawingProps {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly label: string;
  readonly matters: string;
}

const [rowHeight, headingHeight, top] = [22, 26, 24];

function Drawing({ rows, width, label, matters }: DrawingProps) {
  const narrow = width < 620;
  const left = narrow ? 116 : Math.min(200, width * 0.26);
  const right = narrow ? width - 8 : width - 210;
  const most = Math.max(1.5, ...rows.map(({ sd }) => Math.min(sd?.high ?? 0, 2.5 * (sd?.mean ?? 0))));
  const scale = linearScale([0, most * 1.05], [left, right]);
  let y = top;
  const placed = rows.map((row) => {
    const at = y + (row.heading === null ? 0 : headingHeight);
    y = at + rowHeight;
    return { row, at };
  });
  return (
    <svg
      width={width}
      height={y + 4}
      className={drawing.drawing}
      role="img"
      aria-label={`${label}. ${rows.map(({ key, words }) => `${key}: ${words}`).join("; ")}`}
    >
      <rect className={drawing.band} x={scale.at(0)} y={top} width={scale.at(1) - scale.at(0)} height={y - top} />
      <line className={drawing.zero} x1={scale.at(1)} x2={scale.at(1)} y1={top} y2={y} />
      <text className={drawing.tick} x={scale.at(1)} y={top - 8} textAnchor="middle">
        {matters}
      </text>
      {placed.map(({ row, at }) => (
        <g key={row.key}>
          {row.heading === null ? null : (
            <text className={drawing.heading} x={0} y={at - 7}>
              {row.heading}
            </text>
          )}
          <text className={drawing.range} x={8} y={at + 15}>
            {cutTo(row.source, left - 14, 11)}
          </text>
          {row.sd === null ? null : (
            <g className={drawing.interval} data-standing="unsure">
              <line x1={scale.at(row.sd.low)} x2={Math.min(right, scale.at(row.sd.high))} y1={at + 11} y2={at + 11} />
              <circle className={drawing.full} cx={Math.min(right, scale.at(row.sd.mean))} cy={at + 11} r={4} />
            </g>
          )}
          {narrow && row.sd !== null ? null : (
            <text className={drawing.range} x={narrow ? left : width} y={at + 15} textAnchor={narrow ? "start" : "end"}>
              {row.words}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

function sentenceOf(report: Report, noise: Report["noise"][number], say: Say, format: Format): string {
  const matters = mattersOf(report, noise.objective);
  if (noise.sd === 0) return say("noise.none");
  const ratio = noise.sd / matters;
  const said = say("noise.ratio", { ratio: format.number(Number(ratio.toPrecision(2))) });
  const pairs = say(pairsToTell(ratio) === 1 ? "noise.onePair" : "noise.pairs", { count: pairsToTell(ratio) });
  const sampling =
    noise.sampling === null
      ? []
      : [say("noise.sampling", { share: format.probability(Math.min(1, (noise.sampling / noise.sd) ** 2)) })];
  return [said, pairs, ...sampling].join(" ");
}

function tableOf(report: Report, say: Say): Table {
  return {
    head: [say("objective"), say("noise.sourceHead"), say("noise.sd"), say("low"), say("high"), say("noise.draws")],
    rows: report.noise.flatMap(({ objective, parts }) =>
      parts.map(({ source, sd, draws }) => [
        objective,
        source.kind === "stages" ? source.stages.join(" ") : source.kind,
        sd.mean,
        sd.low,
        sd.high,
        draws,
      ]),
    ),
  };
}
