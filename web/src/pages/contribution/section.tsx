import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import classes from "./section.module.css";

export const sections = ["change", "effects", "interactions", "runs", "credit", "discussion", "file"] as const;
export type SectionName = (typeof sections)[number];

export interface SectionProps {
  readonly name: SectionName;
  /** To the right of the heading. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of the page that can be linked to: `#effects`. */
export function Section({ name, aside, children }: SectionProps) {
  const { t } = useTranslation("contribution");
  return (
    <section id={name} className={classes.section} aria-labelledby={`${name}-head`}>
      <header>
        <h2 id={`${name}-head`}>
          <a href={`#${name}`}>{t(`section.${name}`)}</a>
        </h2>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** What was withdrawn has no levels, and so nothing to be shown of them. */
function isThere(name: SectionName, { levels, credit }: Contribution): boolean {
  if (name === "discussion" || name === "file") return true;
  return levels.length > 0 && (name !== "credit" || credit.length > 0);
}

/** Links to the parts that are there. */
export function Sections({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const counts: Partial<Record<SectionName, number>> = { runs: contribution.runs, discussion: contribution.comments };
  return (
    <nav className={classes.nav} aria-label={t("jump")}>
      {sections
        .filter((name) => isThere(name, contribution))
        .map((name) => (
          <a key={name} href={`#${name}`}>
            {t(`section.${name}`)}
            {counts[name] !== undefined && counts[name] > 0 && <span>{counts[name]}</span>}
          </a>
        ))}
    </nav>
  );
}
