import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconAlert } from "./icons.tsx";
import { wordsOf } from "./notify.tsx";
import classes from "./states.module.css";

/** What a page shows while it has nothing to show: nothing yet, not yet, or not possible. */

export interface EmptyStateProps {
  readonly title: string;
  /** What would be here, and how it comes to be. */
  readonly children?: ReactNode;
  /** A command to type, shown as code. */
  readonly command?: string;
  readonly action?: ReactNode;
}

export function EmptyState({ title, children, command, action }: EmptyStateProps) {
  return (
    <section className={classes.empty}>
      <svg width="44" height="36" viewBox="0 0 44 36" aria-hidden="true" className={classes.stones}>
        <ellipse cx="22" cy="28.5" rx="15" ry="5" />
        <ellipse cx="22.8" cy="18" rx="10.5" ry="4.2" />
        <ellipse cx="21.5" cy="9" rx="6" ry="3.2" />
      </svg>
      <h2>{title}</h2>
      {children !== undefined && <div className={classes.words}>{children}</div>}
      {command !== undefined && <code>{command}</code>}
      {action}
    </section>
  );
}

/** The shape of a page that is on its way: still, and gone at once when the page is there. */
export function PageSkeleton({ rows = 6 }: { readonly rows?: number }) {
  const { t } = useTranslation("components");
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton height={22} width={180} mb={24} />
      <RowsSkeleton rows={rows} />
    </div>
  );
}

/** Rows of a list or table that is on its way. */
export function RowsSkeleton({ rows = 6, height = 36 }: { readonly rows?: number; readonly height?: number }) {
  return (
    <div className={classes.rows}>
      {Array.from({ length: rows }, (_, row) => `row ${row}`).map((key) => (
        <Skeleton key={key} height={height} />
      ))}
    </div>
  );
}

/** Why something could not be shown, what would be right, and a way to try again. */
export function ErrorPanel({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  const { t } = useTranslation("components");
  const { title, detail, help, lang } = wordsOf(error);
  return (
    <section className={classes.error} role="alert">
      <IconAlert />
      <div>
        <strong>{title}</strong>
        <p lang={lang}>{detail}</p>
        {help !== null && (
          <p className={classes.help} lang={lang}>
            {help}
          </p>
        )}
        {retry !== undefined && (
          <Button variant="default" mt="xs" onClick={retry}>
            {t("error.retry")}
          </Button>
        )}
      </div>
    </section>
  );
}
