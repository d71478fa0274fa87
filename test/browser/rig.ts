import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { builtWeb } from "../../src/app/web-build.ts";
import { isTaken } from "../../src/cli/port.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const main = join(root, "src", "cli", "main.ts");

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

/** A browser, when the web that `cairn serve` will serve is built. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  await builtWeb(() => {});
  return chromium.launch({ executablePath, args: flags });
}

/** A copy of the planted lab, in a directory of its own, with some of its contributions alone. */
export function copyLab(contributions: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), "cairn-browser-"));
  const planted = join(root, "labs", "planted");
  cpSync(planted, dir, { recursive: true, filter: (path) => !path.endsWith(".cairn") && !path.endsWith(".test.ts") });
  for (const file of readdirSync(join(dir, "contributions"))) {
    if (!contributions.includes(file.replace(/\..*$/, ""))) rmSync(join(dir, "contributions", file));
  }
  return dir;
}

export function addContribution(dir: string, id: string): void {
  cpSync(join(root, "labs", "planted", "contributions", `${id}.yaml`), join(dir, "contributions", `${id}.yaml`));
}

/** Not decided yet: what a command that stopped early ends with. */
const undecided = 3;

/** Runs one command to its end. @throws when it fails. */
export async function cairn(dir: string, ...argv: string[]): Promise<string> {
  const { child, said } = start(dir, argv);
  const [code] = await once(child, "exit");
  if (code !== 0 && code !== undecided)
    throw new Error(`cairn ${argv.join(" ")} ended with ${code}\n${said.out}\n${said.err}`);
  return said.out;
}

export interface Server {
  readonly url: string;
  /** In an instant, as by a power cut. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** `cairn serve` in a process of its own, when it says that it listens. */
export async function serve(dir: string, ...options: string[]): Promise<Server> {
  const port = options.includes("--port") ? [] : ["--port", "0"];
  const { child, said } = start(dir, ["serve", "--no-open", ...port, ...options]);
  const where = () => /http:\/\/localhost:\d+/.exec(said.out);
  await until("the server says where it is", () => {
    if (child.exitCode !== null) throw new Error(`cairn serve ended with ${child.exitCode}\n${said.err}`);
    return where() !== null;
  });
  const [url = ""] = where() ?? [];
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return { url, kill: () => end("SIGKILL"), stop: () => end("SIGINT") };
}

/**
 * For a server that goes and comes back: below the ports that systems give to whoever asks for any, so that nobody has it
 * in between.
 */
export async function lastingPort(): Promise<number> {
  const port = randomInt(20_000, 30_000);
  return (await isTaken("127.0.0.1", port)) ? lastingPort() : port;
}

function start(dir: string, argv: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [main, "-C", dir, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    said.err += chunk;
  });
  return { child, said };
}

/** One tab, and what it met. */
export interface Visit {
  readonly page: Page;
  /** Whatever the console says, breaks, fails or is refused. */
  readonly trouble: string[];
  /** Every answer of the API, as it came: path and body. */
  readonly heard: { readonly path: string; readonly text: string }[];
  close(): Promise<void>;
}

/** In a context of its own: nothing is shared with other visits, neither cookies nor what is kept. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    locale: "en-GB",
    colorScheme: "light",
    viewport: { width: 1360, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  // The machine may be busy with other things.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const trouble: string[] = [];
  const heard: { path: string; text: string }[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // What a page had asked for when it was left is called aborted.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") trouble.push(`failed: ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`);
    if (!response.url().includes("/api/v1/") || response.url().includes("/api/v1/events")) return;
    const path = new URL(response.url()).pathname;
    response.text().then(
      (text) => heard.push({ path, text }),
      () => {},
    );
  });
  return { page, trouble, heard, close: () => context.close() };
}

/** Goes to an address, and is done when the page has its title and none of its parts is still to come. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await until("all of the page is there", () => page.evaluate<boolean>(nothingToCome));
}

/** In the page. What is drawn only where it is seen is gone to. */
const nothingToCome = `(() => {
  const next = document.querySelector(".mantine-Skeleton-root");
  next?.scrollIntoView();
  return next === null;
})()`;

/** When no colour is on its way to another one any more. */
export async function still(page: Page): Promise<void> {
  const transitions = "document.getAnimations().filter((it) => it instanceof CSSTransition).length";
  await until("the page is still", async () => (await page.evaluate<number>(transitions)) === 0);
}

/** @param seconds generous: the machine may be busy with other things. @throws when it does not come true in time. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(20);
  }
}
