import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useUrlState } from "../../url-state.ts";
import classes from "./proposed-now.module.css";

/** Right after proposing (`?proposed=now`): what will come of it. */
export function ProposedNow() {
  const { t } = useTranslation("contribution");
  const [proposed, setProposed] = useUrlState("proposed");
  if (proposed === "") return null;
  return (
    <section className={classes.note} role="status">
      <div>
        <h2>{t("proposedNow.title")}</h2>
        <ol>
          <li>{t("proposedNow.first")}</li>
          <li>{t("proposedNow.second")}</li>
          <li>{t("proposedNow.third")}</li>
        </ol>
      </div>
      <CloseButton aria-label={t("proposedNow.close")} onClick={() => setProposed("")} />
    </section>
  );
}
