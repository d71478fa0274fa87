import { Button } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";
import type { Contribution } from "../../../../src/api/contributions.ts";
import { ApiError } from "../../api/client.ts";
import { useApi } from "../../api/query.ts";
import { EmptyState, ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { ChangeSection } from "./change.tsx";
import { CreditSection } from "./credit.tsx";
import { Discussion } from "./discussion.tsx";
import { EffectsSection } from "./effects.tsx";
import { Facts } from "./facts.tsx";
import { FileSection } from "./file.tsx";
import { Header } from "./header.tsx";
import { InteractionsSection } from "./interactions.tsx";
import classes from "./page.module.css";
import { ProposedNow } from "./proposed-now.tsx";
import { RunsSection } from "./runs.tsx";
import { Sections } from "./section.tsx";
import { VerdictNote } from "./verdict-note.tsx";

export default function ContributionPage() {
  const { contribution: id = "" } = useParams();
  const found = useApi("contribution", { params: { contribution: id } });
  if (found.data !== undefined) return <Found key={id} contribution={found.data} />;
  if (found.error instanceof ApiError && found.error.problem.status === 404) return <NotThere />;
  if (found.error !== null) return <ErrorPanel error={found.error} retry={() => void found.refetch()} />;
  return <PageSkeleton rows={8} />;
}

function Found({ contribution }: { readonly contribution: Contribution }) {
  useHash();
  const lab = useApi("lab");
  const others = useApi("listContributions", { query: { limit: 1000 } });
  const objectives = lab.data?.objectives ?? [];
  const queue = others.data?.items ?? [];
  const shown = { contribution, objectives };
  return (
    <div className={classes.page}>
      <Header contribution={contribution} />
      <div className={classes.columns}>
        <div className={classes.main}>
          <ProposedNow />
          <VerdictNote {...shown} />
          <Sections contribution={contribution} />
          {contribution.levels.length > 0 && (
            <>
              <ChangeSection contribution={contribution} />
              <EffectsSection {...shown} confidence={lab.data?.policy.confidence ?? null} />
              <InteractionsSection {...shown} queue={queue} />
              <RunsSection contribution={contribution} />
            </>
          )}
          {contribution.credit.length > 0 && <CreditSection contribution={contribution} />}
          <Discussion contribution={contribution.id} known={queue} />
          <FileSection contribution={contribution} />
        </div>
        <Facts contribution={contribution} />
      </div>
    </div>
  );
}

/** The part that the address names is there only now that the answer is. */
function useHash(): void {
  const { hash } = useLocation();
  useEffect(() => {
    if (hash !== "") document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
}

function NotThere() {
  const { t } = useTranslation("contribution");
  return (
    <EmptyState
      title={t("notThere.title")}
      action={
        <Button component={Link} to="/queue" variant="default">
          {t("notThere.back")}
        </Button>
      }
    >
      <p>{t("notThere.words")}</p>
    </EmptyState>
  );
}
