import { useTranslation } from "react-i18next";
import { linearScale } from "../../../../src/report/scale.ts";
import { useFormat } from "../../format.ts";
import classes from "./pair-figure.module.css";
import type { Pair } from "./pairs.ts";

export interface PairFigureProps {
  readonly pair: Pair;
  /** What the width spans; the same for all pairs that are compared. */
  readonly domain: readonly [number, number];
}

/** The effect without the other (a ring), with it (a dot), and how sure the way between them is (the bar). */
export function PairFigure({ pair, domain }: PairFigureProps) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const scale = linearScale(domain, [0, 100]);
  const at = (value: number) => `${Math.min(100, Math.max(0, scale.at(value)))}%`;
  const { mean, low, high } = pair.shift;
  const label = t("pairs.shift", { other: pair.other, shift: format.difference(pair.shift) });
  return (
    <svg
      className={classes.figure}
      height={24}
      role="img"
      aria-label={label}
      data-kind={!pair.sure ? "unsure" : mean > 0 ? "helps" : "overlaps"}
    >
      <title>{label}</title>
      <rect className={classes.band} x={at(-1)} width={`${Math.max(0, scale.at(1) - scale.at(-1))}%`} height="100%" />
      <line className={classes.zero} x1={at(0)} x2={at(0)} y1="0" y2="100%" />
      <line
        className={classes.sure}
        x1={at(pair.with + low - mean)}
        x2={at(pair.with + high - mean)}
        y1="70%"
        y2="70%"
      />
      <line className={classes.way} x1={at(pair.without)} x2={at(pair.with)} y1="30%" y2="70%" />
      <circle className={classes.without} cx={at(pair.without)} cy="30%" r="3.5" />
      <circle className={classes.with} cx={at(pair.with)} cy="70%" r="3.5" />
    </svg>
  );
}
