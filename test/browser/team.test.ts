import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invited } from "../../src/api/people.ts";
import { removeLab } from "../durability/rig.ts";
import { needs } from "../needs.ts";
import { logIn, propose, say } from "./acts.ts";
import { cairn, copyLab, goTo, openBrowser, type Server, serve, settled, type Visit, visit } from "./rig.ts";

/** A team behind a door: who comes in and how, and what of each other they are told. */

const chromium = needs("chromium");
const author = "Zorblax Quint";
const agent = "wexelbot";

describe.skipIf(chromium === null)("a team", { timeout: 180_000 }, () => {
  let browser: Browser;
  let dir: string;
  let server: Server;
  let lead: Visit;
  let member: Visit;

  beforeAll(async () => {
    browser = await openBrowser(chromium ?? "");
    dir = copyLab(["dedupe", "tidy-logs"]);
    const first = await invite("Lin");
    server = await serve(dir, "--no-run", "--login");
    lead = await visit(browser, server.url);
    await logIn(lead.page, first);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (dir !== undefined) removeLab(dir);
  });

  /** @returns the invitation's secret, or an agent's token. */
  async function invite(name: string, ...options: string[]): Promise<string> {
    return invited.parse(JSON.parse(await cairn(dir, "account", "invite", name, ...options, "--json"))).secret;
  }

  test("nobody comes in without an invitation, and is told nothing", async () => {
    const nobody = await visit(browser, server.url);
    await nobody.page.goto("/contributions/dedupe");
    await nobody.page.waitForURL("**/login?next=%2Fcontributions%2Fdedupe");
    await nobody.page.getByLabel("Invitation or token").fill("cairn_not-an-invitation");
    await nobody.page.getByRole("button", { name: "Log in" }).click();
    await nobody.page.getByRole("alert").first().waitFor();
    expect(nobody.heard.map(({ text }) => text).join()).not.toMatch(/dedupe|Drop repeated lines|Lin/);
    expect(nobody.page.url()).toContain("/login");
    await nobody.close();
  });

  test("an invited person comes in by the link, once, and proposes", async () => {
    await goTo(lead.page, "/settings");
    await lead.page.getByRole("textbox", { name: "Name" }).last().fill(author);
    await lead.page.getByRole("button", { name: "Invite", exact: true }).click();
    const box = lead.page.getByRole("status", { name: `Invitation for ${author}` });
    const link = new URL(await box.locator("code").innerText());
    expect(link.origin).toBe(server.url);

    member = await visit(browser, server.url);
    await logIn(member.page, link.hash.slice(1));
    expect(member.page.url()).not.toContain("#");
    await propose(member.page, { title: "Muon", area: "optimization", set: ["train.optimizer", "muon"] });
    await say(member.page, "It makes more of every step.");
    await member.page.locator("li").getByText("It makes more of every step.").waitFor();
    await goTo(member.page, "/queue");
    await member.page.getByText("Yours").waitFor();
    expect(member.trouble).toEqual([]);

    const late = await visit(browser, server.url);
    await late.page.goto(`/login${link.hash}`);
    await late.page.getByRole("button", { name: "Log in" }).click();
    await late.page.getByRole("alert").first().waitFor();
    expect(late.page.url()).toContain("/login");
    await late.close();
  });

  test("an agent proposes with its token, and no more than it may", async () => {
    const token = await invite(agent, "--agent", "--answers-to", author);
    const ask = (path: string, method: string, body: unknown) =>
      fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": path },
        body: JSON.stringify(body),
      });
    const body = { id: "long-warmup", area: "optimization", set: { "train.warmup": 40 } };
    expect((await ask("/contributions", "POST", body)).status).toBe(201);
    expect((await ask("/queue", "PATCH", { paused: true })).status).toBe(403);
    expect((await ask("/accounts", "POST", { name: "more", scopes: ["read"] })).status).toBe(403);
    await goTo(lead.page, "/queue");
    await lead.page.locator('a[href="/contributions/long-warmup"]').waitFor();
  });

  test("a stranger is told of no author before it is decided", async () => {
    const stranger = await visit(browser, server.url);
    await logIn(stranger.page, await invite("Ann", "--scopes", "read"));
    const places = [
      ...["/", "/queue", "/queue?mine=true", "/contributions/muon", "/contributions/long-warmup", "/propose"],
      ...["/evidence", "/runs", "/recipe", "/lab", "/lab?show=history", "/lab?show=people", "/settings"],
    ];
    const shown: string[] = [];
    for (const place of places) {
      await goTo(stranger.page, place);
      shown.push(await stranger.page.content());
    }
    await goTo(stranger.page, "/contributions/muon");
    await stranger.page.getByText("Hidden until decided").first().waitFor();
    await stranger.page.getByText("An author").waitFor();
    shown.push(await stranger.page.content());
    await stranger.page.keyboard.press("Control+k");
    await stranger.page.getByRole("combobox").fill(author.slice(0, 4));
    await stranger.page.getByText("Nothing is called that.").waitFor();
    const heard = stranger.heard.map(({ text }) => text);
    expect(heard.length).toBeGreaterThan(places.length);
    for (const name of [author, agent]) {
      expect(shown.filter((text) => text.includes(name))).toEqual([]);
      expect(heard.filter((text) => text.includes(name))).toEqual([]);
    }
    expect(stranger.trouble).toEqual([]);
    await stranger.close();
    // Whoever proposed it is told.
    await goTo(member.page, "/contributions/muon");
    await member.page.locator("main").getByText(author).first().waitFor();
  });

  test("a comment that was taken back can be had again", async () => {
    const { page } = member;
    await goTo(page, "/contributions/muon");
    await say(page, "Said too soon.");
    const comment = page.locator("li").filter({ hasText: "Said too soon." });
    await comment.getByRole("button", { name: "Actions of the comment" }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    // Under the pointer it stays; otherwise it is there for seconds.
    const undo = page.getByRole("button", { name: "Undo" });
    await undo.hover();
    await page.getByText("This comment was taken back.").waitFor();
    await comment.waitFor({ state: "detached" });
    await undo.click();
    await comment.waitFor();
    await page.reload();
    await settled(page);
    await comment.waitFor();
  });
});
