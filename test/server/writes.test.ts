import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problem } from "../../src/api/page.ts";
import { auditPage, invited } from "../../src/api/people.ts";
import { view } from "../../src/api/runs.ts";
import { sha256 } from "../../src/base/digest.ts";
import { backingOf } from "../../src/server/backing.ts";
import { loginDoor, openDoor, openRig, type Rig, usualRates } from "./rig.ts";

/** Writes that are sent twice, too often, too large, or by whom they may not; and that all of it is noted. */

let rig: Rig;
beforeAll(async () => {
  rig = await openRig(loginDoor);
});
afterAll(() => rig.close());

const json = { "content-type": "application/json" };
const saved = (name: string) => JSON.stringify({ name, page: "runs", query: "state=done" });

function save(key: string, body: string, as: "all" | "propose" = "all") {
  return rig.request("/api/v1/views", { method: "POST", as, headers: { ...json, "idempotency-key": key }, body });
}

async function views(name: string): Promise<number> {
  return (await rig.live.session.store.listViews()).filter((row) => row.name === name).length;
}

describe("a write with a key", () => {
  it("is done once, and its answer is repeated", async () => {
    const first = await save("twice", saved("twice"));
    const again = await save("twice", saved("twice"));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(view.parse(await again.json())).toEqual(view.parse(await first.json()));
    expect([first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(await views("twice")).toBe(1);
  });

  it("is done once however many are sent at the same time", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => save("race", saved("race"))));
    expect(await views("race")).toBe(1);
    expect(all.filter(({ status }) => ![201, 409].includes(status))).toEqual([]);
    const waiting = all.find(({ status }) => status === 409);
    if (waiting !== undefined) expect(waiting.headers.get("retry-after")).toBe("1");
    expect((await save("race", saved("race"))).status).toBe(201);
  });

  it("is refused with the key of another", async () => {
    await save("reused", saved("one"));
    const other = await save("reused", saved("other"));
    expect([other.status, problem.parse(await other.json()).type]).toEqual([422, "key-reused"]);
    expect(await views("other")).toBe(0);
  });

  it("may be tried again when it was refused: nothing was done", async () => {
    expect((await save("mended", "{}")).status).toBe(400);
    expect((await save("mended", saved("mended"))).status).toBe(201);
    const gone = { method: "DELETE", as: "all", headers: { "idempotency-key": "gone" } } as const;
    expect((await rig.request("/api/v1/views/none", gone)).status).toBe(404);
    expect((await rig.request("/api/v1/views/none", gone)).status).toBe(404);
  });

  it("that answered with nothing is answered with nothing again", async () => {
    const { id } = view.parse(await (await save("removed", saved("removed"))).json());
    const remove = () =>
      rig.request(`/api/v1/views/${id}`, { method: "DELETE", as: "all", headers: { "idempotency-key": "rm" } });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
  });

  it("is another caller's own", async () => {
    const headers = { ...json, "idempotency-key": "own" };
    const open = await openRig(openDoor);
    const post = (as: "all" | undefined) =>
      open.request("/api/v1/views", { method: "POST", as, headers, body: saved("own") });
    expect([(await post("all")).status, (await post(undefined)).status]).toEqual([201, 201]);
    expect((await open.live.session.store.listViews()).length).toBe(2);
    await open.close();
  });

  it.each(["", "a b", "x".repeat(201), "ü"])("has one that is a key: not %o", async (key) => {
    expect((await save(key, saved("bad"))).status).toBe(400);
  });

  it("tells a secret once, and keeps it nowhere", async () => {
    const body = JSON.stringify({ name: "Mei", scopes: ["read"] });
    const invite = () =>
      rig.request("/api/v1/accounts", {
        method: "POST",
        as: "all",
        headers: { ...json, "idempotency-key": "mei" },
        body,
      });
    const { secret } = invited.parse(await (await invite()).json());
    const again = await invite();
    expect([again.status, problem.parse(await again.json()).type]).toEqual([409, "answered-before"]);
    const claim = await backingOf(rig.live).replies.claim(
      { account: rig.admin, operation: "invite", key: "mei" },
      sha256(""),
    );
    expect(claim).toMatchObject({ kind: "answered", reply: null });
    expect(rig.logged.join("")).not.toContain(secret);
  });
});

