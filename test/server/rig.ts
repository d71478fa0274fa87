import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openApi } from "../../src/api/openapi.ts";
import { type Operation, type Scope, scopes } from "../../src/api/operation.ts";
import { operationIds, operations } from "../../src/api/operations.ts";
import type { Live } from "../../src/app/live/live.ts";
import { openLive } from "../../src/app/live/open.ts";
import { invite } from "../../src/app/people/accounts.ts";
import { issueToken } from "../../src/app/people/tokens.ts";
import { type App, type AppOptions, createApp } from "../../src/server/app.ts";
import { backingOf } from "../../src/server/backing.ts";
import type { Door } from "../../src/server/door.ts";
import { handlers } from "../../src/server/handlers.ts";
import { loginRate, writeRate } from "../../src/server/limits.ts";
import { createLog } from "../../src/server/log.ts";
import { openApiDocument } from "./document.ts";

/** A real lab of planted effects that nothing runs in, with the server before it, and everybody who might ask. */

const cli = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const planted = fileURLToPath(new URL("../../labs/planted/", import.meta.url));

/** A token of one scope alone, or of all of them. */
export type Holder = Scope | "all";

export interface Rig {
  readonly dir: string;
  readonly live: Live;
  readonly app: App;
  readonly logged: string[];
  /** Tokens. */
  readonly secrets: Readonly<Record<Holder, string>>;
  /** An invitation that nobody has used. */
  readonly invitation: string;
  readonly admin: string;
  readonly closing: AbortController;
  request(
    path: string,
    init?: RequestInit & { readonly as?: Holder | undefined; readonly from?: string },
  ): Promise<Response>;
  /** A JSON write with a key of its own. */
  write(method: string, path: string, as: Holder, body?: unknown): Promise<Response>;
  close(): Promise<void>;
}

export const loginDoor: Door = { kind: "login", host: "0.0.0.0", publicUrl: null };
export const openDoor: Door = { kind: "open", host: "127.0.0.1", publicUrl: null };
const unlimited = { burst: 1e9, perSecond: 1e9 };
export const usualRates = { writes: writeRate, logins: loginRate };

/** @param prepare what is done in the lab's folder before it is opened */
export async function openRig(
  door: Door,
  options: Partial<AppOptions> = {},
  prepare: (dir: string) => void = () => {},
): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), "cairn-server-"));
  cpSync(planted, dir, { recursive: true, filter: (path) => !path.includes(".cairn") });
  prepare(dir);
  const live = await openLive(dir, { scale: null, run: false, cpus: null, gpus: null });
  const logged: string[] = [];
  const closing = new AbortController();
  const app = createApp({
    live,
    door,
    handlers,
    ...backingOf(live),
    webFolder: null,
    person: "ada",
    version: "0.0.0-test",
    clock: live.session.clock,
    log: createLog("json", (line) => logged.push(line)),
    closing: closing.signal,
    rates: { writes: unlimited, logins: unlimited },
    ...options,
  });
  const people = await peopleOf(live);
  const request: Rig["request"] = async (path, { as, from = "127.0.0.1", headers, ...init } = {}) => {
    const sent = new Headers(headers);
    if (as !== undefined) sent.set("authorization", `Bearer ${people.secrets[as]}`);
    return app.request(path, { ...init, headers: sent }, { address: from });
  };
  return {
    ...{ dir, live, app, logged, closing, ...people, request },
    write: (method, path, as, body) =>
      request(path, {
        method,
        as,
        headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      closing.abort();
      await live.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function peopleOf(live: Live): Promise<Pick<Rig, "secrets" | "invitation" | "admin">> {
  const machine = { account: null, name: "ada", scopes };
  const person = { name: "Lin", kind: "person", answersTo: null, scopes, days: 7 } as const;
  const { account, secret } = await invite(live.session, machine, person);
  const actor = { account, name: account.name, scopes };
  const token = async (label: string, held: readonly Scope[]) =>
    (await issueToken(live.session, actor, { label, scopes: held, days: 1 }, null)).secret;
  return {
    invitation: secret,
    admin: account.id,
    secrets: {
      read: await token("read", ["read"]),
      propose: await token("propose", ["propose"]),
      decide: await token("decide", ["decide"]),
      admin: await token("admin", ["admin"]),
      all: await token("all", scopes),
    },
  };
}

/** Measures the baseline once, at one seed. */
export function measureBaseline(dir: string): void {
  execFileSync(process.execPath, [cli, "-C", dir, "run", "baseline", "--seeds", "1"], { stdio: "pipe" });
}

/** A small web as the build makes it. */
export function buildSite(): { readonly folder: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), "cairn-site-"));
  const web = join(folder, "dist");
  mkdirSync(join(web, "assets"), { recursive: true });
  writeFileSync(join(web, "index.html"), `<!doctype html><title>Cairn</title>${"<p>hello</p>".repeat(200)}\n`);
  writeFileSync(join(web, "assets", "main-a1b2c3d4.js"), `console.log("cairn");\n${"// padding\n".repeat(500)}`);
  writeFileSync(join(web, "favicon.svg"), `<svg xmlns="http://www.w3.org/2000/svg"/>\n`);
  writeFileSync(join(folder, "secret.txt"), "outside of the web\n");
  return { folder: web, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

export const document = openApiDocument.parse(openApi("0.0.0-test"));

export const allOperations = operationIds.map((id): Operation & { readonly id: string } => ({ id, ...operations[id] }));

/** An address of an operation, with something in the place of its parameters. */
export function addressOf(path: string, value: (name: string) => string = (name) => `no-such-${name}`): string {
  return `/api/v1${path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name)))}`;
}
