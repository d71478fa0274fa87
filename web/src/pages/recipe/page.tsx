import { useElementSize } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Recipe } from "../../../../src/api/lab.ts";
import { useApi } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { EmptyState, ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { useUrlState } from "../../url-state.ts";
import { Costs } from "./costs.tsx";
import { Details } from "./details.tsx";
import { Graph, GraphKey } from "./graph.tsx";
import classes from "./recipe.module.css";
import { StageList } from "./stage-list.tsx";
import { totalsOf } from "./stages.ts";

/** Under this width, in pixels, a graph's words would be too small: stages are a list. */
const graphWidth = 640;

/** The stage graph: what is cached, what it costs, and why a stage ran. */
export default function RecipePage() {
  const { t } = useTranslation("recipe");
  const recipe = useApi("recipe");
  if (recipe.isPending) return <PageSkeleton rows={6} />;
  return (
    <>
      <PageHeader title={t("title")} lead={recipe.data === undefined ? t("lead") : <Lead recipe={recipe.data} />} />
      {recipe.isError ? (
        <ErrorPanel error={recipe.error} retry={() => void recipe.refetch()} />
      ) : recipe.data.stages.length === 0 ? (
        <EmptyState title={t("empty.title")}>{t("empty.help")}</EmptyState>
      ) : (
        <Stages recipe={recipe.data} />
      )}
    </>
  );
}

function Lead({ recipe }: { readonly recipe: Recipe }) {
  const { t } = useTranslation("recipe");
  const format = useFormat();
  const { coreSeconds, savedCoreSeconds, executed, reused } = totalsOf(recipe);
  if (executed + reused === 0) return t("leadUnrun", { count: recipe.stages.length });
  return t("leadRun", {
    count: recipe.stages.length,
    spent: format.deviceTime(coreSeconds),
    spared: format.deviceTime(savedCoreSeconds),
    share: format.probability(reused / (executed + reused)),
  });
}

function Stages({ recipe }: { readonly recipe: Recipe }) {
  const { t } = useTranslation("recipe");
  const { ref, width } = useElementSize();
  const [name, setName] = useUrlState("stage");
  const stage = recipe.stages.find((it) => it.stage === name) ?? null;
  const choose = (wanted: string) => setName(wanted === name ? "" : wanted);
  return (
    <div ref={ref} className={classes.page}>
      {width === 0 ? null : width < graphWidth ? (
        <StageList recipe={recipe} chosen={name} choose={choose} />
      ) : (
        <>
          <Panel title={t("graph")}>
            <Graph recipe={recipe} width={width - 34} chosen={name} choose={choose} />
            <GraphKey />
          </Panel>
          {stage === null ? (
            <p className={classes.hint}>{t("hint")}</p>
          ) : (
            <Panel
              title={t("stage", { stage: stage.stage })}
              aside={
                <button type="button" className={classes.close} onClick={() => setName("")}>
                  {t("close")}
                </button>
              }
            >
              <Details stage={stage} />
            </Panel>
          )}
        </>
      )}
      <Costs recipe={recipe} />
    </div>
  );
}
