import { linearScale } from "../../../src/report/scale.ts";
import { useFormat } from "../format.ts";
import classes from "./forest-row.module.css";

interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface ForestRowProps {
  readonly estimate: Estimate;
  /** What the width spans; the same for all rows that are compared: `forestDomain(estimates, matters)`. */
  readonly domain: readonly [number, number];
  /** The smallest difference that matters: the band around zero. */
  readonly matters: number;
  /** Which way is better; of utility, `maximize`. */
  readonly goal: "minimize" | "maximize";
  /** What the interval is of, for who cannot see it. */
  readonly label: string;
  readonly unit?: string | null;
  readonly height?: number;
}

/** One credible interval over the line of zero and the band of what does not matter. It fills its container's width. */
export function ForestRow({ estimate, domain, matters, goal, label, unit = null, height = 18 }: ForestRowProps) {
  const format = useFormat();
  const scale = linearScale(domain, [0, 100]);
  const at = (value: number) => `${Math.min(100, Math.max(0, scale.at(value)))}%`;
  const text = `${label}: ${format.difference(estimate, unit)}`;
  const cut = { left: scale.at(estimate.low) < 0, right: scale.at(estimate.high) > 100 };
  return (
    <svg className={classes.row} height={height} role="img" aria-label={text} data-standing={standing(estimate, goal)}>
      <title>{text}</title>
      <rect
        className={classes.band}
        x={at(-matters)}
        width={`${Math.max(0, scale.at(matters) - scale.at(-matters))}%`}
        height="100%"
      />
      <line className={classes.zero} x1={at(0)} x2={at(0)} y1="0" y2="100%" />
      <line className={classes.span} x1={at(estimate.low)} x2={at(estimate.high)} y1="50%" y2="50%" />
      {cut.left && (
        <text x="0" y="50%" dy="4" className={classes.cut}>
          {"‹"}
        </text>
      )}
      {cut.right && (
        <text x="100%" y="50%" dy="4" textAnchor="end" className={classes.cut}>
          {"›"}
        </text>
      )}
      <circle className={classes.mean} cx={at(estimate.mean)} cy="50%" r="3.5" />
    </svg>
  );
}

/** Whether the interval says better, worse, or neither. */
export function standing(estimate: Estimate, goal: "minimize" | "maximize"): "better" | "worse" | "unsure" {
  const [low, high] = goal === "maximize" ? [estimate.low, estimate.high] : [-estimate.high, -estimate.low];
  return low > 0 ? "better" : high < 0 ? "worse" : "unsure";
}
