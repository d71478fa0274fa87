import classes from "./recipe.module.css";

export interface RingProps {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 … 1; null: nothing to share yet. */
  readonly share: number | null;
}

/** A share as an arc that begins at twelve o'clock. */
export function Ring({ x, y, radius, share }: RingProps) {
  const around = 2 * Math.PI * radius;
  return (
    <g transform={`translate(${x} ${y}) rotate(-90)`} className={classes.ring}>
      <circle r={radius} />
      {share === null || share === 0 ? null : (
        <circle r={radius} className={classes.arc} strokeDasharray={`${around * share} ${around}`} />
      )}
    </g>
  );
}
