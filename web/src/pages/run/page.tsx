import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Run, StageRun } from "../../../../src/api/runs.ts";
import { useApi } from "../../api/query.ts";
import { createPointer } from "../../charts/pointer.ts";
import { LevelChips } from "../../components/level-chip.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { useWords } from "../../components/words.ts";
import { useFormat } from "../../format.ts";
import { i18n } from "../../i18n.ts";
import { useUrlState } from "../../url-state.ts";
import { useBaseline } from "../runs/best.ts";
import { shownCombination } from "../runs/combination.ts";
import type { Objective } from "../runs/objective.ts";
import { LiveState } from "../runs/state.tsx";
import { CopyLine } from "./copy-line.tsx";
import styles from "./page.module.css";
import { StagePanel } from "./stage-panel.tsx";
import { Timeline } from "./timeline.tsx";

// The words of its parts are fetched beside what it shows, and not after it.
void i18n.loadNamespaces(["charts", "runs"]);

/** One run: what it measured, how it came about, and how to have it again. */
export default function RunPage() {
  const { run: id = "" } = useParams();
  const { data, error, refetch } = useApi("run", { params: { run: id } });
  if (data !== undefined) return <Loaded key={data.id} run={data} />;
  return error === null ? <PageSkeleton rows={8} /> : <ErrorPanel error={error} retry={refetch} />;
}

function Loaded({ run }: { readonly run: Run }) {
  const { t } = useTranslation("run");
  const words = useWords();
  const [pointer] = useState(createPointer);
  const [asked, setAsked] = useUrlState("stage");
  const stage = run.stages.find((one) => one.stage === asked) ?? mostTelling(run.stages);
  return (
    <>
      <PageHeader
        title={t("title", { run: run.id })}
        lead={words.run(run.reason)}
        actions={
          <Button component={Link} variant="default" to={`/compare?run=${encodeURIComponent(run.id)}`}>
            {t("compare")}
          </Button>
        }
      />
      <Facts run={run} />
      <Objectives run={run} />
      {stage !== null && (
        <section className={styles.stages} aria-label={t("stages")}>
          <h2>{t("stages")}</h2>
          <Timeline
            stages={run.stages}
            chosen={stage.stage}
            onChoose={setAsked}
            fraction={run.current?.fraction ?? null}
          />
          <StagePanel key={stage.stage} run={run} stage={stage} pointer={pointer} />
        </section>
      )}
      <Provenance run={run} />
    </>
  );
}

/** What somebody most likely comes for: what failed, what runs now, else the first that logged curves. */
function mostTelling(stages: readonly StageRun[]): StageRun | null {
  return (
    stages.find(({ state }) => state === "failed") ??
    stages.find(({ state }) => state === "running") ??
    stages.find(({ curves }) => curves.length > 0) ??
    stages[0] ??
    null
  );
}

function Facts({ run }: { readonly run: Run }) {
  const { t } = useTranslation("run");
  const { t: say } = useTranslation("runs");
  const format = useFormat();
  const shown = shownCombination(run.levels, useBaseline(run.scale).levels);
  return (
    <div className={styles.facts}>
      <span className={styles.levels}>
        {shown.levels.length === 0 && <strong>{t(shown.from === "none" ? "none" : "baseline")}</strong>}
        <LevelChips levels={run.levels} />
      </span>
      <dl>
        <Fact name={t("state")}>
          <LiveState run={run} t={say} />
        </Fact>
        <Fact name={t("seed")}>{run.seed}</Fact>
        <Fact name={t("scale")}>{run.scale}</Fact>
        <Fact name={t("purpose")}>{t(`purposes.${run.purpose}`)}</Fact>
        <Fact name={t("cost")}>
          {format.deviceTime(run.coreSeconds)}
          {run.gpuSeconds > 0 && `, ${format.deviceTime(run.gpuSeconds, "gpu")}`}
        </Fact>
        <Fact name={t("reused")}>{t("reusedOf", { count: run.progress.reused, of: run.progress.of })}</Fact>
        <Fact name={t("started")}>
          <time dateTime={new Date(run.createdAt).toISOString()} title={format.instant(run.createdAt)}>
            {format.ago(run.createdAt)}
          </time>
        </Fact>
        {run.counts !== null && <Fact name={t("evidence")}>{t(run.counts ? "counts" : "countsNot")}</Fact>}
      </dl>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Objectives({ run }: { readonly run: Run }) {
  const { data: lab } = useApi("lab");
  const baseline = useBaseline(run.scale);
  const { from, levels } = shownCombination(run.levels, baseline.levels);
  const isBaseline = from === "baseline" && levels.length === 0;
  if (lab === undefined || Object.keys(run.values).length === 0) return null;
  return (
    <ul className={styles.objectives}>
      {lab.objectives.map((objective) => (
        <ObjectiveCard
          key={objective.name}
          run={run}
          objective={objective}
          from={isBaseline ? null : (baseline.means?.get(objective.name) ?? null)}
        />
      ))}
    </ul>
  );
}

interface ObjectiveProps {
  readonly run: Run;
  readonly objective: Objective;
  /** The baseline's mean; null: not known, or this is the baseline. */
  readonly from: number | null;
}

function ObjectiveCard({ run, objective: { name, unit, goal, inUnits }, from }: ObjectiveProps) {
  const { t } = useTranslation("run");
  const format = useFormat();
  const value = run.values[name];
  if (value === undefined) return null;
  const difference = typeof value === "number" && from !== null ? value - from : null;
  // One run is noise and effect together: less than what matters is neither good nor bad.
  const tells = difference !== null && Math.abs(difference) >= (inUnits?.matters ?? Number.POSITIVE_INFINITY);
  const better = tells ? difference > 0 === (goal === "maximize") : null;
  return (
    <li>
      <span className={styles.objective}>{name}</span>
      <span className={styles.value} data-diverged={typeof value === "string" || undefined}>
        {format.number(value)} {unit !== null && <small>{unit}</small>}
      </span>
      <span className={styles.difference} data-better={better ?? undefined}>
        {typeof value === "string"
          ? t("diverged")
          : difference === null
            ? t(`goal.${goal}`)
            : t("fromBaseline", { difference: format.signed(difference) })}
      </span>
    </li>
  );
}

function Provenance({ run }: { readonly run: Run }) {
  const { t } = useTranslation("run");
  return (
    <div className={styles.provenance}>
      <Panel title={t("reproduce")}>
        <p>{t("reproduceText")}</p>
        <CopyLine text={run.reproduce} label={t("copyCommand")} />
      </Panel>
      <Panel title={t("provenance")}>
        <dl className={styles.keys}>
          <Fact name={t("owner")}>{run.owner}</Fact>
          <Fact name={t("recipe")}>
            <code>{run.recipeDigest}</code>
          </Fact>
          {run.stages.map(({ stage, key }) => (
            <Fact key={stage} name={stage}>
              <code>{key ?? "–"}</code>
            </Fact>
          ))}
        </dl>
      </Panel>
    </div>
  );
}
