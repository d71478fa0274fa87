import { NativeSelect, Tabs } from "@mantine/core";
import { type ComponentType, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Report } from "../../../../src/api/report.ts";
import { useApi } from "../../api/query.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorPanel, PageSkeleton } from "../../components/states.tsx";
import { useFormat } from "../../format.ts";
import { useUrlState } from "../../url-state.ts";
import { Calibration } from "./calibration/tab.tsx";
import { ConfirmationTab } from "./confirmation/tab.tsx";
import { Effects } from "./effects/tab.tsx";
import { Interactions } from "./interactions/tab.tsx";
import { Narrowing } from "./narrowing/tab.tsx";
import classes from "./page.module.css";
import { TradeOffs } from "./tradeoffs/tab.tsx";
import { WhatIf } from "./what-if/tab.tsx";

/** What the runs say, of the decision as it stands or of one that landed. */

interface TabProps {
  readonly report: Report;
}

const views: readonly { readonly name: string; readonly View: ComponentType<TabProps> }[] = [
  { name: "effects", View: Effects },
  { name: "interactions", View: Interactions },
  { name: "trade-offs", View: TradeOffs },
  { name: "what-if", View: WhatIf },
  { name: "confirmation", View: ConfirmationTab },
  { name: "calibration", View: Calibration },
  { name: "narrowing", View: Narrowing },
];

export default function EvidencePage() {
  const { t } = useTranslation("evidence");
  const landing = useLanding();
  const current = useApi("report", landing === null ? {} : { query: { landing } }, { keepPrevious: true });
  if (current.isPending) return <PageSkeleton rows={10} />;
  if (current.isError)
    return (
      <>
        <PageHeader title={t("title")} actions={<LandingControl />} />
        <ErrorPanel error={current.error} retry={() => void current.refetch()} />
      </>
    );
  const { report, computing } = current.data;
  return (
    <>
      <PageHeader
        title={t("title")}
        lead={<Lead report={report} computing={computing} />}
        actions={<LandingControl />}
      />
      {report === null ? (
        <EmptyState title={t("first.title")}>{t("first.help")}</EmptyState>
      ) : report.state === "empty" ? (
        <EmptyState title={t("empty.title")} command="cairn run">
          {t("empty.help")}
        </EmptyState>
      ) : (
        <>
          <Warnings report={report} />
          <Views report={report} now={landing === null} />
        </>
      )}
    </>
  );
}

function useLanding(): number | null {
  const [text] = useUrlState("landing");
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

interface LeadProps {
  readonly report: Report | null;
  readonly computing: boolean;
}

function Lead({ report, computing }: LeadProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  if (report === null) return t("lead");
  const parts = [
    report.landing === null ? t(`state.${report.state}`) : t("state.landed", { landing: report.landing }),
    t("scale", { scale: report.scale }),
    t("tradeoffs.runs", { count: report.evidence.used }),
    format.instant(report.generatedAt),
  ];
  return (
    <span>
      {parts.join(" · ")}
      {computing ? <em className={classes.computing}>{t("computing")}</em> : null}
    </span>
  );
}

/** Now, or a landing's evidence as it was. */
function LandingControl() {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const landings = useApi("landings");
  const [landing, setLanding] = useUrlState("landing");
  const known = landings.data?.landings ?? [];
  if (known.length === 0) return null;
  return (
    <NativeSelect
      aria-label={t("landing.label")}
      value={landing}
      onChange={(event) => setLanding(event.currentTarget.value)}
      data={[
        { value: "", label: t("landing.now") },
        ...known
          .toSorted((a, b) => b.landing - a.landing)
          .map((it) => ({
            value: String(it.landing),
            label: t("landing.one", { landing: it.landing, day: format.day(it.at) }),
          })),
      ]}
    />
  );
}

/** Before any number: where the model behind the numbers does not fit. */
function Warnings({ report }: TabProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const misfits = report.fit.filter(({ state }) => state !== "fits");
  if (misfits.length === 0) return null;
  return (
    <p className={classes.warning} role="note">
      {t("misfit", { objectives: format.list(misfits.map(({ objective }) => objective)) })}{" "}
      <Link to={`?show=calibration${report.landing === null ? "" : `&landing=${report.landing}`}`}>
        {t("misfitLink")}
      </Link>
    </p>
  );
}

interface ViewsProps extends TabProps {
  /** Not a landing's report of long ago. */
  readonly now: boolean;
}

function Views({ report, now }: ViewsProps) {
  const { t } = useTranslation("evidence");
  const [name, setName] = useUrlState("show", "effects");
  const shown = views.find((view) => view.name === name) ?? views[0];
  const list = useRef<HTMLDivElement>(null);
  // On a phone the tabs scroll: the chosen one is brought into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab is found by its mark.
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [name]);
  const content = (view: (typeof views)[number]): ReactNode =>
    view.name === "what-if" && !now ? (
      <EmptyState title={t("whatIf.past")} action={<Link to="?show=what-if">{t("whatIf.pastLink")}</Link>}>
        {t("whatIf.pastHelp")}
      </EmptyState>
    ) : (
      <view.View report={report} />
    );
  return (
    <Tabs
      value={shown?.name ?? null}
      onChange={(value) => setName(value ?? "effects")}
      keepMounted={false}
      className={classes.tabs}
    >
      <Tabs.List className={classes.list} ref={list}>
        {views.map((view) => (
          <Tabs.Tab key={view.name} value={view.name}>
            {t(`tab.${view.name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {views.map((view) => (
        <Tabs.Panel key={view.name} value={view.name} className={classes.panel}>
          {content(view)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
