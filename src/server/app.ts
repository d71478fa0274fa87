import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { type OpenApi, openApi } from "../api/openapi.ts";
import type { Operation } from "../api/operation.ts";
import { operationIds, operations } from "../api/operations.ts";
import type { Live } from "../app/live/live.ts";
import type { Clock } from "../base/clock.ts";
import { sha256 } from "../base/digest.ts";
import type { Audit } from "./audit.ts";
import type { Authenticator } from "./authenticator.ts";
import { sessionCookie } from "./caller.ts";
import { createDispatcher } from "./dispatch.ts";
import { type Door, turnedAway } from "./door.ts";
import { createStreams } from "./events.ts";
import type { HandledId, Handlers } from "./handler.ts";
import { securityHeaders } from "./headers.ts";
import type { Rate } from "./limits.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { isCrossOrigin } from "./origin.ts";
import { ownOperations } from "./own.ts";
import { type Refusal, refuse, responseOf } from "./problems.ts";
import { referencePage } from "./reference.ts";
import type { Replies } from "./replies.ts";
import { readSite } from "./static.ts";

export interface AppOptions {
  readonly live: Live;
  readonly door: Door;
  readonly handlers: Handlers<HandledId>;
  readonly authenticator: Authenticator;
  readonly replies: Replies;
  readonly audit: Audit;
  /** The built web; null: the API alone. */
  readonly webFolder: string | null;
  /** The name of the person at the machine, for an open door. */
  readonly person: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the server stops: ends what streams. */
  readonly closing: AbortSignal;
  readonly rates: { readonly writes: Rate; readonly logins: Rate };
}

/** `address`: of the machine that sends the request. */
export interface Bindings {
  readonly address: string;
}
/** `request`: its name in the log, and in the header `x-request-id` of its answer. */
interface Variables {
  request: string;
}
interface Parts {
  Bindings: Bindings;
  Variables: Variables;
}
export type App = Hono<Parts>;

export const apiRoot = "/api/v1";

/** The edge: what is in the table of operations, the reference of it, and the web's files. Nothing else is answered. */
export function createApp(options: AppOptions): App {
  const { door, log } = options;
  const app: App = new Hono<Parts>({ strict: true });

  app.use("*", async (c, next) => {
    c.set("request", randomUUID().slice(0, 8));
    await next();
    c.header("x-request-id", c.get("request"));
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!c.res.headers.has(name)) c.header(name, value);
    }
    if (c.req.path.startsWith("/api/")) c.header("cache-control", "no-store");
    if (c.req.method === "HEAD") await c.res.body?.cancel();
  });
  app.use("*", async (c, next) => {
    const refused = turnAway(door, c.req.raw, c.req.path);
    if (refused === null) return next();
    const { type, detail } = refused.problem;
    log.info({ request: c.get("request"), type, path: c.req.path, from: c.env.address }, detail);
    return responseOf(refused);
  });
  app.onError((error, c) => {
    log.error({ err: error, request: c.get("request"), path: c.req.path }, "a defect: answered with 500");
    return responseOf(refuse("internal", "the server failed at this; its log says more").error);
  });

  addOperations(app, options);
  addSite(app, options.webFolder);
  return app;
}

/** What is answered to nobody, whatever it is: requests under another name, and those of other sites' pages. */
function turnAway(door: Door, { url, headers, method }: Request, path: string): Refusal | null {
  const hosts = [headers.get("host") ?? [], new URL(url).host].flat().map((host) => host.toLowerCase());
  const away = turnedAway(door, hosts, headers);
  if (away !== null) return refuse("misdirected", away, { help: misdirectedHelp }).error;
  const asked = {
    hosts,
    origin: headers.get("origin"),
    fetchSite: headers.get("sec-fetch-site"),
    fetchMode: headers.get("sec-fetch-mode"),
    isWrite: !["GET", "HEAD"].includes(method),
  };
  const own = door.publicUrl === null ? [] : [door.publicUrl.origin];
  if (!path.startsWith("/api/") || !isCrossOrigin(asked, own)) return null;
  return refuse("cross-origin", "a page of another site made this request").error;
}

const misdirectedHelp =
  "Ask by localhost or the address it listens on; or start it with --login, and --public-url for what stands before it.";

function addOperations(app: App, options: AppOptions): void {
  const document: OpenApi = openApi(options.version);
  const metrics = createMetrics();
  const cookie = sessionCookie(sha256(options.live.session.loaded.dir).slice(0, 8), options.door);
  const own = ownOperations({
    ...options,
    cookie,
    metrics,
    streams: createStreams(),
    document: JSON.stringify(document),
  });
  const dispatch = createDispatcher({ ...options, cookie, metrics, own });
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    app.on(operation.method.toUpperCase(), routeOf(operation), (c) =>
      dispatch(id, {
        request: c.req.raw,
        params: c.req.param(),
        address: c.env.address,
        name: c.get("request"),
      }),
    );
  }
  for (const path of new Set(operationIds.map((id) => operations[id].path))) {
    const allowed = methodsOf(path);
    app.all(routeOf({ path }), () => notAllowed(allowed));
  }
  const page = referencePage(document);
  app.get(`${apiRoot}/`, () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }));
  app.get(apiRoot, (c) => c.redirect(`${apiRoot}/`, 308));
  app.all("/api/*", (c) => nothingAt(c.req.path));
  app.all("/api", (c) => nothingAt(c.req.path));
}

function addSite(app: App, folder: string | null): void {
  const site = folder === null ? null : readSite(folder);
  app.get("*", async (c) => {
    const found = await site?.answer(c.req.path, c.req.raw.headers);
    return found ?? nothingAt(c.req.path);
  });
  app.all("*", () => notAllowed("GET, HEAD"));
}

function routeOf({ path }: Pick<Operation, "path">): string {
  return `${apiRoot}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
}

function methodsOf(path: string): string {
  const methods = Object.values(operations)
    .filter((operation) => operation.path === path)
    .map(({ method }) => method.toUpperCase());
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].join(", ");
}

function notAllowed(allow: string): Response {
  return responseOf(refuse("method-not-allowed", `only ${allow} here`, { headers: { allow } }).error);
}

function nothingAt(path: string): Response {
  return responseOf(refuse("not-found", `there is nothing at ${path.slice(0, 200)}`).error);
}
