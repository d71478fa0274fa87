import { useTranslation } from "react-i18next";
import { linearScale, padded } from "../../../src/report/scale.ts";
import { useFormat } from "../format.ts";
import classes from "./sparkline.module.css";

interface Point {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface SparklineProps {
  readonly points: readonly Point[];
  /** What the line is, for who cannot see it. */
  readonly label: string;
  readonly height?: number;
}

const width = 240;

/** A small line with the band of its interval and the line of zero. It fills its container's width. */
export function Sparkline({ points, label, height = 56 }: SparklineProps) {
  const { t } = useTranslation("components");
  const format = useFormat();
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const x = linearScale([first.x, last.x], [4, width - 4]);
  const bounds = points.flatMap(({ low, high }) => [low, high]);
  const y = linearScale(padded(Math.min(0, ...bounds), Math.max(0, ...bounds), 0.06), [height, 0]);
  const line = (of: readonly Point[], value: (point: Point) => number) =>
    of.map((point) => `${x.at(point.x).toFixed(1)} ${y.at(value(point)).toFixed(1)}`).join("L");
  const band = `M${line(points, ({ high }) => high)}L${line(points.toReversed(), ({ low }) => low)}Z`;
  const text = `${label}. ${t("spark", { first: format.difference(first), last: format.difference(last) })}`;
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      height={height}
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <path className={classes.band} d={band} />
      <line className={classes.zero} x1="0" x2={width} y1={y.at(0)} y2={y.at(0)} />
      <path className={classes.line} d={`M${line(points, ({ mean }) => mean)}`} />
    </svg>
  );
}
