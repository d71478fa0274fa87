import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import {
  IconEvidence,
  IconHome,
  IconLab,
  IconLanguage,
  IconMoon,
  IconQueue,
  IconRecipe,
  IconRuns,
  IconSearch,
  IconSettings,
  IconSun,
  IconSystem,
} from "../components/icons.tsx";
import { chooseLanguage, language } from "../i18n.ts";
import { commandKey } from "./keys-help.tsx";
import classes from "./navigation.module.css";

const main = [
  { name: "home", path: "/", icon: <IconHome /> },
  { name: "queue", path: "/queue", icon: <IconQueue /> },
  { name: "evidence", path: "/evidence", icon: <IconEvidence /> },
  { name: "runs", path: "/runs", icon: <IconRuns /> },
  { name: "recipe", path: "/recipe", icon: <IconRecipe /> },
  { name: "lab", path: "/lab", icon: <IconLab /> },
] as const;

export interface NavigationProps {
  readonly openPalette: () => void;
  readonly openKeys: () => void;
}

/** The rail to the left; on a phone, a bar below. */
export function Navigation({ openPalette, openKeys }: NavigationProps) {
  const { t } = useTranslation("shell");
  return (
    <nav className={classes.rail} aria-label={t("navigation")}>
      <NavLink to="/" className={() => classes.brand} aria-label={t("brand")}>
        <img src="/cairn.svg" width="20" height="20" alt="" />
        <span>Cairn</span>
      </NavLink>
      <button type="button" className={classes.search} onClick={openPalette}>
        <IconSearch size={14} />
        <span>{t("palette.open")}</span>
        <kbd>{`${commandKey()} K`}</kbd>
      </button>
      <ul className={classes.list}>
        {main.map(({ name, path, icon }) => (
          <Place key={name} path={path} icon={icon} words={t(`places.${name}`)} />
        ))}
      </ul>
      <div className={classes.foot}>
        <ul className={classes.list}>
          <Place path="/settings" icon={<IconSettings />} words={t("places.settings")} />
        </ul>
        <div className={classes.choices}>
          <SchemeChoice />
          <LanguageChoice />
          <Tooltip label={t("keys.title")}>
            <ActionIcon aria-label={t("keys.title")} onClick={openKeys}>
              <span aria-hidden="true">?</span>
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
    </nav>
  );
}

function Place({ path, icon, words }: { readonly path: string; readonly icon: ReactNode; readonly words: string }) {
  return (
    <li>
      <NavLink to={path} end={path === "/"} className={() => classes.place}>
        {icon}
        <span>{words}</span>
      </NavLink>
    </li>
  );
}

const schemeIcons = { light: <IconSun />, dark: <IconMoon />, auto: <IconSystem /> };

function SchemeChoice() {
  const { t } = useTranslation("shell");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="top-start">
      <Menu.Target>
        <ActionIcon aria-label={t("scheme.title")}>{schemeIcons[colorScheme]}</ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(["auto", "light", "dark"] as const).map((scheme) => (
          <Menu.Item key={scheme} leftSection={schemeIcons[scheme]} onClick={() => setColorScheme(scheme)}>
            {t(`scheme.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function LanguageChoice() {
  const { t } = useTranslation("shell");
  return (
    <Tooltip label={t("language.other")}>
      <ActionIcon
        aria-label={t("language.other")}
        lang={language() === "zh" ? "en" : "zh-CN"}
        onClick={() => void chooseLanguage(language() === "zh" ? "en" : "zh")}
      >
        <IconLanguage />
      </ActionIcon>
    </Tooltip>
  );
}