describe("what is sent", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
    rig.request("/api/v1/views", { method: "POST", as: "all", headers, body });

  it.each([
    ["no JSON", "{", 400],
    ["no object", "[]", 400],
    ["nothing", "", 400],
    ["a field too many", JSON.stringify({ ...JSON.parse(saved("x")), more: 1 }), 400],
    ["a field too many, by a name that objects have", `{"name":"x","page":"runs","query":"","__proto__":{"a":1}}`, 400],
    ["a NUL", saved("a\0b"), 400],
    ["half a surrogate pair", `{"name":"\\ud800","page":"runs","query":""}`, 400],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
    ["depth", `{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400],
    ["more than is taken", saved("x".repeat(300_000)), 413],
  ])("is refused: %s", async (_, body, status) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(problem.parse(await response.json()).status).toBe(status);
  });

  it("is refused in another encoding, and with a body where none is taken", async () => {
    expect((await post(saved("x"), { ...json, "content-encoding": "gzip" })).status).toBe(415);
    const body = { method: "DELETE", as: "all", headers: { "idempotency-key": "b" }, body: "{}" } as const;
    expect((await rig.request("/api/v1/views/none", body)).status).toBe(400);
  });

  it("says where it is wrong", async () => {
    const response = await post(JSON.stringify({ name: "", page: "nowhere", query: "" }));
    const { issues, type } = problem.parse(await response.json());
    expect(type).toBe("malformed");
    expect(issues.map(({ at }) => at)).toEqual(["body.name", "body.page"]);
  });

  it.each(["?limit=0", "?limit=x", "?limit=1&limit=2", "?nothing=1", "?cursor=", "?__proto__=1", "?limit=1001"])(
    "in a query is looked at as closely: %s",
    async (query) => {
      const response = await rig.request(`/api/v1/tokens${query}`, { as: "all" });
      expect(response.status).toBeLessThan(500);
      if (query !== "?cursor=") expect(response.status).toBe(400);
    },
  );
});

describe("too many writes", () => {
  it("are told when to come again, each writer by itself; reads go on", async () => {
    let now = 0;
    const limited = await openRig(loginDoor, {
      rates: usualRates,
      clock: { now: () => Date.now(), monotonic: () => now },
    });
    const remove = (as: "all" | "propose") => limited.write("DELETE", "/api/v1/views/none", as);
    const statuses: number[] = [];
    for (let i = 0; i < 65; i++) statuses.push((await remove("all")).status);
    expect(statuses.filter((status) => status === 404)).toHaveLength(60);
    const refused = await remove("all");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await limited.request("/api/v1/queue", { as: "all" })).status).toBe(200);
    now += 1000;
    expect((await remove("all")).status).toBe(404);

    const login = (from: string) =>
      limited.request("/api/v1/session", { method: "POST", headers: json, body: `{"secret":"guess"}`, from });
    const guesses: number[] = [];
    for (let i = 0; i < 12; i++) guesses.push((await login("10.0.0.1")).status);
    expect(guesses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await login("10.0.0.2")).status).toBe(401);
    await limited.close();
  });
});

describe("the audit log", () => {
  it("has every write, by whom, and what came of it; no read", async () => {
    const before = auditPage.parse(await (await rig.request("/api/v1/audit", { as: "admin" })).json()).total;
    await save("noted", saved("noted"));
    await save("noted too", "{}", "propose");
    await rig.request("/api/v1/queue", { method: "PATCH", as: "read", headers: json, body: `{"paused":true}` });
    await rig.request("/api/v1/queue", { method: "PATCH", headers: json, body: `{"paused":true}` });
    await rig.request("/api/v1/lab", { as: "read" });
    const after = auditPage.parse(await (await rig.request("/api/v1/audit", { as: "admin" })).json());
    expect(after.total - before).toBe(4);
    expect(
      after.items.slice(0, 4).map(({ name, operation, subject, status }) => [name, operation, subject, status]),
    ).toEqual([
      ["nobody", "orderQueue", "/api/v1/queue unauthenticated", 401],
      ["Lin", "orderQueue", "/api/v1/queue forbidden", 403],
      ["Lin", "saveView", "/api/v1/views malformed", 400],
      ["Lin", "saveView", "/api/v1/views done", 201],
    ]);
  });

  it("names who comes in by a login", async () => {
    const body = JSON.stringify({ secret: rig.invitation });
    expect((await rig.request("/api/v1/session", { method: "POST", headers: json, body })).status).toBe(200);
    const { items } = auditPage.parse(
      await (await rig.request("/api/v1/audit?operation=login", { as: "admin" })).json(),
    );
    expect(items[0]).toMatchObject({ name: "Lin", account: rig.admin, status: 200 });
  });

  it("tells of no secret, and neither does the server's own log", async () => {
    const everything = JSON.stringify(await rig.live.session.store.entries("log")) + rig.logged.join("");
    for (const secret of [...Object.values(rig.secrets), rig.invitation]) expect(everything).not.toContain(secret);
  });
});
