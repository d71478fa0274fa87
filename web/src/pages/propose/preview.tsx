import { useTranslation } from "react-i18next";
import classes from "./form.module.css";

/** The file as it will be written, and what comes of it. */
export function Preview({ id, text }: { readonly id: string; readonly text: string }) {
  const { t } = useTranslation("propose");
  const comment = /^(#.*\n)*/.exec(text)?.[0] ?? "";
  return (
    <aside className={classes.aside}>
      <section>
        <h2>{t("preview.head")}</h2>
        <pre className={classes.yaml}>
          <span className={classes.comment}>{comment}</span>
          {text.slice(comment.length)}
        </pre>
        <p className={classes.lead}>{t("preview.note", { id: id === "" ? "…" : id })}</p>
      </section>
      <section>
        <h2>{t("next.head")}</h2>
        <ol className={classes.next}>
          <li>{t("next.first")}</li>
          <li>{t("next.second")}</li>
          <li>{t("next.third")}</li>
        </ol>
      </section>
    </aside>
  );
}
