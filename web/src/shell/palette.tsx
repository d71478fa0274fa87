import "@mantine/spotlight/styles.css";
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight } from "@mantine/spotlight";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useApi } from "../api/query.ts";
import { notify } from "../components/notify.tsx";
import { chooseLanguage, language } from "../i18n.ts";
import { places } from "./global-keys.ts";
import { useQueueOrder } from "./queue-switch.tsx";

/** ⌘K: every page, contribution and run by name, and what can be done. */

interface Entry {
  readonly id: string;
  readonly words: string;
  readonly note?: string;
  readonly take: () => void;
}

interface PaletteProps {
  readonly close: () => void;
  readonly openKeys: () => void;
}

export default function Palette({ close, openKeys }: PaletteProps) {
  const { t } = useTranslation("shell");
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query.trim());
  const groups: readonly (readonly [string, readonly Entry[]])[] = [
    [t("palette.pages"), matching(usePages(), asked)],
    [t("palette.actions"), matching(useActions(openKeys), asked)],
    [t("palette.contributions"), useContributions(asked)],
    [t("palette.runs"), useRuns(asked)],
  ];
  const shown = groups.filter(([, entries]) => entries.length > 0);
  return (
    <Spotlight.Root
      forceOpened
      onSpotlightClose={close}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      scrollable
      maxHeight={420}
    >
      <Spotlight.Search placeholder={t("palette.placeholder")} aria-label={t("palette.placeholder")} />
      <Spotlight.ActionsList>
        {shown.map(([title, entries]) => (
          <Spotlight.ActionsGroup key={title} label={title}>
            {entries.map((entry) => (
              <Spotlight.Action
                key={entry.id}
                label={entry.words}
                description={entry.note ?? ""}
                onClick={() => {
                  close();
                  entry.take();
                }}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {shown.length === 0 && <Spotlight.Empty>{t("palette.nothing")}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function matching(entries: readonly Entry[], asked: string): readonly Entry[] {
  const wanted = asked.toLowerCase();
  return entries.filter(({ words }) => words.toLowerCase().includes(wanted));
}

function usePages(): readonly Entry[] {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  return places.map(({ name, path }) => ({
    id: `page ${name}`,
    words: t(`places.${name}`),
    take: () => void navigate(path),
  }));
}

function useActions(openKeys: () => void): readonly Entry[] {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { order } = useQueueOrder();
  const scopes = useApi("me").data?.scopes ?? [];
  const state = useApi("queue").data?.state;
  const paused = state === "paused";
  const copyLink = () =>
    void navigator.clipboard.writeText(window.location.href).then(() => notify(t("palette.copied")));
  return [
    ...(scopes.includes("propose")
      ? [{ id: "propose", words: t("palette.propose"), take: () => void navigate("/propose") }]
      : []),
    ...(scopes.includes("decide") && state !== undefined && state !== "watching"
      ? [{ id: "order", words: t(paused ? "queue.resume" : "queue.pause"), take: () => order(!paused) }]
      : []),
    { id: "copy link", words: t("palette.copyLink"), take: copyLink },
    ...(["light", "dark", "auto"] as const).map((scheme) => ({
      id: `scheme ${scheme}`,
      words: `${t("scheme.title")}: ${t(`scheme.${scheme}`)}`,
      take: () => setColorScheme(scheme),
    })),
    {
      id: "language",
      words: t("language.other"),
      take: () => void chooseLanguage(language() === "zh" ? "en" : "zh"),
    },
    { id: "keys", words: t("keys.title"), take: openKeys },
  ];
}

/** So many of what is looked up are offered. */
const most = 8;

function useContributions(asked: string): readonly Entry[] {
  const navigate = useNavigate();
  const found = useApi(
    "listContributions",
    { query: { q: asked, limit: most } },
    { enabled: asked !== "", keepPrevious: true },
  );
  if (asked === "") return [];
  return (found.data?.items ?? []).map(({ id, title }) => ({
    id: `contribution ${id}`,
    words: title,
    note: id,
    take: () => void navigate(`/contributions/${encodeURIComponent(id)}`),
  }));
}

function useRuns(asked: string): readonly Entry[] {
  const navigate = useNavigate();
  const found = useApi("listRuns", { query: { q: asked, limit: most } }, { enabled: asked !== "", keepPrevious: true });
  if (asked === "") return [];
  return (found.data?.items ?? []).map(({ id, why }) => ({
    id: `run ${id}`,
    words: id,
    note: why,
    take: () => void navigate(`/runs/${encodeURIComponent(id)}`),
  }));
}
