import { Button, SegmentedControl, Slider, Switch, useComputedColorScheme } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Comparison } from "../../../../src/api/runs.ts";
import { useApi } from "../../api/query.ts";
import { type Axis, CurvePanel } from "../../charts/curve-panel.tsx";
import { slotsOf } from "../../charts/palette.ts";
import { createPointer, type Pointer } from "../../charts/pointer.ts";
import { CopyMenu } from "../../components/copy-menu.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { i18n } from "../../i18n.ts";
import { useUrlList, useUrlState } from "../../url-state.ts";
import { useBaseline } from "../runs/best.ts";
import { labelsOf } from "./labels.ts";
import { Legend } from "./legend.tsx";
import styles from "./page.module.css";
import { type ComparedRun, Differences, Results, resultsTable } from "./tables.tsx";

// The words of its parts are fetched beside what it shows, and not after it.
void i18n.loadNamespaces(["charts", "runs"]);

const axes = ["step", "time", "tokens"] as const;

/** As stages write it: docs/stage-protocol.md. */
const curvePoint = '{"type": "metric", "name": "loss", "step": 10, "value": 3.2}';

/** Any number of runs beside each other: what they logged, what they measured, in what they differ. */
export default function ComparePage() {
  const { t } = useTranslation("compare");
  const [asked] = useUrlList("run");
  const ids = useMemo(() => [...new Set(asked)].slice(0, 500), [asked]);
  const { data, error, refetch } = useApi(
    "compareRuns",
    { query: { run: ids } },
    { enabled: ids.length > 0, keepPrevious: true },
  );
  if (ids.length === 0) {
    return (
      <>
        <PageHeader title={t("title")} />
        <EmptyState
          title={t("empty.title")}
          action={
            <Button component={Link} to="/runs">
              {t("empty.action")}
            </Button>
          }
        >
          {t("empty.text")}
        </EmptyState>
      </>
    );
  }
  if (data !== undefined) return <Comparing comparison={data} />;
  return error === null ? <PageSkeleton rows={8} /> : <ErrorPanel error={error} retry={refetch} />;
}

function Comparing({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation("compare");
  const scheme = useComputedColorScheme("light");
  const narrow = useMediaQuery("(max-width: 900px)") ?? false;
  const { data: lab } = useApi("lab");
  const objectives = lab?.objectives ?? [];
  const [pointer] = useState(createPointer);
  const [hiddenIds, setHidden] = useUrlList("hidden");
  const hidden = useMemo(() => new Set(hiddenIds), [hiddenIds]);
  const runs = useCompared(comparison);
  const legend = <Legend runs={runs} hidden={hidden} onHide={setHidden} scheme={scheme} pointer={pointer} />;
  return (
    <>
      <PageHeader
        title={t("titleOf", { count: runs.length })}
        actions={<CopyMenu table={() => resultsTable(runs, objectives)} name="comparison" />}
      />
      <div className={styles.columns}>
        {narrow ? (
          <details className={styles.legendFolded}>
            <summary>{t("legend.title", { count: runs.length })}</summary>
            {legend}
          </details>
        ) : (
          <aside className={styles.legend} aria-label={t("legend.title", { count: runs.length })}>
            {legend}
          </aside>
        )}
        <div className={styles.main}>
          <Charts comparison={comparison} runs={runs} hidden={hidden} pointer={pointer} />
          <section>
            <h2>{t("results")}</h2>
            <Results runs={runs} objectives={objectives} scheme={scheme} pointer={pointer} />
          </section>
          <section>
            <h2>{t("differences")}</h2>
            <Differences
              runs={runs}
              scheme={scheme}
              pointer={pointer}
              differences={comparison.differences}
              same={comparison.same}
            />
          </section>
        </div>
      </div>
    </>
  );
}

/** Names and colours stay while a run's values change. */
function useCompared({ runs }: Comparison): readonly ComparedRun[] {
  const { t } = useTranslation("compare");
  const baseline = useBaseline(runs[0]?.scale ?? "").levels;
  return useMemo(() => {
    const labels = labelsOf(runs, baseline, { baseline: t("baseline"), none: t("none"), seed: t("seedShort") });
    const slots = slotsOf(runs.map(({ id }) => id));
    return runs.map((row) => ({ row, label: labels.get(row.id) ?? row.id, slot: slots.get(row.id) ?? 0 }));
  }, [runs, baseline, t]);
}

interface ChartsProps {
  readonly comparison: Comparison;
  readonly runs: readonly ComparedRun[];
  readonly hidden: ReadonlySet<string>;
  readonly pointer: Pointer;
}

function Charts({ comparison, runs, hidden, pointer }: ChartsProps) {
  const { t } = useTranslation("compare");
  const [smoothText, setSmooth] = useUrlState("smooth", "0");
  const [logarithmic, setLogarithmic] = useUrlState("log");
  const [axisText, setAxis] = useUrlState("axis", "step");
  const axis: Axis = axes.find((one) => one === axisText) ?? "step";
  const kept = Math.min(0.99, Math.max(0, Number(smoothText) || 0));
  // While it is dragged the URL is left alone: browsers allow few changes of it a second.
  const [dragged, setDragged] = useState<number | null>(null);
  const smoothing = dragged ?? kept;
  const key = runs.map(({ row, label, slot }) => `${row.id} ${slot} ${label}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the charts know runs by name and colour alone, whatever else of them changes.
  const named = useMemo(() => runs.map(({ row, label, slot }) => ({ id: row.id, label, slot })), [key]);
  if (comparison.curves.length === 0) {
    return (
      <EmptyState title={t("noCurves.title")} command={curvePoint}>
        {t("noCurves.text")}
      </EmptyState>
    );
  }
  return (
    <section aria-label={t("curves")}>
      <h2>{t("curves")}</h2>
      <div className={styles.controls}>
        <SegmentedControl
          aria-label={t("axis.label")}
          value={axis}
          onChange={setAxis}
          data={axes.map((value) => ({ value, label: t(`axis.${value}`) }))}
        />
        <div className={styles.smoothing}>
          <span id="smoothing">{t("smoothing")}</span>
          <Slider
            className={styles.slider}
            aria-labelledby="smoothing"
            thumbProps={{ "aria-labelledby": "smoothing" }}
            size="sm"
            min={0}
            max={0.99}
            step={0.01}
            label={(value) => value.toFixed(2)}
            value={smoothing}
            onChange={setDragged}
            onChangeEnd={(value) => {
              setSmooth(String(value));
              setDragged(null);
            }}
          />
        </div>
        <Switch
          label={t("logarithmic")}
          checked={logarithmic === "1"}
          onChange={(event) => setLogarithmic(event.currentTarget.checked ? "1" : "")}
        />
        <span className={styles.hint}>{t("hint")}</span>
      </div>
      <div className={styles.charts} data-one={comparison.curves.length === 1 || undefined}>
        {comparison.curves.map(({ stage, name }) => (
          <CurvePanel
            key={`${stage}/${name}`}
            stage={stage}
            name={name}
            runs={named}
            hidden={hidden}
            axis={axis}
            smoothing={smoothing}
            logarithmic={logarithmic === "1"}
            pointer={pointer}
            height={280}
          />
        ))}
      </div>
    </section>
  );
}
