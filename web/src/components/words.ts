import { useTranslation } from "react-i18next";
import { english, type Words } from "../../../src/api/words.ts";
import { language } from "../i18n.ts";
import { chinese } from "./chinese.ts";

/** The sentences for the API's reasons, in the page's language. */
export function useWords(): Words {
  const { i18n } = useTranslation();
  return i18n.language === "zh" ? chinese : english;
}

/** The same outside of what is rendered: now. */
export function wordsNow(): Words {
  return language() === "zh" ? chinese : english;
}

/** The name of a contribution's area, as the lab's `areas` have it. */
export function useAreaName(): (area: string) => string {
  const { t } = useTranslation("components");
  return (area) => t(`area.${area}`, { defaultValue: area });
}
