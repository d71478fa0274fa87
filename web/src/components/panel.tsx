import { type ReactNode, useId } from "react";
import classes from "./panel.module.css";

export interface PanelProps {
  readonly title: string;
  /** To the right of the title: a link, a count, a menu. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page: a region by its heading. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
