// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the table scrolls, and the keyboard must reach that.
// biome-ignore-all lint/a11y/useSemanticElements: a fieldset is of fields.
import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import styles from "./chart.module.css";
import type { Line } from "./line.ts";

interface Summary {
  readonly points: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly unfinite: number;
}

function summaryOf({ y, low, high, marks, count }: Omit<Line, "slot">): Summary {
  const isValue = (value: number | null) => value !== null;
  const bound = (values: readonly (number | null)[], better: (a: number, b: number) => number) =>
    values.reduce<number | null>(
      (found, value) => (value === null ? found : found === null ? value : better(found, value)),
      null,
    );
  return {
    points: count,
    first: y.find(isValue) ?? null,
    last: y.findLast(isValue) ?? null,
    least: bound(low, Math.min),
    most: bound(high, Math.max),
    unfinite: marks.length,
  };
}

interface Props {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** CSS pixels. */
  readonly height: number;
}

/** What a chart shows, as a table: for who cannot see it, and for who wants the numbers. */
export function ChartTable({ name, lines, format, height }: Props) {
  const { t } = useTranslation("charts");
  const say = (value: number | null) => (value === null ? "–" : format(value));
  return (
    <div role="group" className={styles.table} style={{ maxHeight: height }} aria-label={name} tabIndex={0}>
      <Table stickyHeader fz="xs" verticalSpacing={3}>
        <caption className={styles.said}>{t("table.caption", { name })}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("table.run")}</Table.Th>
            {(["points", "first", "last", "least", "most", "unfinite"] as const).map((key) => (
              <Table.Th key={key} ta="right">
                {t(`table.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => {
            const { points, first, last, least, most, unfinite } = summaryOf(line);
            return (
              <Table.Tr key={line.id}>
                <Table.Th scope="row" fw={400} className={styles.label} title={line.label}>
                  {line.label}
                </Table.Th>
                <Table.Td ta="right">{points.toLocaleString()}</Table.Td>
                {[first, last, least, most].map((value, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: four columns that never move.
                  <Table.Td key={i} ta="right">
                    {say(value)}
                  </Table.Td>
                ))}
                <Table.Td ta="right">{unfinite === 0 ? "" : unfinite}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}
