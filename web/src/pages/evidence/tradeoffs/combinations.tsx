import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Report } from "../../../../../src/api/report.ts";
import { sameLevels } from "../../../../../src/report/view.ts";
import { useFormat } from "../../../format.ts";
import { toldFrom, unitOf } from "../report.ts";
import { whatIfPath } from "../what-if/choice.ts";
import type { Dot } from "./front.ts";
import classes from "./scatter.module.css";

const shownFirst = 10;
/** More runs make no comparison that a person reads. */
const mostCompared = 200;

export interface CombinationsProps {
  readonly report: Report;
  /** Those selected, or all. */
  readonly dots: readonly Dot[];
  readonly total: number;
  readonly x: string;
  readonly y: string;
  readonly looked: string | null;
  readonly look: (key: string | null) => void;
  /** Takes the selection back; null: nothing is selected. */
  readonly clear: (() => void) | null;
}

/** The combinations as a table: what is in the picture, for who cannot see it, and the way on to their runs. */
export function Combinations({ report, dots, total, x, y, looked, look, clear }: CombinationsProps) {
  const { t } = useTranslation("evidence");
  const [all, setAll] = useState(false);
  const sorted = dots.toSorted((a, b) => b.point.utility.mean - a.point.utility.mean);
  const shown = all ? sorted : sorted.slice(0, shownFirst);
  const runs = report.runs.filter(
    (run) => run.state === "done" && dots.some(({ point }) => sameLevels(point.levels, run.levels)),
  );
  const compared = runs.slice(0, mostCompared).map(({ id }) => id);
  return (
    <>
      <div className={classes.bar}>
        <h3>
          {clear === null
            ? t("tradeoffs.all", { count: total })
            : t("tradeoffs.selected", { count: dots.length, total })}
        </h3>
        <div className={classes.buttons}>
          {clear === null ? null : (
            <Button variant="default" onClick={clear}>
              {t("tradeoffs.clear")}
            </Button>
          )}
          {clear === null || compared.length === 0 ? null : (
            <Button variant="default" component={Link} to={`/compare?run=${compared.join(",")}`}>
              {t("tradeoffs.compare", { count: compared.length })}
            </Button>
          )}
        </div>
      </div>
      {dots.length === 0 ? <p>{t("tradeoffs.noneSelected")}</p> : null}
      <div className={classes.scroll}>
        <table className={classes.table} onPointerLeave={() => look(null)}>
          <thead>
            <tr>
              <th scope="col">{t("tradeoffs.combination")}</th>
              <th scope="col" data-number>
                {x}
              </th>
              <th scope="col" data-number>
                {y}
              </th>
              <th scope="col" data-number>
                {t("utility")}
              </th>
              <th scope="col" data-number>
                {t("runs")}
              </th>
              <th scope="col">{t("tradeoffs.try")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((dot) => (
              <Row key={dot.key} report={report} dot={dot} x={x} y={y} looked={looked === dot.key} look={look} />
            ))}
          </tbody>
        </table>
      </div>
      {dots.length > shownFirst ? (
        <div>
          <Button variant="subtle" onClick={() => setAll(!all)}>
            {all ? t("tradeoffs.fewer") : t("tradeoffs.rest", { count: dots.length - shownFirst })}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface RowProps {
  readonly report: Report;
  readonly dot: Dot;
  readonly x: string;
  readonly y: string;
  readonly looked: boolean;
  readonly look: (key: string | null) => void;
}

function Row({ report, dot, x, y, looked, look }: RowProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const cell = (label: string, value: Dot["x"]) => (
    <td data-number data-label={label}>
      {format.estimate(value, unitOf(report, label)).split(" (")[0]}
      <small>{format.range(value, false)}</small>
    </td>
  );
  const { from, added, removed } = toldFrom(report, dot.point.levels);
  return (
    <tr data-looked={looked} onPointerEnter={() => look(dot.key)}>
      <th scope="row">
        <span className={classes.changes} title={dot.point.levels.join(" ")}>
          <span className={classes.role}>{t(`tradeoffs.role.${from}`)}</span>
          {added.map((level) => (
            <span key={level}>+{level}</span>
          ))}
          {removed.map((level) => (
            <span key={level}>{`\u2212${level}`}</span>
          ))}
        </span>
      </th>
      {cell(x, dot.x)}
      {cell(y, dot.y)}
      <td data-number data-label={t("utility")}>
        {format.mean(dot.point.utility)}
      </td>
      <td data-number data-label={t("runs")}>
        {dot.point.runs}
      </td>
      <td>
        <Link to={whatIfPath(dot.point.levels)} onFocus={() => look(dot.key)} onBlur={() => look(null)}>
          {t("tradeoffs.tryIt")}
        </Link>
      </td>
    </tr>
  );
}
