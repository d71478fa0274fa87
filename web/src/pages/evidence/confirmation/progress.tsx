import { useTranslation } from "react-i18next";
import { linearScale } from "../../../../../src/report/scale.ts";
import { useFormat } from "../../../format.ts";
import drawing from "../drawing.module.css";
import type { Confirmation } from "../report.ts";
import { cutTo } from "../text.ts";
import classes from "./confirmation.module.css";

export interface ProgressProps {
  readonly confirmation: Confirmation;
  readonly width: number;
}

const [rowHeight, top] = [30, 26];

/** How far each test's E has come on its way to what is asked. In powers of ten: evidence multiplies. */
export function Progress({ confirmation: { tests, threshold }, width }: ProgressProps) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const narrow = width < 560;
  const left = narrow ? 104 : Math.min(180, width * 0.24);
  const right = width - 64;
  const most = Math.max(threshold * 4, ...tests.map(({ e }) => Math.min(e, threshold ** 3)));
  const scale = linearScale([0, Math.log10(most)], [left, right]);
  const at = (e: number) => Math.min(right, Math.max(left, scale.at(Math.log10(Math.max(1, e)))));
  const height = top + tests.length * rowHeight + 20;
  const words = tests.map(({ objective, e }) => `${objective ?? t("utility")}: E = ${format.evidence(e)}`);
  const powers = Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, i) => 10 ** i);
  return (
    <svg
      width={width}
      height={height}
      className={drawing.drawing}
      role="img"
      aria-label={`${t("confirmation.picture", { asked: format.evidence(threshold) })} ${words.join("; ")}`}
    >
      {powers.map((power) => (
        <g key={power}>
          <line className={drawing.grid} x1={at(power)} x2={at(power)} y1={top} y2={height - 20} />
          <text className={drawing.tick} x={at(power)} y={height - 5} textAnchor="middle">
            {format.number(power)}
          </text>
        </g>
      ))}
      {tests.map(({ objective, e }, i) => (
        <g key={objective ?? ""}>
          <text x={0} y={top + i * rowHeight + 20}>
            {cutTo(objective ?? t("utility"), left - 10, 13)}
          </text>
          <rect className={classes.way} x={left} y={top + i * rowHeight + 8} width={right - left} height={14} rx={3} />
          <rect
            className={classes.bar}
            data-reached={e >= threshold}
            x={left}
            y={top + i * rowHeight + 8}
            width={Math.max(2, at(e) - left)}
            height={14}
            rx={3}
          />
          <text className={drawing.number} x={right + 10} y={top + i * rowHeight + 20}>
            {format.evidence(e)}
          </text>
        </g>
      ))}
      <line className={classes.asked} x1={at(threshold)} x2={at(threshold)} y1={top - 4} y2={height - 20} />
      <text className={drawing.tick} x={at(threshold)} y={top - 10} textAnchor="middle">
        {t("confirmation.askedAt", { asked: format.evidence(threshold) })}
      </text>
    </svg>
  );
}
