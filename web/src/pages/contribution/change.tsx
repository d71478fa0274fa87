import { useTranslation } from "react-i18next";
import type { Contribution } from "../../../../src/api/contributions.ts";
import classes from "./change.module.css";
import { PatchView } from "./patch-view.tsx";
import { Section } from "./section.tsx";

/** The change itself: parameters before and after, and the lines of its patches. */
export function ChangeSection({ contribution }: { readonly contribution: Contribution }) {
  const { t } = useTranslation("contribution");
  const { levels, set, patches } = contribution;
  return (
    <Section name="change">
      {set.length === 0 && patches.length === 0 && <p className={classes.none}>{t("change.none")}</p>}
      {levels.map(({ level }) => (
        <LevelChange key={level} level={level} contribution={contribution} named={levels.length > 1} />
      ))}
    </Section>
  );
}

interface LevelChangeProps {
  readonly level: string;
  readonly contribution: Contribution;
  readonly named: boolean;
}

function LevelChange({ level, contribution, named }: LevelChangeProps) {
  const { t } = useTranslation("contribution");
  const set = contribution.set.filter((row) => row.level === level);
  const patches = contribution.patches.filter((row) => row.level === level);
  return (
    <div className={classes.level}>
      {named && <h3>{t("change.level", { level })}</h3>}
      {set.length > 0 && (
        <div className={classes.frame}>
          <table className={classes.parameters}>
            <thead>
              <tr>
                <th scope="col">{t("change.parameter")}</th>
                <th scope="col">{t("change.before")}</th>
                <th scope="col">{t("change.after")}</th>
              </tr>
            </thead>
            <tbody>
              {set.map(({ key, before, after }) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>
                    <del>{before}</del>
                  </td>
                  <td>
                    <ins>{after}</ins>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {patches.map((patch) => (
        <PatchView key={patch.origin} origin={patch.origin} files={patch.files} />
      ))}
    </div>
  );
}
