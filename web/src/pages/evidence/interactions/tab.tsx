import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { isSure, type Measure, type ReportInteraction, type ReportSense } from "../../../../../src/report/view.ts";
import { LevelChips } from "../../../components/level-chip.tsx";
import { EmptyState } from "../../../components/states.tsx";
import { useFormat } from "../../../format.ts";
import { useUrlList, useUrlState } from "../../../url-state.ts";
import { MeasureControl, SenseControl, useMeasure, useSense } from "../controls.tsx";
import { Figure } from "../figure.tsx";
import { unitOf } from "../report.ts";
import { gridOf, surePairs } from "./grid.ts";
import classes from "./heatmap.module.css";
import { Heatmap, HeatmapKey } from "./heatmap.tsx";
import { pairSentence, turnSentences } from "./words.ts";

const sizes = [8, 12, 24, 40];
/** More cells would be too small to point at. */
const largestGrid = 64;
const largestShown = 8;

/** What contributions do to each other. */
export function Interactions({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const [measure, setMeasure] = useMeasure(report);
  const [sense, setSense] = useSense(report, report.interactions);
  const [sizeName, setSize] = useUrlState("levels");
  const [chosen, setChosen] = useUrlList("pair");
  // By name: what is said of it is what the newest report has.
  const [seen, setSeen] = useState<readonly string[]>([]);
  const offered = useMemo(() => offeredSizes(report), [report]);
  const most = Number.parseInt(sizeName, 10) || (window.innerWidth < 620 ? 8 : 24);
  const wanted = offered.find((size) => size >= most) ?? offered.at(-1) ?? most;
  const grid = useMemo(() => gridOf(report, measure, sense, wanted), [report, measure, sense, wanted]);
  const sure = useMemo(() => surePairs(report, measure, sense), [report, measure, sense]);
  const choose = (pair: ReportInteraction) => setChosen([pair.a, pair.b]);
  if (report.interactions.length === 0) return <EmptyState title={t("pairs.none")}>{t("pairs.noneHelp")}</EmptyState>;
  const picked = pairOf(report, chosen, measure, sense);
  const spoken = pairOf(report, seen, measure, sense) ?? picked ?? sure[0] ?? null;
  const unit = unitOf(report, measure) ?? (measure === null ? t("utilityUnit") : "");
  return (
    <Figure
      title={t("pairs.title", { measure: measure ?? t("utility") })}
      note={`${t("pairs.note")} ${t(`sense.note.${sense}`)}`}
      controls={
        <>
          <MeasureControl report={report} measure={measure} choose={setMeasure} />
          <NativeSelect
            label={t("pairs.shown")}
            value={String(wanted)}
            onChange={(event) => setSize(event.currentTarget.value)}
            data={offered.map((size) => ({ value: String(size), label: t("pairs.most", { count: size }) }))}
          />
          <SenseControl sense={sense} choose={setSense} />
        </>
      }
      table={() => ({
        head: [t("pairs.first"), t("pairs.second"), t("pairs.interaction"), t("low"), t("high")],
        rows: report.interactions
          .filter((pair) => pair.objective === measure && pair.sense === sense)
          .map(({ a, b, estimate }) => [a, b, estimate.mean, estimate.low, estimate.high]),
      })}
      name={`interactions-${measure ?? "utility"}-${sense}`}
      below={
        <>
          <HeatmapKey largest={`${format.number(Number(grid.largest.toPrecision(2)))} ${unit}`.trim()} />
          <div className={classes.said}>
            <div className={classes.spoken} aria-live="polite">
              {spoken === null ? <p>{t("pairs.noSure")}</p> : <Said report={report} pair={spoken} />}
            </div>
            {picked === null ? null : <Everywhere report={report} pair={picked} />}
            <Largest report={report} pairs={sure.slice(0, largestShown)} chosen={chosen} choose={choose} />
          </div>
        </>
      }
    >
      {(width) =>
        grid.levels.length < 2 ? (
          <p>{t("effects.noneHere")}</p>
        ) : (
          <Heatmap
            report={report}
            grid={grid}
            width={width}
            label={t("pairs.label")}
            chosen={chosen}
            look={(pair) => setSeen(pair === null ? [] : [pair.a, pair.b])}
            choose={choose}
          />
        )
      }
    </Figure>
  );
}

/** Up to all levels that have interactions. */
function offeredSizes({ interactions }: Report): readonly number[] {
  const total = new Set(interactions.flatMap(({ a, b }) => [a, b])).size;
  return [...sizes.filter((size) => size < total), Math.min(total, largestGrid)];
}

function pairOf(
  report: Report,
  [a, b]: readonly string[],
  measure: Measure,
  sense: ReportSense,
): ReportInteraction | null {
  const isIt = (pair: ReportInteraction) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a);
  const found = report.interactions.find((pair) => pair.objective === measure && pair.sense === sense && isIt(pair));
  return found ?? null;
}

interface SaidProps {
  readonly report: Report;
  readonly pair: ReportInteraction;
}

function Said({ report, pair }: SaidProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  return (
    <>
      <h3>
        {pair.a} × {pair.b}
      </h3>
      <p>{pairSentence(report, pair, t, format)}</p>
      {turnSentences(report, pair, t).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </>
  );
}

/** The chosen pair on every measure, and the way to its parts. */
function Everywhere({ report, pair }: SaidProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const rows = report.interactions.filter(({ a, b, sense }) => a === pair.a && b === pair.b && sense === pair.sense);
  return (
    <div>
      <h3>{t("pairs.everywhere")}</h3>
      <table className={classes.everywhere}>
        <tbody>
          {rows.map(({ objective, estimate }) => (
            <tr key={objective ?? ""} data-sure={isSure(estimate)}>
              <th scope="row">{objective ?? t("utility")}</th>
              <td>{format.difference(estimate, unitOf(report, objective))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={classes.links}>
        <LevelChips levels={[pair.a, pair.b]} />
      </div>
    </div>
  );
}

interface LargestProps {
  readonly report: Report;
  readonly pairs: readonly ReportInteraction[];
  readonly chosen: readonly string[];
  readonly choose: (pair: ReportInteraction) => void;
}

function Largest({ pairs, chosen, choose }: LargestProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  if (pairs.length === 0) return null;
  return (
    <div>
      <h3>{t("pairs.largest")}</h3>
      <ol className={classes.largest}>
        {pairs.map((pair) => (
          <li key={`${pair.a} ${pair.b}`}>
            <button
              type="button"
              aria-pressed={chosen.includes(pair.a) && chosen.includes(pair.b)}
              onClick={() => choose(pair)}
            >
              <span>{t("pairs.with", { a: pair.a, b: pair.b })}</span>
              <b>{format.mean(pair.estimate)}</b>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
