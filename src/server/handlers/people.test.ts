import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginDoor, openRig, type Rig } from "../../../test/server/rig.ts";
import { account, accountPage, auditPage, invited, issued, people, tokenPage } from "../../api/people.ts";
import { view, views } from "../../api/runs.ts";

/** The people's handlers through the door, as a client meets them. */

let rig: Rig;
beforeAll(async () => {
  rig = await openRig(loginDoor);
});
afterAll(() => rig.close());

const get = async (path: string, token: string) => {
  const response = await rig.app.request(
    `/api/v1${path}`,
    { headers: { authorization: `Bearer ${token}` } },
    { address: "127.0.0.1" },
  );
  return { status: response.status, body: response.status === 200 ? await response.json() : null };
};
const admin = (path: string) => get(path, rig.secrets.all);
const post = async (path: string, body: unknown, token = rig.secrets.all, method = "POST") => {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "idempotency-key": crypto.randomUUID(),
  };
  const init = { method, headers, ...(body === null ? {} : { body: JSON.stringify(body) }) };
  const response = await rig.app.request(`/api/v1${path}`, init, { address: "127.0.0.1" });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
};

/** An agent of the admin's: its token needs no browser. */
async function agent(name: string, scopes: readonly string[] = ["read", "propose"]) {
  const { status, body } = await post("/accounts", { name, kind: "agent", answersTo: rig.admin, scopes, days: 30 });
  expect(status).toBe(201);
  return invited.parse(body);
}

describe("accounts over HTTP", () => {
  it("are invited, listed in pages, invited again, closed and reopened", async () => {
    const bot = await agent("bot");
    expect((await get("/me", bot.secret)).body).toMatchObject({
      account: { name: "bot" },
      scopes: ["read", "propose"],
    });
    const first = accountPage.parse((await admin("/accounts?limit=1")).body);
    expect(first).toMatchObject({ total: 2, items: [{ name: "Lin" }] });
    const second = accountPage.parse((await admin(`/accounts?limit=1&cursor=${first.next ?? ""}`)).body);
    expect(second).toMatchObject({ next: null, items: [{ name: "bot", answersTo: rig.admin }] });
    expect((await admin("/accounts?q=BO")).body).toMatchObject({ total: 1 });

    const path = `/accounts/${bot.account.id}`;
    const again = invited.parse((await post(`${path}/invitation`, null)).body);
    expect((await get("/me", again.secret)).body).toMatchObject({ account: { name: "bot" } });
    expect((await get("/runs", bot.secret)).status).toBe(401);
    expect(account.parse((await post(path, null, rig.secrets.all, "DELETE")).body).closedAt).not.toBeNull();
    expect((await get("/runs", again.secret)).status).toBe(401);
    expect(account.parse((await post(`${path}/reopen`, null)).body).closedAt).toBeNull();
    expect(await post(`/accounts/${rig.admin}`, null, rig.secrets.all, "DELETE")).toMatchObject({
      status: 409,
      body: { type: "conflict" },
    });
    expect(await post("/accounts", { name: "Bot", scopes: ["read"] })).toMatchObject({ status: 409 });
    expect(await post("/accounts", { name: "ann", scopes: ["read"] }, rig.secrets.admin)).toMatchObject({
      status: 403,
      body: { detail: "you cannot give what you do not have: read" },
    });
  });

  it("have tokens, of their own", async () => {
    const kit = await agent("kit");
    const made = issued.parse((await post("/tokens", { label: "ci", scopes: ["read"] }, kit.secret)).body);
    const listed = tokenPage.parse((await get("/tokens", kit.secret)).body);
    expect(listed).toMatchObject({ total: 2, next: null });
    expect(listed.items.map(({ id }) => id)).toContain(made.token.id);
    expect(JSON.stringify(listed)).not.toContain(made.secret);
    expect((await post(`/tokens/${made.token.id}`, null, rig.secrets.all, "DELETE")).status).toBe(404);
    expect((await get("/runs", made.secret)).status).toBe(200);
    expect((await post(`/tokens/${made.token.id}`, null, kit.secret, "DELETE")).status).toBe(204);
    expect((await get("/runs", made.secret)).status).toBe(401);
    expect((await post("/tokens", { label: "x", scopes: ["decide"] }, kit.secret)).status).toBe(403);
  });
});

describe("views over HTTP", () => {
  it("are the team's", async () => {
    const saved = view.parse((await post("/views", { name: "Mine", page: "runs", query: "seed=1" })).body);
    expect(views.parse((await get("/views", rig.secrets.read)).body).views).toEqual([saved]);
    expect((await post(`/views/${saved.id}`, null, rig.secrets.propose, "DELETE")).status).toBe(204);
    expect((await post(`/views/${saved.id}`, null, rig.secrets.propose, "DELETE")).status).toBe(404);
  });
});

describe("who proposed what is not decided", () => {
  it("is told by neither the audit log nor people's credit", async () => {
    const contribution = rig.live.session.loaded.contributions[0];
    const author = await agent(contribution?.by[0] ?? "");
    const other = await agent("bystander");
    for (const { secret } of [author, other]) {
      const said = await post(`/contributions/${contribution?.id}/comments`, { text: "Why?" }, secret);
      expect(said.status).toBe(201);
    }
    const log = auditPage.parse((await admin("/audit?limit=3&operation=comment")).body);
    expect(log.items.map(({ name, account: id }) => [name, id])).toEqual([
      ["bystander", other.account.id],
      ["", null],
    ]);
    const own = auditPage.parse((await admin(`/audit?account=${author.account.id}`)).body);
    expect(own.items).toEqual([]);
    expect(people.parse((await admin("/people")).body)).toEqual({ people: [], landings: 0 });
  });
});
