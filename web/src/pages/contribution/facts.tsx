import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Contribution } from "../../../../src/api/contributions.ts";
import { IconEyeOff } from "../../components/icons.tsx";
import { LevelChips } from "../../components/level-chip.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./facts.module.css";

/** What else is known of it, beside the page's text. */
export function Facts({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const words = useWords();
  const { runs, coreSeconds, toDecide, worth, obstacle, requires, conflicts, landings, proposedAt } = contribution;
  return (
    <aside className={classes.facts}>
      <dl>
        <Fact name={t("fact.by")}>
          <Authors contribution={contribution} />
        </Fact>
        {proposedAt !== null && (
          <Fact name={t("fact.proposed")}>
            <time dateTime={new Date(proposedAt).toISOString()} title={format.instant(proposedAt)}>
              {format.ago(proposedAt)}
            </time>
          </Fact>
        )}
        <Fact name={t("fact.runs")}>
          {t("fact.runs", { count: runs })}
          {runs > 0 && <small>{format.deviceTime(coreSeconds)}</small>}
        </Fact>
        {toDecide !== null && (
          <Fact name={t("fact.toDecide")}>
            {t("fact.more", { count: Math.round(toDecide.runs) })}
            {toDecide.coreSeconds !== null && <small>{format.deviceTime(toDecide.coreSeconds)}</small>}
          </Fact>
        )}
        {worth !== null && (
          <Fact name={t("fact.worth")}>
            <Explained words={t("fact.worthHelp")}>
              {t("fact.worthNats", { worth: format.number(Number(worth.toPrecision(2))) })}
            </Explained>
          </Fact>
        )}
        {obstacle !== null && contribution.state !== "withdrawn" && (
          <Fact name={t("fact.blocked")}>
            <span className={classes.blocked}>{words.obstacle(obstacle)}</span>
          </Fact>
        )}
        {requires.length > 0 && (
          <Fact name={t("fact.requires")}>
            <LevelChips levels={requires} />
          </Fact>
        )}
        {conflicts.length > 0 && (
          <Fact name={t("fact.conflicts")}>
            <LevelChips levels={conflicts} />
          </Fact>
        )}
        {landings.length > 0 && (
          <Fact name={t("fact.landing")}>
            {landings.map(({ landing, kind, at }) => (
              <Link key={`${kind} ${landing}`} to="/lab" title={format.instant(at)}>
                {t(`fact.${kind}`, { landing })}
              </Link>
            ))}
          </Fact>
        )}
      </dl>
    </aside>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Authors({ contribution: { by, blind, mine } }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const own = mine ? ` (${t("fact.you")})` : "";
  if (!blind) return `${by.join(", ")}${own}`;
  return (
    <Explained words={t("fact.hiddenHelp")}>
      <IconEyeOff size={13} /> {t("fact.hidden")}
      {own}
    </Explained>
  );
}

function Explained({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  return (
    <Tooltip label={words} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
      <button type="button" className={classes.explained}>
        {children}
      </button>
    </Tooltip>
  );
}
