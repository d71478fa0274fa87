import i18n, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { messages as components } from "./components/messages.ts";
import { keep, kept } from "./kept.ts";
import { messages as shell } from "./shell/messages.ts";

/**
 * Every string in English and 简体中文. The shell's and the shared components' are in the first load; a page's own come
 * with the page, under the page's name: `useTranslation("queue")`.
 */

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** Keys may be nested: `t("empty.title")`. Plurals by i18next's suffixes `_one` and `_other`, with `count`. */
export interface Messages {
  readonly [key: string]: string | Messages;
}
type Source = () => Promise<{ readonly messages: Readonly<Record<Language, Messages>> }>;

const pages: ReadonlyMap<string, Source> = new Map<string, Source>([
  ["charts", () => import("./charts/messages.ts")],
  ["compare", () => import("./pages/compare/messages.ts")],
  ["contribution", () => import("./pages/contribution/messages.ts")],
  ["evidence", () => import("./pages/evidence/messages.ts")],
  ["home", () => import("./pages/home/messages.ts")],
  ["lab", () => import("./pages/lab/messages.ts")],
  ["login", () => import("./pages/login/messages.ts")],
  ["propose", () => import("./pages/propose/messages.ts")],
  ["queue", () => import("./pages/queue/messages.ts")],
  ["recipe", () => import("./pages/recipe/messages.ts")],
  ["run", () => import("./pages/run/messages.ts")],
  ["runs", () => import("./pages/runs/messages.ts")],
  ["settings", () => import("./pages/settings/messages.ts")],
]);

const ofPages: BackendModule = {
  type: "backend",
  init: () => {},
  read: (language, namespace, done) => {
    const source = pages.get(namespace);
    if (source === undefined) return done(new Error(`no messages of ${namespace}`), null);
    source().then(
      ({ messages }) => done(null, language === "zh" ? messages.zh : messages.en),
      (error: unknown) => done(error instanceof Error ? error : String(error), null),
    );
  },
};

/** As before-paint.js has it. */
const choice = "cairn-language";

/** What a person chose, else what the browser asks for. */
function firstLanguage(): Language {
  const wanted = kept(choice) ?? navigator.language;
  return wanted.startsWith("zh") ? "zh" : "en";
}

export async function startLanguages(): Promise<void> {
  await i18n
    .use(ofPages)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: "en",
      supportedLngs: languages,
      ns: ["shell", "components"],
      defaultNS: "shell",
      resources: {
        en: { shell: shell.en, components: components.en },
        zh: { shell: shell.zh, components: components.zh },
      },
      partialBundledLanguages: true,
      interpolation: { escapeValue: false },
    });
  markDocument();
}

export function language(): Language {
  return i18n.language === "zh" ? "zh" : "en";
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  keep(choice, chosen);
  await i18n.changeLanguage(chosen);
  markDocument();
}

function markDocument(): void {
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
}

export { i18n };
