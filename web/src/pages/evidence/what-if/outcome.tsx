import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Prediction } from "../../../../../src/api/lab.ts";
import type { Report } from "../../../../../src/api/report.ts";
import { linearScale, padded, type Scale } from "../../../../../src/report/scale.ts";
import { goodDirection, sameLevels, standingWord } from "../../../../../src/report/view.ts";
import { useWords } from "../../../components/words.ts";
import type { Table } from "../../../copying.ts";
import { useFormat } from "../../../format.ts";
import { currentBaseline, type Interval, unitOf } from "../report.ts";
import type { Say } from "../say.ts";
import classes from "./what-if.module.css";

/** What the model expects of a set, beside the baseline and the recommended set. */

export interface OutcomeProps {
  readonly report: Report;
  readonly baseline: Prediction | null;
  /** null: not known yet. */
  readonly recommended: Prediction | null;
  readonly set: Prediction;
  readonly levels: readonly string[];
  readonly choose: (levels: readonly string[]) => void;
}

export function Outcome({ report, baseline, recommended, set, levels, choose }: OutcomeProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  if (set.impossible !== null) return <Impossible impossible={set.impossible} levels={levels} choose={choose} />;
  const isOwnRow = !sameLevels(levels, report.recommended) && !sameLevels(report.recommended, currentBaseline(report));
  return (
    <>
      {set.utility === null ? null : (
        <p className={classes.utility}>
          <span>{t("utility")}</span>
          <b data-standing={standingWord(set.utility, 1)}>{format.mean(set.utility)}</b>
          {set.utility.low === set.utility.high ? null : <span>{format.range(set.utility)}</span>}
          <span className={classes.measured}>
            {set.runs === 0 ? t("whatIf.unmeasured") : t("whatIf.measured", { count: set.runs })}
          </span>
        </p>
      )}
      <ul className={classes.objectives}>
        {set.objectives.map((expected) => (
          <Expected
            key={expected.objective}
            report={report}
            expected={expected}
            baseline={valueIn(baseline, expected.objective)}
            recommended={isOwnRow ? valueIn(recommended, expected.objective) : null}
          />
        ))}
      </ul>
    </>
  );
}

function valueIn(prediction: Prediction | null, name: string): Interval | null {
  return prediction?.objectives.find(({ objective }) => objective === name)?.value ?? null;
}

interface ImpossibleProps {
  readonly impossible: NonNullable<Prediction["impossible"]>;
  readonly levels: readonly string[];
  readonly choose: (levels: readonly string[]) => void;
}

/** Why the set cannot be built, and the boxes that would mend it. */
function Impossible({ impossible, levels, choose }: ImpossibleProps) {
  const { t } = useTranslation("evidence");
  const words = useWords();
  return (
    <div className={classes.impossible} role="status">
      <strong>{t("whatIf.impossible")}</strong>
      <p>{words.clash(impossible.clash)}</p>
      <div className={classes.mends}>
        {impossible.levels
          .filter((level) => levels.includes(level))
          .map((level) => (
            <Button key={level} variant="default" onClick={() => choose(levels.filter((other) => other !== level))}>
              {t("whatIf.takeOut", { level })}
            </Button>
          ))}
      </div>
    </div>
  );
}

interface ExpectedProps {
  readonly report: Report;
  readonly expected: Prediction["objectives"][number];
  readonly baseline: Interval | null;
  /** null: the set itself or the baseline is the recommended one. */
  readonly recommended: Interval | null;
}

