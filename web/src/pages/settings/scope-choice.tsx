import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { scopes as all, type Scope } from "../../../../src/api/operation.ts";
import classes from "./settings.module.css";

export interface ScopeChoiceProps {
  readonly offered: readonly Scope[];
  readonly chosen: readonly Scope[];
  readonly choose: (scopes: readonly Scope[]) => void;
}

/** What somebody or something may do. */
export function ScopeChoice({ offered, chosen, choose }: ScopeChoiceProps) {
  const { t } = useTranslation("settings");
  return (
    <Checkbox.Group
      label={t("scopes")}
      value={[...chosen]}
      onChange={(values) => choose(all.filter((scope) => values.includes(scope)))}
    >
      <div className={classes.scopes}>
        {all
          .filter((scope) => offered.includes(scope))
          .map((scope) => (
            <Checkbox key={scope} value={scope} label={t(`scope.${scope}`)} />
          ))}
      </div>
    </Checkbox.Group>
  );
}
