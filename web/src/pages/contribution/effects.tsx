import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { forestDomain } from "../../../../src/report/scale.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { ForestRow, standing } from "../../components/forest-row.tsx";
import { useFormat } from "../../format.ts";
import classes from "./effects.module.css";
import type { Estimate } from "./pairs.ts";
import { Section } from "./section.tsx";
import { SenseControl, senses, useSense } from "./sense.tsx";

export interface EffectsSectionProps {
  readonly contribution: Contribution;
  readonly objectives: Lab["objectives"];
  /** Of the intervals; null while it is not known. */
  readonly confidence: number | null;
}

/** What it does to the utility and to every objective, as one asks: in the set, alone, on average. */
export function EffectsSection({ contribution, objectives, confidence }: EffectsSectionProps) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const [sense] = useSense();
  const { effects, levels } = contribution;
  if (effects.length === 0) {
    return (
      <Section name="effects">
        <p className={classes.quiet}>{t("effects.none")}</p>
      </Section>
    );
  }
  const said = format.probability(confidence ?? 0.9);
  const table = () => ({
    head: [t("effects.level"), t("effects.measure"), ...senses.map((one) => t(`effects.${one}`))],
    rows: levels.flatMap(({ level }) =>
      [null, ...objectives.map(({ name }) => name)].map((objective) => [
        level,
        objective ?? t("effects.utility"),
        ...senses.map((one) => {
          const found = effects.find((row) => isOf(row, level, objective) && row.sense === one);
          return found === undefined ? null : format.difference(found.estimate);
        }),
      ]),
    ),
  });
  return (
    <Section
      name="effects"
      aside={
        <>
          <SenseControl />
          <CopyMenu table={table} name={`cairn-${contribution.id}`} />
        </>
      }
    >
      <p className={classes.quiet}>{t(`effects.help.${sense}`)}</p>
      {levels.map(({ level }) => (
        <div key={level} className={classes.level}>
          {levels.length > 1 && <h3>{level}</h3>}
          <EffectRows contribution={contribution} level={level} objectives={objectives} />
        </div>
      ))}
      <p className={classes.legend}>{t("effects.legend", { confidence: said })}</p>
    </Section>
  );
}

type Effect = Contribution["effects"][number];

function isOf(row: Effect, level: string, objective: string | null): boolean {
  return row.level === level && row.objective === objective;
}

interface EffectRowsProps {
  readonly contribution: Contribution;
  readonly level: string;
  readonly objectives: Lab["objectives"];
}

function EffectRows({ contribution, level, objectives }: EffectRowsProps) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const utility = { name: null, unit: null, goal: "maximize" as const, matters: 1 };
  const measured = objectives.map(({ name, unit, goal, inUnits }) => ({
    ...{ name, unit, goal },
    matters: inUnits?.matters ?? 0,
  }));
  return (
    <dl className={classes.rows}>
      {[utility, ...measured].map(({ name, unit, goal, matters }) => (
        <EffectRow
          key={name ?? ""}
          name={name ?? t("effects.utility")}
          note={
            name === null
              ? t("effects.utilityUnit")
              : `${t(`effects.better.${goal}`)}${matters > 0 ? ` · ${t("effects.matters", { matters: withUnit(format.number(matters), unit) })}` : ""}`
          }
          {...{ unit, goal, matters }}
          found={contribution.effects.filter((row) => isOf(row, level, name))}
        />
      ))}
    </dl>
  );
}

function withUnit(text: string, unit: string | null): string {
  return unit === null ? text : `${text} ${unit}`;
}

interface EffectRowProps {
  readonly name: string;
  readonly note: string;
  readonly unit: string | null;
  readonly goal: "minimize" | "maximize";
  readonly matters: number;
  /** In every sense: they share a scale, so that changing the sense moves the interval and nothing else. */
  readonly found: readonly Effect[];
}

function EffectRow({ name, note, unit, goal, matters, found }: EffectRowProps) {
  const format = useFormat();
  const [sense] = useSense();
  const estimate: Estimate | undefined = found.find((row) => row.sense === sense)?.estimate;
  if (estimate === undefined) return null;
  const domain = forestDomain(
    found.map((row) => row.estimate),
    matters,
  );
  return (
    <div className={classes.row}>
      <dt>
        <b>{name}</b>
        <small>{note}</small>
      </dt>
      <dd>
        <ForestRow {...{ estimate, domain, matters, goal, unit }} label={name} height={26} />
        <span className={classes.number} data-standing={standing(estimate, goal)}>
          <b>{withUnit(format.mean(estimate), unit)}</b>
          <small>{format.range(estimate)}</small>
        </span>
      </dd>
    </div>
  );
}
