import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { EmptyState } from "../../../components/states.tsx";
import { Contexts } from "./contexts.tsx";
import { Fits } from "./fits.tsx";
import { Noises } from "./noises.tsx";

/** Whether the model's words may be believed: its fit, the noise, and evidence from elsewhere. */
export function Calibration({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  if (report.noise.length === 0 && report.fit.length === 0)
    return <EmptyState title={t("calibration.none")}>{t("calibration.noneHelp")}</EmptyState>;
  return (
    <>
      <Fits report={report} />
      <Noises report={report} />
      <Contexts report={report} />
    </>
  );
}
