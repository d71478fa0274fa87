import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import type { Lab } from "../../../../src/api/lab.ts";
import { toneOf, useVerdictWords, VerdictBadge } from "../../components/verdict.tsx";
import { useFormat } from "../../format.ts";
import classes from "./verdict-note.module.css";

export interface VerdictNoteProps {
  readonly contribution: Contribution;
  readonly objectives: Lab["objectives"];
}

/** The verdict in one sentence with its numbers, and why somebody thought of it. */
export function VerdictNote({ contribution, objectives }: VerdictNoteProps) {
  const { t } = useTranslation("contribution");
  const words = useVerdictWords(objectives);
  return (
    <div className={classes.note}>
      {contribution.state === "withdrawn" ? (
        <p className={classes.verdict} data-tone="shelve">
          {t("verdict.withdrawn")}
        </p>
      ) : (
        contribution.levels.map(({ level, verdict }) => (
          <p key={level} className={classes.verdict} data-tone={toneOf(verdict)}>
            <VerdictBadge verdict={verdict} />
            <span>
              {contribution.levels.length > 1 && <code>{level} </code>}
              {words.sentence(verdict)}
              {verdict.kind === "landed" && <InSet contribution={contribution} level={level} />}
            </span>
          </p>
        ))
      )}
      <p className={classes.why}>{contribution.why === "" ? t("noWhy") : contribution.why}</p>
    </div>
  );
}

/** Of what has landed: what the baseline has of it now. */
function InSet({ contribution, level }: { readonly contribution: Contribution; readonly level: string }) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const effect = contribution.effects.find(
    (row) => row.level === level && row.objective === null && row.sense === "in-set",
  );
  if (effect === undefined) return null;
  return <> {t("verdict.inSet", { effect: format.difference(effect.estimate, t("effects.utility")) })}</>;
}
