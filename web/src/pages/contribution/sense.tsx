import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useUrlState } from "../../url-state.ts";
import type { Sense } from "./pairs.ts";

/** What an effect is compared with: three questions with three answers. The choice is in the URL. */

export const senses = ["in-set", "alone", "on-average"] as const satisfies readonly Sense[];

export function useSense() {
  const [text, setText] = useUrlState("sense", "in-set");
  return [senses.find((sense) => sense === text) ?? "in-set", setText] as const;
}

export function SenseControl() {
  const { t } = useTranslation("contribution");
  const [sense, setSense] = useSense();
  return (
    <SegmentedControl
      aria-label={t("effects.sense")}
      value={sense}
      onChange={setSense}
      data={senses.map((value) => ({ value, label: t(`effects.${value}`) }))}
    />
  );
}
