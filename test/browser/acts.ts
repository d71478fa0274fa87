import type { Locator, Page } from "playwright-core";
import { goTo, until } from "./rig.ts";

/** What people do, by the names that they see. */

export interface Proposal {
  readonly title: string;
  readonly area: string;
  /** A parameter of the recipe and its new value. */
  readonly set: readonly [key: string, value: string];
}

/** Through the form, to the new contribution's page. */
export async function propose(page: Page, { title, area, set: [key, value] }: Proposal): Promise<void> {
  await goTo(page, "/propose");
  await page.getByLabel("Title").fill(title);
  await page.getByRole("combobox", { name: "Area" }).click();
  await page.getByRole("option", { name: area, exact: true }).click();
  await page.getByRole("combobox", { name: "Add a parameter" }).fill(key);
  await page.getByRole("option", { name: key }).click();
  await page.getByLabel(`New value of ${key}`).fill(value);
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await page.waitForURL("**/contributions/*");
  await page.getByText("Proposed. What happens now").waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Add to the discussion").fill(text);
  await page.getByRole("button", { name: "Comment", exact: true }).click();
}

/** Where `g` and a letter lead, and what it is called there: the lab by its own name. */
const byKeys = {
  h: { path: "/", title: "Home" },
  q: { path: "/queue", title: "Queue" },
  e: { path: "/evidence", title: "Evidence" },
  r: { path: "/runs", title: "Runs" },
  c: { path: "/recipe", title: "Recipe" },
  l: { path: "/lab", title: "planted" },
  s: { path: "/settings", title: "Settings" },
} as const;

/** By `g` and a letter, to another page. On a busy machine the letter may come too late after the `g`: then once more. */
export async function goByKeys(page: Page, letter: keyof typeof byKeys): Promise<void> {
  const { path, title } = byKeys[letter];
  await until(`g and ${letter} lead to ${path}`, async () => {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    return (await page.evaluate<string>("location.pathname")) === path;
  });
  await page.getByRole("heading", { name: title, level: 1, exact: true }).waitFor();
}

/** What the queue does, in the line above the page; behind it is the switch. */
export function queueSwitch(page: Page): Locator {
  return page.locator("header button[aria-haspopup=dialog]").first();
}

/** @param order the switch's words */
export async function turnQueue(page: Page, order: "Pause" | "Resume"): Promise<void> {
  await queueSwitch(page).click();
  const button = page.getByRole("button", { name: order, exact: true });
  await button.click();
  await button.waitFor({ state: "detached" });
}

/** With an invitation's link, or a token. */
export async function logIn(page: Page, secret: string): Promise<void> {
  await page.goto(`/login#${secret}`);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
}
