import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { removeLab } from "../durability/rig.ts";
import { needs } from "../needs.ts";
import { propose, queueSwitch, say, turnQueue } from "./acts.ts";
import { addContribution, cairn, copyLab, goTo, openBrowser, type Server, serve, until, visit } from "./rig.ts";

/** A lab at work under open pages: from a proposal to its landing, in two browsers, and through the server's death. */

const chromium = needs("chromium");
const patience = { timeout: 120_000 };

describe.skipIf(chromium === null)("a lab at work", () => {
  let browser: Browser;
  const servers: Server[] = [];
  const labs: string[] = [];
  beforeAll(async () => {
    browser = await openBrowser(chromium ?? "");
  }, 120_000);
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    for (const server of servers.splice(0)) await server.stop();
    for (const dir of labs.splice(0)) removeLab(dir);
  });
  afterAll(() => browser?.close());

  async function open(...contributions: string[]): Promise<{ readonly dir: string; readonly server: Server }> {
    const dir = copyLab(contributions);
    labs.push(dir);
    const server = await serve(dir);
    servers.push(server);
    return { dir, server };
  }

  test("watched from a proposal to its landing", { timeout: 240_000 }, async () => {
    const { server } = await open();
    const { page, trouble } = await visit(browser, server.url);
    await propose(page, { title: "Muon", area: "optimization", set: ["train.optimizer", "muon"] });
    expect(await page.locator("h1").innerText()).toBe("Muon");

    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    const runs = () => page.locator('main a[href^="/runs/r"]').count();
    await until("the first runs are listed", async () => (await runs()) > 0);
    const first = await runs();
    // Who looks at the newest sees new ones come; nothing moves under whoever reads on: there they come when asked for.
    const pill = page.getByRole("button", { name: /new runs?/ });
    await until("there are more runs", async () => {
      if (await pill.isVisible()) await pill.click();
      return (await runs()) > first;
    });

    await page.keyboard.press("g");
    await page.keyboard.press("q");
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "Muon" }) });
    await row.getByText("train.optimizer: adam → muon").waitFor();
    await row.getByText("Yours").waitFor();
    await row.getByText(/^\d+ runs?$/).waitFor(patience);

    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.getByText("Decided", { exact: true }).waitFor(patience);
    await page.getByRole("link", { name: "Look at it and land it" }).click();
    await page.getByRole("button", { name: "Land this set …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/Comes in: .*muon/).waitFor();
    await dialog.getByRole("button", { name: "Land it" }).click();

    await page.waitForURL("**/lab?show=history");
    await page.getByRole("heading", { name: "Landing 1" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    const landing = page.getByRole("article").filter({ has: page.getByRole("link", { name: "Landing 1" }) });
    await landing.getByRole("link", { name: /muon/ }).waitFor();
    await goTo(page, "/contributions/muon");
    await page.getByText("Landed", { exact: true }).first().waitFor(patience);
    expect(trouble).toEqual([]);
  });

  test("what is done in one browser is seen in the other, which asks for nothing", { timeout: 120_000 }, async () => {
    const { server } = await open("dedupe", "muon");
    const [here, there] = [await visit(browser, server.url), await visit(browser, server.url)];
    await goTo(here.page, "/contributions/dedupe");
    await goTo(there.page, "/contributions/dedupe");
    const inQueue = queueSwitch(there.page);
    await turnQueue(here.page, "Pause");
    await inQueue.getByText("Paused").waitFor();
    await here.page.getByRole("button", { name: "Undo" }).waitFor();
    const said = "It says nothing new.";
    await say(here.page, said);
    await there.page.getByText(said).waitFor();
    await turnQueue(here.page, "Resume");
    await inQueue.getByText("Paused").waitFor({ state: "detached" });
    expect([...here.trouble, ...there.trouble]).toEqual([]);
  });

  test("the server dies and comes back under an open page: it says so, and misses nothing", {
    timeout: 240_000,
  }, async () => {
    const { dir, server } = await open("dedupe", "muon");
    const onRuns = (await visit(browser, server.url)).page;
    const onQueue = (await visit(browser, server.url)).page;
    await goTo(onRuns, "/runs");
    await turnQueue(onRuns, "Pause");
    await until("what ran is over", async () => {
      const answer = await fetch(`${server.url}/api/v1/queue`);
      return (await answer.text()).includes('"running":0');
    });
    await goTo(onQueue, "/queue");
    for (const page of [onRuns, onQueue]) await page.evaluate("window.sameAsBefore = true");

    await server.kill();
    for (const page of [onRuns, onQueue]) await page.getByText("Reconnecting…").waitFor();
    await cairn(dir, "run", "muon", "dedupe", "--seed", "77");
    addContribution(dir, "big-batch");

    servers.push(await serve(dir, "--port", String(server.port)));
    await onRuns.getByText("Reconnecting…").waitFor({ state: "detached", ...patience });
    await onRuns.getByText("77", { exact: true }).first().waitFor(patience);
    await onQueue.getByText("Reconnecting…").waitFor({ state: "detached", ...patience });
    await onQueue.getByRole("link", { name: "Batches four times as large" }).waitFor(patience);
    // It is as it was left, and takes orders again.
    await queueSwitch(onRuns).getByText("Paused").waitFor();
    await turnQueue(onRuns, "Resume");
    await queueSwitch(onQueue).getByText("Paused").waitFor({ state: "detached" });
    for (const page of [onRuns, onQueue]) expect(await page.evaluate("window.sameAsBefore")).toBe(true);
  });
});
