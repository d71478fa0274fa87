import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problem } from "../../src/api/page.ts";
import { me } from "../../src/api/people.ts";
import { securityHeaders } from "../../src/server/headers.ts";
import { buildSite, loginDoor, openDoor, openRig, type Rig } from "./rig.ts";

/** What a browser, and a page in it that means harm, can and cannot do. */

const site = buildSite();
let open: Rig;
let locked: Rig;
let published: Rig;
beforeAll(async () => {
  open = await openRig(openDoor, { webFolder: site.folder });
  locked = await openRig(loginDoor);
  published = await openRig({ kind: "login", host: "127.0.0.1", publicUrl: new URL("https://lab.example") });
});
afterAll(async () => {
  await Promise.all([open.close(), locked.close(), published.close()]);
  site.dispose();
});

const write = { method: "PATCH", body: JSON.stringify({ paused: true }) };
const json = { "content-type": "application/json" };

describe("at an open door", () => {
  it.each(["localhost", "localhost:7319", "127.0.0.1:80", "[::1]:1234", "cairn.localhost:7319"])(
    "the server answers to %s",
    async (host) => {
      expect((await open.request("/api/v1/queue", { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    "evil.example",
    "localhost.evil.example",
    "169.254.169.254",
    "127.0.0.1.evil.example",
    "x@localhost",
    "evil.example:7319",
  ])("and not to %s, which a page could have made mean this machine", async (host) => {
    for (const path of ["/api/v1/queue", "/", "/assets/main-a1b2c3d4.js", "/api/v1/"]) {
      const response = await open.request(path, { headers: { host } });
      expect(response.status, path).toBe(421);
      expect(problem.parse(await response.json()).type).toBe("misdirected");
    }
  });

  it("nor to an address in the request line that is not its own", async () => {
    const response = await open.app.request(
      "http://evil.example/api/v1/queue",
      { headers: { host: "localhost" } },
      { address: "127.0.0.1" },
    );
    expect(response.status).toBe(421);
  });

  it.each(["x-forwarded-for", "forwarded", "via", "x-real-ip"])("nor to what a proxy passes on (%s)", async (name) => {
    expect((await open.request("/api/v1/queue", { headers: { host: "localhost", [name]: "10.0.0.9" } })).status).toBe(
      421,
    );
  });
});

describe("a page of another site", () => {
  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:9999", host: "localhost:7319" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: "http://localhost:9999" },
  ])("cannot write: %o", async (headers) => {
    const response = await open.request("/api/v1/queue", {
      ...write,
      headers: { host: "localhost", ...json, ...headers },
    });
    expect(response.status).toBe(403);
    expect((await open.live.order(false)).state).not.toBe("paused");
  });

  it("cannot write by a form, which sends no JSON", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]) {
      const response = await open.request("/api/v1/queue", {
        ...write,
        headers: { host: "localhost", "content-type": type },
      });
      expect(response.status, type).toBe(415);
    }
    const bodiless = await open.request("/api/v1/contributions/muon/restore", {
      method: "POST",
      headers: { host: "localhost" },
    });
    expect(bodiless.status).toBe(400);
  });

  it("cannot read, but a link may lead here", async () => {
    const cross = { host: "localhost", "sec-fetch-site": "cross-site" };
    expect((await open.request("/api/v1/queue", { headers: { ...cross, "sec-fetch-mode": "no-cors" } })).status).toBe(
      403,
    );
    expect(
      (await open.request("/queue", { headers: { ...cross, "sec-fetch-mode": "navigate", accept: "text/html" } }))
        .status,
    ).toBe(200);
  });

  it("is not asked for leave: no answer allows it", async () => {
    const headers = { host: "localhost", origin: "https://evil.example", "access-control-request-method": "PATCH" };
    const response = await open.request("/api/v1/queue", { method: "OPTIONS", headers });
    expect(response.ok).toBe(false);
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("the web's own page", () => {
  it.each([
    { origin: "http://localhost:7319", host: "localhost:7319", "sec-fetch-site": "same-origin" },
    { host: "localhost:7319" },
    { host: "localhost:7319", "sec-fetch-site": "none" },
  ])("may write: %o", async (headers) => {
    const response = await open.request("/api/v1/queue", { ...write, headers: { ...json, ...headers } });
    expect(response.status).toBe(200);
  });

  it("may write under the public name of what stands before the server", async () => {
    const from = (origin: string) =>
      published.request("/api/v1/queue", { ...write, as: "all", headers: { ...json, host: "127.0.0.1:7319", origin } });
    expect((await from("https://lab.example")).status).toBe(200);
    expect((await from("https://evil.example")).status).toBe(403);
  });
});

describe("a session", () => {
  const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

  it("is had for an invitation, once, and ends with logging out", async () => {
    const login = () =>
      locked.request("/api/v1/session", {
        method: "POST",
        headers: json,
        body: JSON.stringify({ secret: locked.invitation }),
      });
    const first = await login();
    expect(first.status).toBe(200);
    expect(me.parse(await first.json())).toMatchObject({ account: { name: "Lin" }, door: "login" });
    expect(first.headers.get("set-cookie")).toMatch(
      /^cairn_[0-9a-f]{8}=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect((await login()).status).toBe(401);

    const cookie = cookieOf(first);
    expect((await locked.request("/api/v1/lab", { headers: { cookie } })).status).not.toBe(401);
    const out = await locked.request("/api/v1/session", {
      method: "DELETE",
      headers: { cookie, "idempotency-key": "out" },
    });
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toContain("Expires=Thu, 01 Jan 1970");
    expect((await locked.request("/api/v1/lab", { headers: { cookie } })).status).toBe(401);
  });

  it("is kept by the browser for https alone where that is how people come", async () => {
    const body = JSON.stringify({ secret: published.invitation });
    const response = await published.request("/api/v1/session", { method: "POST", headers: json, body });
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-cairn_[0-9a-f]{8}=.*; Path=\/;.*; Secure; SameSite=Strict$/,
    );
  });

  it("is not had by putting a token into a cookie, nor an invitation into a header", async () => {
    const name = "cairn_00000000";
    const headers = { cookie: `${name}=${locked.secrets.all}` };
    expect((await locked.request("/api/v1/lab", { headers })).status).toBe(401);
    const bearer = { headers: { authorization: `Bearer ${open.invitation}` } };
    expect((await open.request("/api/v1/lab", bearer)).status).toBe(401);
  });
});

describe("every answer", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/queue"],
    ["GET", "/assets/main-a1b2c3d4.js"],
    ["GET", "/assets/none.js"],
    ["GET", "/api/v1/"],
    ["GET", "/api/v1"],
    ["GET", "/api/v1/queue"],
    ["GET", "/api/v1/nothing"],
    ["PUT", "/api/v1/queue"],
    ["POST", "/"],
    ["PATCH", "/api/v1/queue"],
  ])("says what a browser may do with it: %s %s", async (method, path) => {
    const { headers } = await open.request(path, { method, headers: { host: "localhost" } });
    for (const [name, value] of Object.entries(securityHeaders)) expect(headers.get(name), name).toBe(value);
    if (path.startsWith("/api/")) expect(headers.get("cache-control")).toBe("no-store");
  });

  it("allows no script but the server's own", () => {
    expect(securityHeaders["content-security-policy"]).toContain("script-src 'self';");
    expect(securityHeaders["content-security-policy"]).not.toMatch(/script-src[^;]*unsafe|\*/);
  });
});
