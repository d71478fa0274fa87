import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../src/api/report.ts";
import { firstSense, type Measure, type ReportSense, senses } from "../../../../src/report/view.ts";
import { useUrlState } from "../../url-state.ts";

/** What the figures are about, kept in the URL: the same words mean the same on every tab. */

export function useMeasure(report: Report): readonly [Measure, (measure: string) => void] {
  const [name, setName] = useUrlState("measure");
  return [report.objectives.some((objective) => objective.name === name) ? name : null, setName];
}

export function useSense(
  report: Report,
  rows: readonly { readonly sense: ReportSense }[],
): readonly [ReportSense, (sense: string) => void] {
  const [name, setName] = useUrlState("sense");
  return [senses.find((sense) => sense === name) ?? firstSense(report, rows), setName];
}

export interface MeasureControlProps {
  readonly report: Report;
  readonly measure: Measure;
  readonly choose: (measure: string) => void;
}

export function MeasureControl({ report, measure, choose }: MeasureControlProps) {
  const { t } = useTranslation("evidence");
  return (
    <NativeSelect
      label={t("measure")}
      value={measure ?? ""}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: "", label: t("utility") },
        ...report.objectives.map(({ name }) => ({ value: name, label: name })),
      ]}
    />
  );
}

export interface SenseControlProps {
  readonly sense: ReportSense;
  readonly choose: (sense: string) => void;
}

export function SenseControl({ sense, choose }: SenseControlProps) {
  const { t } = useTranslation("evidence");
  const data = senses.map((value) => ({ value, label: t(`sense.${value}`) }));
  return <SegmentedControl aria-label={t("sense.label")} value={sense} onChange={choose} data={data} />;
}
