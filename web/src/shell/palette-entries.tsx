import { useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useApi } from "../api/query.ts";
import {
  IconArrowRight,
  IconLanguage,
  IconLink,
  IconMoon,
  IconPause,
  IconPlay,
  IconPlus,
  IconQueue,
  IconRuns,
  IconSettings,
  IconSun,
  IconSystem,
} from "../components/icons.tsx";
import { copyText } from "../components/notify.tsx";
import { chooseLanguage, language } from "../i18n.ts";
import { places } from "./global-keys.ts";
import { useQueueOrder } from "./queue-switch.tsx";

/** One thing to go to or to do. */
export interface Entry {
  readonly id: string;
  readonly icon: ReactNode;
  readonly words: string;
  readonly note?: string;
  readonly take: () => void;
}

export interface EntryGroup {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** What the palette offers for a query; groups without any are left out. */
export function useEntries(query: string, openKeys: () => void): readonly EntryGroup[] {
  const { t } = useTranslation("shell");
  const groups = [
    { title: t("palette.pages"), entries: matching(usePages(), query) },
    { title: t("palette.contributions"), entries: useContributions(query) },
    { title: t("palette.runs"), entries: useRuns(query) },
    { title: t("palette.actions"), entries: matching(useActions(openKeys), query) },
  ];
  return groups.filter(({ entries }) => entries.length > 0);
}

function matching(entries: readonly Entry[], query: string): readonly Entry[] {
  const wanted = query.toLowerCase();
  return entries.filter(({ words }) => words.toLowerCase().includes(wanted));
}

function usePages(): readonly Entry[] {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  return places.map(({ name, path, key }) => ({
    id: `page ${name}`,
    icon: <IconArrowRight />,
    words: t(`places.${name}`),
    note: `g ${key}`,
    take: () => void navigate(path),
  }));
}

const schemeIcons = { light: <IconSun />, dark: <IconMoon />, auto: <IconSystem /> };

function useActions(openKeys: () => void): readonly Entry[] {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { order } = useQueueOrder();
  const scopes = useApi("me").data?.scopes ?? [];
  const state = useApi("queue").data?.state;
  const paused = state === "paused";
  const copyLink = () => copyText(window.location.href);
  const propose = { id: "propose", icon: <IconPlus />, words: t("palette.propose") };
  const turn = {
    id: "order",
    icon: paused ? <IconPlay /> : <IconPause />,
    words: t(paused ? "queue.resume" : "queue.pause"),
  };
  return [
    ...(scopes.includes("propose") ? [{ ...propose, take: () => void navigate("/propose") }] : []),
    ...(scopes.includes("decide") && state !== undefined && state !== "watching"
      ? [{ ...turn, take: () => order(!paused) }]
      : []),
    { id: "copy link", icon: <IconLink />, words: t("palette.copyLink"), take: copyLink },
    ...(["light", "dark", "auto"] as const).map((scheme) => ({
      id: `scheme ${scheme}`,
      icon: schemeIcons[scheme],
      words: t(`palette.scheme.${scheme}`),
      take: () => setColorScheme(scheme),
    })),
    {
      id: "language",
      icon: <IconLanguage />,
      words: t("language.other"),
      take: () => void chooseLanguage(language() === "zh" ? "en" : "zh"),
    },
    { id: "keys", icon: <IconSettings />, words: t("keys.title"), note: "?", take: openKeys },
  ];
}

/** Of what was found for an earlier query, what this one may find as well: Enter takes nothing that was not asked for. */
function stillMatching(entries: readonly Entry[], query: string): readonly Entry[] {
  const wanted = query.toLowerCase();
  return entries.filter(({ words, note }) => `${words} ${note ?? ""}`.toLowerCase().includes(wanted));
}

/** So many of what is looked up are offered. */
const most = 6;

function useContributions(query: string): readonly Entry[] {
  const navigate = useNavigate();
  const asked = { query: { q: query, limit: most } };
  const found = useApi("listContributions", asked, { enabled: query !== "", keepPrevious: true });
  if (query === "") return [];
  const entries = (found.data?.items ?? []).map(({ id, title }) => ({
    id: `contribution ${id}`,
    icon: <IconQueue />,
    words: title,
    note: id,
    take: () => void navigate(`/contributions/${encodeURIComponent(id)}`),
  }));
  return found.isPlaceholderData ? stillMatching(entries, query) : entries;
}

function useRuns(query: string): readonly Entry[] {
  const navigate = useNavigate();
  const asked = { query: { q: query, limit: most } };
  const found = useApi("listRuns", asked, { enabled: query !== "", keepPrevious: true });
  if (query === "") return [];
  const entries = (found.data?.items ?? []).map(({ id, why }) => ({
    id: `run ${id}`,
    icon: <IconRuns />,
    words: id,
    note: why,
    take: () => void navigate(`/runs/${encodeURIComponent(id)}`),
  }));
  return found.isPlaceholderData ? stillMatching(entries, query) : entries;
}
