import { type ReactNode, useEffect } from "react";
import classes from "./page-header.module.css";

export interface PageHeaderProps {
  readonly title: string;
  /** A sentence on what the page answers. */
  readonly lead?: ReactNode;
  /** Buttons, to the right. */
  readonly actions?: ReactNode;
}

/** The page's one `h1`, which names the browser's tab as well. */
export function PageHeader({ title, lead, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Cairn`;
  }, [title]);
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <h1 tabIndex={-1}>{title}</h1>
        {lead !== undefined && <p>{lead}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
