import { Link } from "react-router";
import classes from "./level-chip.module.css";

/** A level by its id, linked to its contribution. A level of several is `contribution=level`. */
export function LevelChip({ level }: { readonly level: string }) {
  return (
    <Link className={classes.chip} to={contributionPath(level)}>
      {level}
    </Link>
  );
}

export function contributionPath(level: string): string {
  return `/contributions/${encodeURIComponent(contributionOfLevel(level))}`;
}

export function contributionOfLevel(level: string): string {
  return level.split("=")[0] ?? level;
}

/** Several, wrapping. */
export function LevelChips({ levels }: { readonly levels: readonly string[] }) {
  return (
    <span className={classes.chips}>
      {levels.map((level) => (
        <LevelChip key={level} level={level} />
      ))}
    </span>
  );
}
