import { Button } from "@mantine/core";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Contribution, ContributionRow } from "../../../../src/api/contributions.ts";
import { forestDomain } from "../../../../src/report/scale.ts";
import { contributionPath } from "../../components/level-chip.tsx";
import { useFormat } from "../../format.ts";
import classes from "./interactions.module.css";
import { PairFigure } from "./pair-figure.tsx";
import { type Pair, pairsOf, type Sense } from "./pairs.ts";
import { Section } from "./section.tsx";
import { SenseControl, useSense } from "./sense.tsx";

export interface InteractionsSectionProps {
  readonly contribution: Contribution;
  /** All contributions: which of their levels are in the recommended set. */
  readonly queue: readonly ContributionRow[];
}

/** So many pairs are shown at first. */
const first = 5;

/** What the other changes do to this one's utility, in words and as a figure. */
export function InteractionsSection({ contribution, queue }: InteractionsSectionProps) {
  const { t } = useTranslation("contribution");
  const [sense] = useSense();
  const [more, setMore] = useState(false);
  const recommended = new Set(
    queue.flatMap(({ levels }) => levels.filter((level) => level.recommended).map(({ level }) => level)),
  );
  const pairs = contribution.levels.flatMap(({ level }) =>
    pairsOf(contribution.effects, contribution.interactions, { level, objective: null, sense, recommended }),
  );
  if (pairs.length === 0) {
    return (
      <Section name="interactions">
        <p className={classes.quiet}>{t("pairs.none")}</p>
      </Section>
    );
  }
  const shown = more ? pairs : pairs.slice(0, Math.max(first, pairs.filter(({ sure }) => sure).length));
  return (
    <Section name="interactions" aside={<SenseControl />}>
      {!pairs.some(({ sure }) => sure) && <p className={classes.quiet}>{t("pairs.noneSure")}</p>}
      <PairList pairs={shown} sense={sense} named={contribution.levels.length > 1} />
      <p className={classes.legend}>{t("pairs.legend")}</p>
      {pairs.length > shown.length || more ? (
        <Button variant="subtle" size="compact-xs" onClick={() => setMore(!more)}>
          {more ? t("pairs.less") : t("pairs.more", { count: pairs.length - shown.length })}
        </Button>
      ) : null}
    </Section>
  );
}

interface PairListProps {
  readonly pairs: readonly Pair[];
  readonly sense: Sense;
  readonly named: boolean;
}

function PairList({ pairs, sense, named }: PairListProps) {
  const ends = pairs.flatMap((pair) => [pointOf(pair.without), withInterval(pair)]);
  const domain = forestDomain(ends, 1);
  return (
    <ul className={classes.pairs}>
      {pairs.map((pair) => (
        <li key={`${pair.level} ${pair.other}`}>
          <PairWords pair={pair} sense={sense} named={named} />
          <PairFigure pair={pair} domain={domain} />
        </li>
      ))}
    </ul>
  );
}

function pointOf(value: number) {
  return { mean: value, low: value, high: value };
}

/** The effect with the other, as sure as the difference between the two is. */
function withInterval(pair: Pair) {
  const { mean, low, high } = pair.shift;
  return { mean: pair.with, low: pair.with + low - mean, high: pair.with + high - mean };
}

function PairWords({ pair, sense, named }: { readonly pair: Pair } & Pick<PairListProps, "sense" | "named">) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  // A digit more than the interval supports: the two would else often read the same.
  const half = (pair.shift.high - pair.shift.low) / 20;
  const written = (value: number) => format.mean({ mean: value, low: value - half, high: value + half });
  const kind = !pair.sure ? "unsure" : pair.shift.mean > 0 ? "helps" : "overlaps";
  // "Helps by" takes sizes, not differences.
  const helps = sense === "alone" && pair.without > 0 && pair.with > 0;
  const key = sense === "alone" && !helps ? "aloneChanges" : sense;
  const size = (value: number) => (helps ? written(value).replace("+", "") : written(value));
  return (
    <div className={classes.words}>
      <p>
        {named && <code>{pair.level} </code>}
        <Trans
          t={t}
          i18nKey={`pairs.${key}`}
          values={{ without: size(pair.without), with: size(pair.with) }}
          components={{
            other: (
              <Link className={classes.other ?? ""} to={contributionPath(pair.other)}>
                {pair.other}
              </Link>
            ),
          }}
        />
      </p>
      <small data-kind={kind}>
        {t(`pairs.${kind}`)} · {format.difference(pair.shift)}
      </small>
    </div>
  );
}