function Expected({ report, expected, baseline, recommended }: ExpectedProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const { objective, value, difference, guardrail } = expected;
  const direction = goodDirection(report, objective);
  const limit = guardrail === null || baseline === null ? null : baseline.mean - direction * guardrail.margin;
  const all = [value, ...(baseline === null ? [] : [baseline]), ...(recommended === null ? [] : [recommended])];
  const places = [...all.flatMap(({ low, high }) => [low, high]), ...(limit === null ? [] : [limit])];
  const scale = linearScale(padded(Math.min(...places), Math.max(...places), 0.05), [0, 100]);
  const standing = standingWord(difference, direction);
  const unit = unitOf(report, objective);
  return (
    <li>
      <div className={classes.objective}>
        <span>
          <b>{objective}</b>{" "}
          <small>{[unit, t(direction > 0 ? "higherShort" : "lowerShort")].filter(Boolean).join(" · ")}</small>
        </span>
        <span data-standing={standing} className={classes.change}>
          {format.difference(difference)}
        </span>
      </div>
      {baseline === null ? null : (
        <Line
          name={t("whatIf.ofBaseline")}
          kind="baseline"
          value={baseline}
          scale={scale}
          limit={limit}
          from={baseline.mean}
        />
      )}
      {recommended === null ? null : (
        <Line
          name={t("whatIf.ofRecommended")}
          kind="recommended"
          value={recommended}
          scale={scale}
          limit={limit}
          from={baseline?.mean ?? null}
        />
      )}
      <Line
        name={t("whatIf.ofSet")}
        kind={standing}
        value={value}
        scale={scale}
        limit={limit}
        from={baseline?.mean ?? null}
      />
      {guardrail === null ? null : (
        <p className={classes.guardrail} data-held={guardrail.probability >= report.confidence}>
          {t(guardrail.probability >= report.confidence ? "whatIf.held" : "whatIf.unsure", {
            margin: `${format.number(guardrail.margin)}${unit === null ? "" : ` ${unit}`}`,
            probability: format.probability(guardrail.probability),
            asked: format.probability(report.confidence),
          })}
        </p>
      )}
    </li>
  );
}

interface LineProps {
  readonly name: string;
  readonly kind: string;
  readonly value: Interval;
  readonly scale: Scale;
  /** Where the guardrail stands; null: there is none. */
  readonly limit: number | null;
  readonly from: number | null;
}

function Line({ name, kind, value, scale, limit, from }: LineProps) {
  const format = useFormat();
  const at = (place: number) => `${scale.at(place)}%`;
  return (
    <div className={classes.line} data-kind={kind}>
      <span className={classes.who}>{name}</span>
      <svg height={18} aria-hidden="true">
        {from === null ? null : <line className={classes.from} x1={at(from)} x2={at(from)} y1={0} y2={18} />}
        {limit === null ? null : <line className={classes.limit} x1={at(limit)} x2={at(limit)} y1={0} y2={18} />}
        <line className={classes.span} x1={at(value.low)} x2={at(value.high)} y1={9} y2={9} />
        <circle className={classes.mean} cx={at(value.mean)} cy={9} r={4} />
      </svg>
      <span className={classes.value}>{format.estimate(value).split(" (")[0]}</span>
    </div>
  );
}

export interface Outcomes {
  readonly baseline: Prediction | null;
  readonly recommended: Prediction | null;
  readonly set: Prediction | null;
}

export function outcomeTable(report: Report, { baseline, recommended, set }: Outcomes, say: Say): Table {
  const parts = (value: Interval | null | undefined) => [value?.mean ?? null, value?.low ?? null, value?.high ?? null];
  const head = (who: string) => [who, `${who} ${say("low")}`, `${who} ${say("high")}`];
  return {
    head: [
      say("objective"),
      ...head(say("whatIf.ofBaseline")),
      ...head(say("whatIf.ofRecommended")),
      ...head(say("whatIf.ofSet")),
      say("whatIf.guardrail"),
    ],
    rows: report.objectives.map(({ name }) => [
      name,
      ...parts(valueIn(baseline, name)),
      ...parts(valueIn(recommended, name)),
      ...parts(valueIn(set, name)),
      set?.objectives.find(({ objective }) => objective === name)?.guardrail?.probability ?? null,
    ]),
  };
}
