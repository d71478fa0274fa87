import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./settings.module.css";

export interface WideTableProps {
  /** What the table is of. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A table that scrolls sideways in its own place where the page is narrow; by keyboard too. */
export function WideTable({ label, children }: WideTableProps) {
  const { t } = useTranslation("settings");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className={classes.wide} aria-label={t("table", { title: label })} tabIndex={0}>
      <Table miw={620}>{children}</Table>
    </section>
  );
}
