import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { chooseLanguage, language, languages } from "../../i18n.ts";
import classes from "./settings.module.css";

const schemes = ["auto", "light", "dark"] as const;

/** Kept in this browser. */
export function Appearance() {
  const { t } = useTranslation("settings");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chooseScheme = (value: string) => setColorScheme(schemes.find((one) => one === value) ?? "auto");
  const choose = (value: string) => void chooseLanguage(languages.find((one) => one === value) ?? "en");
  return (
    <div className={classes.choices}>
      <SegmentedControl
        aria-label={t("appearance.scheme")}
        value={colorScheme}
        onChange={chooseScheme}
        data={schemes.map((value) => ({ value, label: t(`appearance.${value}`) }))}
      />
      <SegmentedControl
        aria-label={t("appearance.language")}
        value={language()}
        onChange={choose}
        data={languages.map((value) => ({ value, label: t(`appearance.languages.${value}`) }))}
      />
    </div>
  );
}
