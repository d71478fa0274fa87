import type { Page } from "playwright-core";
import { openBrowser } from "../../test/browser/rig.ts";
import { needs } from "../../test/needs.ts";

/** How even the frames of a page are while something is done with it. */
export interface Frames {
  readonly what: string;
  readonly frames: number;
  /** Milliseconds between two. */
  readonly p50: number;
  readonly p95: number;
  /** Share of those that come later than at 50 a second. */
  readonly late: number;
}

const lateMilliseconds = 20;
/** A notch of a mouse's wheel, CSS pixels, once a frame. */
const notch = 120;
const turns = 150;

/** The table of runs while its wheel turns, beside the same page at rest: what the browser can do here. Null without Chromium. */
export async function scrollFrames(url: string): Promise<readonly Frames[] | null> {
  const chromium = needs("chromium");
  if (chromium === null) return null;
  const browser = await openBrowser(chromium);
  try {
    const page = await browser.newPage({ baseURL: url, viewport: { width: 1440, height: 900 } });
    await page.goto("/runs");
    await page.locator('main a[href^="/runs/r"]').first().waitFor();
    await page.mouse.move(700, 600);
    const wheel = async (by: number) => {
      for (let turn = 0; turn < turns; turn++) {
        await page.mouse.wheel(0, by);
        await page.evaluate("new Promise((drawn) => requestAnimationFrame(drawn))");
      }
    };
    return [
      await framesOf(page, "a page of runs at rest", () => page.waitForTimeout(2000)),
      await framesOf(page, "scrolled down for the first time", () => wheel(notch)),
      await framesOf(page, "and up", () => wheel(-notch)),
      await framesOf(page, "and down again", () => wheel(notch)),
    ];
  } finally {
    await browser.close();
  }
}

/** In the page: the gaps between its frames, from now until it is asked for them. */
const watch = `(() => {
  const gaps = [];
  let last = performance.now();
  let on = true;
  const tick = (now) => {
    gaps.push(now - last);
    last = now;
    if (on) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  window.endOfFrames = () => {
    on = false;
    return gaps.slice(1);
  };
})()`;

async function framesOf(page: Page, what: string, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(watch);
  await act();
  const gaps = (await page.evaluate<number[]>("window.endOfFrames()")).sort((a, b) => a - b);
  const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? Number.NaN;
  const late = gaps.filter((gap) => gap > lateMilliseconds).length / gaps.length;
  return { what, frames: gaps.length, p50: at(0.5), p95: at(0.95), late };
}
