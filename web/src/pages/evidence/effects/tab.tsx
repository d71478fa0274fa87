import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { goodDirection, mattersOf } from "../../../../../src/report/view.ts";
import { EmptyState } from "../../../components/states.tsx";
import { useFormat } from "../../../format.ts";
import { useUrlState } from "../../../url-state.ts";
import { MeasureControl, SenseControl, useMeasure, useSense } from "../controls.tsx";
import { Figure } from "../figure.tsx";
import { unitOf } from "../report.ts";
import { Forest, ForestKey } from "./forest.tsx";
import { effectRows, orders } from "./order.ts";

/** What every contribution does, on one measure and in one sense. */
export function Effects({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const [measure, setMeasure] = useMeasure(report);
  const [sense, setSense] = useSense(report, report.effects);
  const [orderName, setOrder] = useUrlState("order", "effect");
  const order = orders.find((known) => known === orderName) ?? "effect";
  const rows = effectRows(report, measure, sense, order);
  const unit = unitOf(report, measure);
  const matters = mattersOf(report, measure);
  const direction = goodDirection(report, measure);
  if (report.effects.length === 0) return <EmptyState title={t("effects.none")}>{t("effects.noneHelp")}</EmptyState>;
  return (
    <Figure
      title={t("effects.title", { measure: measure ?? t("utility") })}
      note={
        <>
          {t(`sense.note.${sense}`)}{" "}
          {measure === null ? t("utilityNote") : t(direction > 0 ? "higher" : "lower", { measure })}{" "}
          {t("effects.bandNote", {
            matters: format.number(matters),
            unit: unit ?? (measure === null ? t("utilityUnit") : ""),
          })}{" "}
          {t("intervalNote", { confidence: format.probability(report.confidence) })}
        </>
      }
      controls={
        <>
          <MeasureControl report={report} measure={measure} choose={setMeasure} />
          <NativeSelect
            label={t("order.label")}
            value={order}
            onChange={(event) => setOrder(event.currentTarget.value)}
            data={orders.map((value) => ({ value, label: t(`order.${value}`) }))}
          />
          <SenseControl sense={sense} choose={setSense} />
        </>
      }
      table={() => ({
        head: [t("contribution"), t("area"), t("effect"), t("low"), t("high"), t("verdictHead")],
        rows: rows.map(({ level, area, estimate, verdict }) => [
          level,
          area,
          estimate.mean,
          estimate.low,
          estimate.high,
          verdict?.kind ?? null,
        ]),
      })}
      name={`effects-${measure ?? "utility"}-${sense}`}
      below={<ForestKey />}
    >
      {(width) =>
        rows.length === 0 ? (
          <p>{t("effects.noneHere")}</p>
        ) : (
          <Forest
            rows={rows}
            matters={matters}
            direction={direction}
            unit={unit}
            grouped={order === "area"}
            label={t("effects.title", { measure: measure ?? t("utility") })}
            width={width}
          />
        )
      }
    </Figure>
  );
}
