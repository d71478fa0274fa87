import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "../../src/api/operation.ts";
import { addressOf, allOperations, type Holder, loginDoor, openDoor, openRig, type Rig } from "./rig.ts";

/**
 * Every route of the server and who may use it. A route that is not here fails: whoever adds one says here who may.
 * `public`: nobody need be logged in.
 */
const table = {
  "GET /api/v1/health": "public",
  "GET /api/v1/openapi.json": "public",
  "GET /api/v1/me": "public",
  "POST /api/v1/session": "public",
  "DELETE /api/v1/session": "public",

  "GET /api/v1/metrics": "read",
  "GET /api/v1/events": "read",
  "GET /api/v1/tokens": "read",
  "POST /api/v1/tokens": "read",
  "DELETE /api/v1/tokens/:token": "read",
  "GET /api/v1/people": "read",
  "GET /api/v1/lab": "read",
  "GET /api/v1/recipe": "read",
  "GET /api/v1/parameters": "read",
  "GET /api/v1/landings": "read",
  "GET /api/v1/contributions": "read",
  "GET /api/v1/contributions/:contribution": "read",
  "GET /api/v1/contributions/:contribution/comments": "read",
  "GET /api/v1/report": "read",
  "GET /api/v1/prediction": "read",
  "GET /api/v1/queue": "read",
  "GET /api/v1/plan": "read",
  "GET /api/v1/runs": "read",
  "GET /api/v1/run-groups": "read",
  "GET /api/v1/run-comparison": "read",
  "GET /api/v1/curves": "read",
  "GET /api/v1/runs/:run": "read",
  "GET /api/v1/runs/:run/stages/:stage/log": "read",
  "GET /api/v1/runs/:run/stages/:stage/file": "read",
  "GET /api/v1/views": "read",

  "POST /api/v1/contributions": "propose",
  "DELETE /api/v1/contributions/:contribution": "propose",
  "POST /api/v1/contributions/:contribution/restore": "propose",
  "POST /api/v1/contributions/:contribution/comments": "propose",
  "PATCH /api/v1/contributions/:contribution/comments/:comment": "propose",
  "DELETE /api/v1/contributions/:contribution/comments/:comment": "propose",
  "POST /api/v1/contributions/:contribution/comments/:comment/restore": "propose",
  "POST /api/v1/views": "propose",
  "DELETE /api/v1/views/:view": "propose",

  "POST /api/v1/landings": "decide",
  "PATCH /api/v1/queue": "decide",

  "GET /api/v1/accounts": "admin",
  "POST /api/v1/accounts": "admin",
  "POST /api/v1/accounts/:account/invitation": "admin",
  "DELETE /api/v1/accounts/:account": "admin",
  "POST /api/v1/accounts/:account/reopen": "admin",
  "GET /api/v1/audit": "admin",
} as const;

/** Served besides the operations: the reference, and the web's files; everything else there is refused. */
const besides = ["GET /api/v1/", "GET /api/v1", "ALL /api/*", "ALL /api", "GET /*", "ALL /*"];

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const roles = ["nobody", ...scopes, "all"] as const;

let locked: Rig;
let open: Rig;
beforeAll(async () => {
  locked = await openRig(loginDoor);
  open = await openRig(openDoor);
});
afterAll(async () => {
  await locked.close();
  await open.close();
});

const routes = Object.entries(table).map(([route, access]) => {
  const [method = "", path = ""] = route.split(" ");
  return { route, method, path, access };
});
const paths = [...new Set(routes.map(({ path }) => path))];
const concrete = (path: string) => path.replaceAll(/:(\w+)/g, "no-such-$1");

/** One request of the kind, ended at once when it streams. */
async function ask(rig: Rig, method: string, path: string, role: (typeof roles)[number]) {
  const init = role === "nobody" ? {} : { as: role satisfies Holder };
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const body = ["GET", "HEAD"].includes(method) ? {} : { body: "{}" };
  const response = await rig.request(concrete(path), { method, headers, ...body, ...init });
  const { status } = response;
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) await response.body?.cancel();
  return { status, response };
}

describe("the routes", () => {
  it("are the table's, and the few besides", () => {
    const there = new Set(locked.app.routes.map(({ method, path }) => `${method} ${path}`));
    const refusals = new Set(paths.map((path) => `ALL ${path}`));
    const unknown = [...there].filter((route) => !(route in table) && !besides.includes(route) && !refusals.has(route));
    expect(unknown).toEqual([]);
    expect(Object.keys(table).filter((route) => !there.has(route))).toEqual([]);
  });

  it("ask for what the table of operations says", () => {
    const operations = allOperations.map(
      ({ method, path, access }) =>
        `${method.toUpperCase()} ${addressOf(path).replaceAll(/no-such-(\w+)/g, ":$1")}: ${access}`,
    );
    expect(routes.map(({ route, access }) => `${route}: ${access}`).sort()).toEqual(operations.sort());
  });
});

describe.each(roles)("as %s, behind a login", (role) => {
  it.each(routes)("$route", async ({ method, path, access }) => {
    const { status, response } = await ask(locked, method, path, role);
    const allowed = access === "public" || role === access || role === "all";
    if (allowed) {
      // A login that is empty is refused by its own words, never by the door.
      expect([401, 403, 405]).not.toContain(status);
      expect(status).toBeLessThan(500);
      return;
    }
    expect(status).toBe(role === "nobody" ? 401 : 403);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    if (role === "nobody") expect(response.headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("at an open door", () => {
  it.each(routes)("the person at the machine may: $route", async ({ method, path }) => {
    const { status } = await ask(open, method, path, "nobody");
    expect([401, 403, 405]).not.toContain(status);
    expect(status).toBeLessThan(500);
  });

  it("a token counts for what it is, and a wrong one for nothing", async () => {
    expect((await open.request("/api/v1/audit", { as: "read" })).status).toBe(403);
    const wrong = { headers: { authorization: "Bearer cairn_wrong" } };
    expect((await open.request("/api/v1/lab", wrong)).status).toBe(401);
  });
});

describe("any other method", () => {
  it.each(paths)("on %s is answered with those that there are", async (path) => {
    const known: string[] = routes.filter((route) => route.path === path).map(({ method }) => method);
    for (const method of methods.filter((one) => !known.includes(one))) {
      const { status, response } = await ask(locked, method, path, "all");
      expect(status, method).toBe(405);
      expect((response.headers.get("allow") ?? "").split(", ")).toEqual(expect.arrayContaining(known));
    }
  });

  it("HEAD is GET without a body, and opens no stream", async () => {
    const head = await locked.request("/api/v1/lab", { method: "HEAD", as: "read" });
    expect([head.status, await head.text()]).toEqual([
      (await locked.request("/api/v1/lab", { as: "read" })).status,
      "",
    ]);
    await locked.request("/api/v1/events", { method: "HEAD", as: "read" });
    const metrics = await (await locked.request("/api/v1/metrics", { as: "read" })).text();
    expect(metrics).toContain("cairn_open_streams 0\n");
  });
});

describe("anything else under /api", () => {
  it.each([
    "/api",
    "/api/v1/nothing",
    "/api/v2/lab",
    "/api/v1/lab/",
    "/api/v1/Lab",
    "/api/v1//lab",
    "/api/v1/runs/a/b",
  ])("%s is not there", async (path) => {
    for (const method of methods) {
      const response = await locked.request(path, { method, as: "all" });
      expect(response.status, method).toBe(404);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
    }
  });
});
