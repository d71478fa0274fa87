import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { removeLab } from "../durability/rig.ts";
import { needs } from "../needs.ts";
import { goByKeys, propose, queueSwitch, say, turnQueue } from "./acts.ts";
import {
  addContribution,
  cairn,
  copyLab,
  goTo,
  lastingPort,
  openBrowser,
  type Server,
  serve,
  until,
  visit,
} from "./rig.ts";

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

  async function open(
    contributions: readonly string[],
    ...options: string[]
  ): Promise<{ readonly dir: string; readonly server: Server }> {
    const dir = copyLab(contributions);
    labs.push(dir);
    const server = await serve(dir, ...options);
    servers.push(server);
    return { dir, server };
  }

  test("watched from a proposal to its landing", { timeout: 240_000 }, async () => {
    const { server } = await open([]);
    const { page, trouble } = await visit(browser, server.url);
    // It waits until somebody looks: the runs are seen to come, however fast they are.
    await goTo(page, "/");
    await turnQueue(page, "Pause");
    await queueSwitch(page).getByText("Paused").waitFor();
    await propose(page, { title: "Muon", area: "optimization", set: ["train.optimizer", "muon"] });
    expect(await page.locator("h1").innerText()).toBe("Muon");

    await goByKeys(page, "r");
    await turnQueue(page, "Resume");
    const runs = () => page.locator('main a[href^="/runs/r"]').count();
    // Who looks at the newest sees new ones come; nothing moves under whoever reads on: there they come when asked for.
    const pill = page.getByRole("button", { name: /new runs?/ });
    await until("runs are listed", async () => {
      // It goes when what it tells of has come, which may be just now.
      if (await pill.isVisible()) await pill.click({ timeout: 1000 }).catch(() => {});
      return (await runs()) >= 2;
    });

    await goByKeys(page, "q");
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "Muon" }) });
    await row.getByText("train.optimizer: adam → muon").waitFor();
    await row.getByText("Yours").waitFor();
    await row.getByText(/^\d+ runs?$/).waitFor(patience);

    await goByKeys(page, "h");
    await page.getByText("Decided", { exact: true }).waitFor(patience);
    await page.getByRole("link", { name: "Look at it and land it" }).click();
    await page.getByRole("button", { name: "Land this set …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/Comes in: .*muon/).waitFor();
    await dialog.getByRole("button", { name: "Land it" }).click();

    await page.waitForURL("**/lab?show=history");
    await page.getByRole("heading", { name: "Landing 1" }).waitFor();
    await goByKeys(page, "h");
    const landing = page.getByRole("article").filter({ has: page.getByRole("link", { name: "Landing 1" }) });
    await landing.getByRole("link", { name: /muon/ }).waitFor();
    await goTo(page, "/contributions/muon");
    await page.getByText("Landed", { exact: true }).first().waitFor(patience);
    expect(trouble).toEqual([]);
  });

  test("what is done in one browser is seen in the other, which asks for nothing", { timeout: 180_000 }, async () => {
    const { server } = await open(["dedupe", "muon"]);
    const [here, there] = [await visit(browser, server.url), await visit(browser, server.url)];
    await goTo(here.page, "/contributions/dedupe");
    await goTo(there.page, "/contributions/dedupe");
    const inQueue = queueSwitch(there.page);
    await turnQueue(here.page, "Pause");
    // This first: it is there for seconds.
    await here.page.getByRole("button", { name: "Undo" }).waitFor();
    await inQueue.getByText("Paused").waitFor();
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
    const port = ["--port", String(await lastingPort())];
    const { dir, server } = await open(["dedupe", "muon"], ...port);
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

    servers.push(await serve(dir, ...port));
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
