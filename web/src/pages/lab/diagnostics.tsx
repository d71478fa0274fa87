import { useTranslation } from "react-i18next";
import type { Lab } from "../../../../src/api/lab.ts";
import { IconAlert } from "../../components/icons.tsx";
import classes from "./lab.module.css";

/** What is wrong with the lab's files, where, and what would be right: in English, as `cairn check` says it. */
export function Diagnostics({ lab: { diagnostics } }: { readonly lab: Lab }) {
  const { t } = useTranslation("lab");
  if (diagnostics.length === 0) return null;
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return (
    <section
      className={classes.diagnostics}
      data-severity={errors > 0 ? "error" : "warning"}
      aria-label={t("diagnostics.label")}
    >
      <h2>
        <IconAlert size={15} />
        {errors > 0
          ? t("diagnostics.errors", { count: errors })
          : t("diagnostics.warnings", { count: diagnostics.length })}
      </h2>
      {errors > 0 ? <p>{t("diagnostics.stale")}</p> : null}
      <ul>
        {diagnostics.map((it) => (
          <li key={`${it.path} ${it.line} ${it.column} ${it.message}`} data-severity={it.severity}>
            <code>{[it.path, it.line, it.column].filter((part) => part !== null).join(":")}</code>
            <span lang="en">{it.message}</span>
            {it.help === null ? null : <small lang="en">{it.help}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
