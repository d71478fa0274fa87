import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useApi } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel } from "../../components/states.tsx";
import { DecisionPanel } from "./decision.tsx";
import classes from "./home.module.css";
import { LandedPanel } from "./landed.tsx";
import { NextPanel } from "./next.tsx";
import { RunningPanel } from "./running.tsx";

/** What the lab has learnt, is doing, and will do: the four things somebody wants to know who comes by. */
export default function Home() {
  const { t } = useTranslation("home");
  const contributions = useApi("listContributions", { query: { limit: 1 } });
  const mayPropose = useApi("me").data?.scopes.includes("propose") === true;
  const propose = (
    <Button component={Link} to="/propose">
      {t("propose")}
    </Button>
  );
  if (contributions.error !== null && contributions.data === undefined) {
    return <ErrorPanel error={contributions.error} retry={() => void contributions.refetch()} />;
  }
  if (contributions.data?.total === 0) {
    return (
      <>
        <PageHeader title={t("title")} />
        <EmptyState title={t("empty.title")} command="cairn propose" action={mayPropose ? propose : undefined}>
          <p>{t("empty.words")}</p>
          <p>{t("empty.how")}</p>
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader title={t("title")} actions={mayPropose ? propose : undefined} />
      <div className={classes.grid}>
        <div className={classes.stack}>
          <DecisionPanel />
          <LandedPanel />
        </div>
        <div className={classes.stack}>
          <RunningPanel />
          <NextPanel />
        </div>
      </div>
    </>
  );
}
