import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import { forestDomain } from "../../../../src/report/scale.ts";
import { ForestRow } from "../../components/forest-row.tsx";
import { useFormat } from "../../format.ts";
import classes from "./credit.module.css";
import { Section } from "./section.tsx";

/** What of a landing's gain is its own. */
export function CreditSection({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const format = useFormat();
  const domain = forestDomain(
    contribution.credit.map(({ share }) => share),
    1,
  );
  return (
    <Section name="credit">
      <p className={classes.lead}>{t("credit.lead")}</p>
      <ul className={classes.shares}>
        {contribution.credit.map(({ level, share }) => (
          <li key={level}>
            <span>{level}</span>
            <ForestRow estimate={share} domain={domain} matters={1} goal="maximize" label={level} height={24} />
            <b>{format.difference(share, t("effects.utility"))}</b>
          </li>
        ))}
      </ul>
    </Section>
  );
}
