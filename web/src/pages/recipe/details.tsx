import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { LevelChips } from "../../components/level-chip.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import classes from "./recipe.module.css";
import type { RecipeStage } from "./stages.ts";

/** One stage: what it is, what changes it, how often it ran, and why it last did. */
export function Details({ stage }: { readonly stage: RecipeStage }) {
  const { t } = useTranslation("recipe");
  const words = useWords();
  const params = Object.entries(stage.params);
  const resources = Object.entries(stage.resources).filter(([, amount]) => amount !== 0);
  return (
    <div className={classes.details}>
      <section className={classes.wide}>
        <h3>{t("command")}</h3>
        <code className={classes.command}>{stage.command}</code>
        <p className={classes.quiet}>
          {[
            stage.needs.length === 0 ? t("needsNothing") : t("needs", { stages: stage.needs.join(", ") }),
            t(stage.seeded ? "seeded" : "unseeded"),
            ...resources.map(([name, amount]) => `${name} ${amount}`),
          ].join(" · ")}
        </p>
      </section>
      <Counts stage={stage} />
      <section>
        <h3>{t("why")}</h3>
        {stage.lastWhy === null ? (
          <p className={classes.quiet}>{t("whyNever")}</p>
        ) : (
          <>
            <ul className={classes.lines}>
              {stage.lastWhy.reasons.map(words.stage).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <p className={classes.quiet}>
              {t("whyRun")} <Link to={`/runs/${encodeURIComponent(stage.lastWhy.run)}`}>{stage.lastWhy.run}</Link>
            </p>
          </>
        )}
      </section>
      <section>
        <h3>{t("changedBy", { count: stage.changedBy.length })}</h3>
        {stage.changedBy.length === 0 ? (
          <p className={classes.quiet}>{t("changedByNone")}</p>
        ) : (
          <LevelChips levels={stage.changedBy} />
        )}
      </section>
      <section>
        <h3>{t("objectives")}</h3>
        {stage.objectives.length === 0 ? (
          <p className={classes.quiet}>{t("objectivesNone")}</p>
        ) : (
          <ul className={classes.lines}>
            {stage.objectives.map((objective) => (
              <li key={objective}>
                <Link to={`/evidence?measure=${encodeURIComponent(objective)}`}>{objective}</Link>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className={classes.wide}>
        <h3>{t("code")}</h3>
        {stage.code.length === 0 ? (
          <p className={classes.quiet}>{t("codeNone")}</p>
        ) : (
          <ul className={classes.files}>
            {stage.code.map((glob) => (
              <li key={glob}>
                <code>{glob}</code>
              </li>
            ))}
          </ul>
        )}
      </section>
      {params.length === 0 ? null : (
        <section className={classes.wide}>
          <h3>{t("params")}</h3>
          <dl className={classes.params}>
            {params.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}

function Counts({ stage }: { readonly stage: RecipeStage }) {
  const { t } = useTranslation("recipe");
  const format = useFormat();
  const { seconds } = stage;
  const facts = [
    { name: t("executed"), value: format.number(stage.executed) },
    { name: t("reused"), value: format.number(stage.reused) },
    { name: t("failedName"), value: format.number(stage.failed) },
    { name: t("cachedResults"), value: format.number(stage.cached) },
    {
      name: t("time"),
      value: seconds === null ? "–" : format.duration(seconds.mean),
      note:
        seconds === null
          ? null
          : t("between", { low: format.duration(seconds.low), high: format.duration(seconds.high) }),
    },
    { name: t("spent"), value: format.deviceTime(stage.coreSeconds) },
    { name: t("spared"), value: format.deviceTime(stage.savedCoreSeconds) },
  ];
  return (
    <section className={classes.wide}>
      <dl className={classes.facts}>
        {facts.map(({ name, value, note }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
            {note == null ? null : <dd className={classes.note}>{note}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}
