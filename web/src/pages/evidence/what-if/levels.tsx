import { Checkbox } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ContributionRow } from "../../../../../src/api/contributions.ts";
import type { Report } from "../../../../../src/api/report.ts";
import { useAreaName } from "../../../components/words.ts";
import { useFormat } from "../../../format.ts";
import { type Choice, groupsOf, obstaclesOf } from "./choice.ts";
import classes from "./what-if.module.css";

export interface LevelsProps {
  readonly report: Report;
  readonly rows: readonly ContributionRow[];
  readonly set: readonly string[];
  readonly choose: (levels: readonly string[]) => void;
}

/** A box a level; those of which one alone can be in a set stand in one frame. */
export function Levels({ report, rows, set, choose }: LevelsProps) {
  const { t } = useTranslation("evidence");
  const areaName = useAreaName();
  const groups = useMemo(() => groupsOf(report, rows), [report, rows]);
  const toggle = (level: string, wanted: boolean) =>
    choose(wanted ? [...set, level] : set.filter((other) => other !== level));
  return groups.map(({ area, factors }) => (
    <fieldset key={area} className={classes.area}>
      <legend>{area === "" ? t("whatIf.noArea") : areaName(area)}</legend>
      {factors.map((factor) => {
        const boxes = factor.map((choice) => (
          <Box key={choice.level} report={report} choice={choice} set={set} toggle={toggle} />
        ));
        return factor.length === 1 ? (
          boxes
        ) : (
          <fieldset key={factor[0]?.level} className={classes.factor}>
            <legend>{t("whatIf.oneOf")}</legend>
            {boxes}
          </fieldset>
        );
      })}
    </fieldset>
  ));
}

interface BoxProps {
  readonly report: Report;
  readonly choice: Choice;
  readonly set: readonly string[];
  readonly toggle: (level: string, wanted: boolean) => void;
}

function Box({ report, choice, set, toggle }: BoxProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const checked = set.includes(choice.level);
  const { conflicts, missing } = obstaclesOf(choice, set, report);
  const effect = report.effects.find(
    ({ level, objective, sense }) => level === choice.level && objective === null && sense === "in-set",
  );
  const notes = [
    ...(conflicts.length === 0 ? [] : [t("whatIf.cannotBeWith", { levels: format.list(conflicts) })]),
    ...(missing.length === 0 ? [] : [t("whatIf.needs", { contributions: format.list(missing) })]),
  ];
  const isRecommended = report.recommended.includes(choice.level);
  return (
    <div className={classes.box} data-changed={checked !== isRecommended}>
      <Checkbox
        checked={checked}
        onChange={(event) => toggle(choice.level, event.currentTarget.checked)}
        label={<span className={classes.level}>{choice.level}</span>}
        description={choice.title === choice.level ? null : choice.title}
        error={checked && notes.length > 0 ? notes.join(" ") : null}
      />
      <span className={classes.side}>
        {effect === undefined ? null : (
          <span className={classes.effect} title={t("whatIf.effect")}>
            {format.mean(effect.estimate)}
          </span>
        )}
        {!checked && notes.length > 0 ? <span className={classes.hint}>{notes.join(" ")}</span> : null}
      </span>
    </div>
  );
}
