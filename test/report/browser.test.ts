import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { needs } from "../needs.ts";
import { hostileReport } from "./fixtures/hostile.ts";
import { samples } from "./fixtures/samples.ts";

/** The page in a real browser: quiet, self-contained, within its width, and doing what its controls say. */

const executablePath = needs("chromium");
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

describe.skipIf(executablePath === null)("in a browser", () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "cairn-report-"));
  const pages = new Map<string, string>();

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: flags });
    for (const [name, make] of [...Object.entries(samples), ["hostile", hostileReport] as const]) {
      const file = join(folder, `${name}.html`);
      writeFileSync(file, renderHtml(make()));
      pages.set(name, pathToFileURL(file).href);
    }
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a sample; whatever the page says, breaks or asks for is gathered in `trouble`. */
  async function open(name: string, options: BrowserContextOptions = {}): Promise<{ page: Page; trouble: string[] }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const trouble: string[] = [];
    const url = pages.get(name) ?? "";
    page.on("console", (message) => trouble.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) trouble.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return { page, trouble };
  }

  const looks = ["decided", "measuring", "empty", "diverging", "large"].flatMap((name) =>
    [390, 768, 1440].flatMap((width) =>
      (["light", "dark"] as const).map((colorScheme) => ({ name, width, colorScheme })),
    ),
  );
  test.each(looks)(
    "$name at $width, $colorScheme: quiet and within its width",
    async ({ name, width, colorScheme }) => {
      const { page, trouble } = await open(name, { viewport: { width, height: 900 }, colorScheme });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      const [ink, paper] = await page.evaluate<[string, string]>(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
      );
      expect(brightness(paper) > brightness(ink)).toBe(colorScheme === "light");
      expect(trouble).toEqual([]);
      await page.context().close();
    },
  );

  test("hostile text stays text", async () => {
    const { page, trouble } = await open("hostile");
    for (const form of ["effects", "interactions"])
      await page.locator(`[data-for="${form}"] select`).selectOption({ index: 1 });
    await page.locator('[data-for="tradeoffs"] select').first().selectOption({ index: 1 });
    await page.locator(".cell.sure").first().hover();
    expect(await page.evaluate("window.broken")).toBeUndefined();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toBe("Land 6 of 17");
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  test("without script the charts, the stages of a run and the theme of the system are there", async () => {
    const { page } = await open("decided", { javaScriptEnabled: false, viewport: { width: 1000, height: 900 } });
    expect(await page.locator(".forest .interval").first().isVisible()).toBe(true);
    expect(await page.locator(".stairs .cell").first().isVisible()).toBe(true);
    expect(await page.locator("svg.front").isVisible()).toBe(true);
    expect(await page.locator(".controls").first().isVisible()).toBe(false);
    const stages = page.locator("tbody[data-run]").first().locator(".stages");
    expect(await stages.isVisible()).toBe(false);
    await page.locator(".unfold input").first().check();
    expect(await stages.isVisible()).toBe(true);
    await page.context().close();
  });

  test("the effects follow the objective and the sense", async () => {
    const { page, trouble } = await open("decided");
    const chart = page.locator('[data-chart="effects"]');
    const before = await chart.innerText();
    await page.locator('[data-for="effects"] select').selectOption("val_bpb");
    expect(await page.locator('[data-measure="effects"]').innerText()).toBe("val_bpb (bits/byte), lower is better");
    const onObjective = await chart.innerText();
    expect(onObjective).not.toBe(before);
    expect(await chart.locator("tbody th").first().innerText()).toBe("bpe");
    await page.locator('[data-for="effects"]').getByText("alone", { exact: true }).click();
    expect(await chart.innerText()).not.toBe(onObjective);
    expect(await chart.locator("tbody tr").count()).toBe(16);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  test("what is drawn again is what was drawn", async () => {
    const { page } = await open("decided");
    for (const name of ["effects", "interactions", "tradeoffs"]) {
      const chart = page.locator(`[data-chart="${name}"]`);
      const before = await chart.innerHTML();
      const select = page.locator(`[data-for="${name}"] select`).first();
      const chosen = await select.inputValue();
      await select.selectOption({ index: 2 });
      expect(await chart.innerHTML()).not.toBe(before);
      await select.selectOption(chosen);
      expect(await chart.innerHTML()).toBe(before);
    }
    await page.context().close();
  });

  test("a pair speaks when it is pointed at, and arrow keys walk the staircase", async () => {
    const { page } = await open("decided");
    const spoken = page.locator('[data-chart="interactions"] .spoken');
    await page.locator('.cell[title^="muon and bpe"], .cell[title^="bpe and muon"]').hover();
    expect(await spoken.innerText()).toContain("muon and bpe overlap: together they gain");
    await page.locator('.cell[tabindex="0"]').focus();
    const first = await spoken.innerText();
    await page.keyboard.press("ArrowDown");
    expect(await spoken.innerText()).not.toBe(first);
    await page.keyboard.press("ArrowRight");
    expect(await page.locator('.stairs [tabindex="0"]').count()).toBe(1);
    expect(await page.evaluate("document.activeElement.tabIndex")).toBe(0);
    await page.context().close();
  });

  test("runs sort by any column, what is missing last, and are found by words", async () => {
    const { page } = await open("decided");
    const column = async () => {
      const texts = await page.locator("table.runs tbody:not([hidden]) tr:first-child > :nth-child(6)").allInnerTexts();
      return texts.map((text) => (/^[\d.]+$/.test(text) ? Number(text) : null));
    };
    const button = page.locator('[data-column="5"]');
    for (const direction of ["ascending", "descending"]) {
      await button.click();
      expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).toBe(direction);
      const values = await column();
      const finite = values.filter((value) => value !== null);
      expect(values.slice(0, finite.length)).toEqual(finite);
      expect(finite).toEqual(finite.toSorted((a, b) => (direction === "ascending" ? a - b : b - a)));
      expect(finite.length).toBeLessThan(values.length);
    }
    await page.locator('input[type="search"]').fill("confirm baseline");
    expect((await column()).length).toBe(7);
    expect(await page.locator("output").innerText()).toBe("7 of 68 runs");
    await page.context().close();
  });

  test("the theme turns, and the data downloads whole", async () => {
    const { page, trouble } = await open("decided", { colorScheme: "light" });
    const paper = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const light = await paper();
    await page.locator(".theme").click();
    expect(brightness(await paper())).toBeLessThan(brightness(light));
    await page.locator(".theme").click();
    expect(await paper()).toBe(light);
    const downloading = page.waitForEvent("download");
    await page.locator(".download").click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("cairn-sotu.json");
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(samples.decided());
    expect(trouble.filter((it) => !it.startsWith("request: blob:"))).toEqual([]);
    await page.context().close();
  });

  test("text stands out from its ground in both schemes (WCAG AA)", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open("decided", { colorScheme });
      const faint = await page.evaluate<string[]>(contrastCheck);
      expect(faint, colorScheme).toEqual([]);
      await page.context().close();
    }
  });

  test.each(["decided", "large"])("%s on paper is within the sheet, light, and without controls", async (name) => {
    const { page } = await open(name, { viewport: { width: 718, height: 1000 }, colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(718);
    expect(await page.locator(".controls").first().isVisible()).toBe(false);
    expect(brightness(await page.evaluate("getComputedStyle(document.body).color"))).toBeLessThan(200);
    await page.context().close();
  });

  test("every control has a name", async () => {
    const { page } = await open("decided");
    const nameless = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, input, select, a, summary")].filter((it) => !(it.textContent.trim() || it.title || it.ariaLabel || it.labels?.[0]?.textContent.trim())).map((it) => it.outerHTML)`,
    );
    expect(nameless).toEqual([]);
    await page.context().close();
  });
});

/** Of a CSS `rgb(…)`. */
function brightness(color: string): number {
  return [...color.matchAll(/\d+/g)].slice(0, 3).reduce((sum, [part]) => sum + Number(part), 0);
}

/** In the page: texts whose contrast with the nearest painted ground is below 4.5 (3 for large ones). */
const contrastCheck = `(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (element) => { for (let e = element; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const faint = new Set();
  for (const element of document.querySelectorAll("body *:not(script, style, option, svg *)")) {
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgb(style.color)), light(ground(element))].sort((x, y) => y - x);
    const size = Number.parseFloat(style.fontSize);
    if ((a + 0.05) / (b + 0.05) < (size >= 24 ? 3 : 4.5)) faint.add(element.className + " " + element.tagName + " " + ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return [...faint];
})()`;
