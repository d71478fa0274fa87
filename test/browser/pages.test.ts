import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { removeLab } from "../durability/rig.ts";
import { needs } from "../needs.ts";
import { goByKeys } from "./acts.ts";
import { seriousFaults } from "./axe.ts";
import { foreignTexts, ownWords } from "./foreign.ts";
import { recordedLab } from "./recorded.ts";
import { goTo, openBrowser, type Server, serve, settled, still, until, type Visit, visit } from "./rig.ts";

/** Every page with a small lab's record: in both languages and colours, at a desk and on a phone. */

const chromium = needs("chromium");
const runList = z.object({ items: z.array(z.object({ id: z.string() })) });

const places = [
  "/",
  "/queue",
  "/queue?state=undecided&sort=title",
  "/propose",
  "/contributions/muon",
  "/contributions/big-batch",
  "/contributions/crash",
  ...["effects", "interactions", "trade-offs", "what-if", "confirmation", "calibration", "narrowing"].map(
    (tab) => `/evidence?show=${tab}`,
  ),
  "/evidence?landing=1",
  "/runs",
  "/runs?group=combination",
  "/runs/RUN",
  "/runs/FAILED",
  "/compare?run=RUN,OTHER",
  "/recipe",
  "/lab",
  "/lab?show=history",
  "/lab?show=people",
  "/settings",
  "/nowhere",
];

const looks = [
  { locale: "en-GB", width: 1360 },
  { locale: "zh-CN", width: 1360 },
  { locale: "en-GB", width: 390 },
  { locale: "zh-CN", width: 390 },
];

describe.skipIf(chromium === null)("every page", { timeout: 180_000 }, () => {
  let browser: Browser;
  let dir: string;
  let server: Server;
  let visits: readonly { readonly width: number; readonly locale: string; readonly on: Visit }[];
  let runs: readonly string[];
  let failed: string;
  /** The users' words: whatever else is said, is said in the page's language. */
  let own: ReadonlySet<string>;

  beforeAll(async () => {
    [browser, dir] = await Promise.all([openBrowser(chromium ?? ""), recordedLab()]);
    server = await serve(dir, "--no-run");
    visits = await Promise.all(
      looks.map(async ({ width, locale }) => ({
        ...{ width, locale },
        on: await visit(browser, server.url, { locale, viewport: { width, height: 900 }, hasTouch: width < 600 }),
      })),
    );
    runs = await runsThatAre("done");
    [failed = ""] = await runsThatAre("failed");
    own = await ownWords(server.url);
    const [first] = visits;
    if (first === undefined) throw new Error("there is no visit");
    // The report is made anew at the start: from now on it is there.
    await first.on.page.goto("/evidence");
    await first.on.page.getByRole("tab").first().waitFor({ timeout: 60_000 });
  }, 300_000);
  async function runsThatAre(state: string): Promise<string[]> {
    const answer = await fetch(`${server.url}/api/v1/runs?state=${state}`);
    return runList.parse(await answer.json()).items.map(({ id }) => id);
  }
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (dir !== undefined) removeLab(dir);
  });

  test.each(places)("%s is quiet, within its width, legible to all, and wholly in either language", async (place) => {
    const path = place
      .replace("RUN", runs[0] ?? "")
      .replace("OTHER", runs[1] ?? "")
      .replace("FAILED", failed);
    const titles = new Map<string, string>();
    for (const { width, locale, on } of visits) {
      const { page, trouble } = on;
      trouble.length = 0;
      await page.emulateMedia({ colorScheme: "light" });
      await goTo(page, path);
      const look = `${locale}, ${width}`;
      expect(await page.evaluate("document.documentElement.scrollWidth"), look).toBeLessThanOrEqual(width);
      expect(await page.evaluate("document.documentElement.lang"), look).toBe(locale === "zh-CN" ? "zh-CN" : "en");
      expect(await seriousFaults(page), `${look}, light`).toEqual([]);
      if (locale === "zh-CN") expect(await foreignTexts(page, own), look).toEqual([]);
      const paper = await brightness(on);
      await page.emulateMedia({ colorScheme: "dark" });
      await until("the page is dark", async () => (await brightness(on)) < paper);
      await still(page);
      expect(await seriousFaults(page, ["color-contrast"]), `${look}, dark`).toEqual([]);
      expect(trouble, look).toEqual([]);
      titles.set(locale, await page.locator("main").innerText());
    }
    expect(titles.get("en-GB")).not.toBe(titles.get("zh-CN"));
    expect(titles.get("zh-CN")).toMatch(/\p{Script=Han}/u);
  });

  test("language and colours stay as they were chosen", async () => {
    const on = await visit(browser, server.url);
    const { page } = on;
    await goTo(page, "/settings");
    const before = await brightness(on);
    await page.getByText("Dark", { exact: true }).click();
    await page.getByText("简体中文", { exact: true }).click();
    await page.getByRole("heading", { name: "设置", level: 1 }).waitFor();
    await page.reload();
    await settled(page);
    expect(await page.evaluate("document.documentElement.lang")).toBe("zh-CN");
    expect(await page.locator("h1").innerText()).toBe("设置");
    expect(await brightness(on)).toBeLessThan(before);
    await page.getByRole("button", { name: "Switch to English" }).click();
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    await goTo(page, "/queue");
    expect(await page.locator("h1").innerText()).toBe("Queue");
    await on.close();
  });

  test("by keys alone: g and a letter, j and k and Enter, the palette, the list of keys", async () => {
    const on = await visit(browser, server.url);
    const { page } = on;
    await goTo(page, "/");
    for (const letter of ["q", "e", "r", "c", "l", "s", "h", "q"] as const) await goByKeys(page, letter);
    await settled(page);
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    const titles = await page.locator("[data-list-item]").allInnerTexts();
    expect(titles.length).toBeGreaterThan(3);
    await page.keyboard.press("j");
    expect(await focused()).toBe(titles[0]);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await focused()).toBe(titles[1]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: titles[1] ?? "", level: 1 }).waitFor();

    await page.keyboard.press("?");
    const keys = page.getByRole("dialog");
    await keys.waitFor();
    expect(await keys.innerText()).toContain("Down and up a list");
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });

    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox");
    await field.fill("big-batch");
    await page.getByRole("option", { name: /Batches four times as large/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/contributions/big-batch");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("recipe");
    await page.getByRole("option", { name: "Recipe", selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Recipe", level: 1 }).waitFor();
    expect(on.trouble).toEqual([]);
    await on.close();
  });

  test("what is not all loaded is fetched to be copied, which it says", async () => {
    const on = await visit(browser, server.url, { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = on;
    await goTo(page, "/runs?state=done");
    const { promise: mayBeSent, resolve: send } = Promise.withResolvers<void>();
    await page.route(/\/runs\?.*limit=1000/, async (route) => {
      await mayBeSent;
      await route.continue();
    });
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByRole("menuitem", { name: "Copy as CSV" }).click();
    const fetching = page.getByText("Fetching what is to be copied…");
    await fetching.waitFor();
    send();
    await page.getByText("Copied.").waitFor();
    await fetching.waitFor({ state: "detached" });
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    for (const run of runs) expect(copied).toContain(run);
    expect(on.trouble).toEqual([]);
    await on.close();
  });
});

/** Of the page's ground. */
async function brightness({ page }: Visit): Promise<number> {
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  return [...color.matchAll(/\d+/g)].slice(0, 3).reduce((sum, [part]) => sum + Number(part), 0);
}
