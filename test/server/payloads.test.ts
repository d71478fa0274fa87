import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { comment, contribution, proposed } from "../../src/api/contributions.ts";
import { invited } from "../../src/api/people.ts";
import { view } from "../../src/api/runs.ts";
import { createLog } from "../../src/server/log.ts";
import { addressOf, allOperations, buildSite, openDoor, openRig, type Rig } from "./rig.ts";

/** Text that means harm, in every field of every write: it is kept as text, or refused; it is never markup. */

const payloads = {
  script: "<script>alert(1)</script>",
  attribute: `"><img src=x onerror=alert(1)>`,
  address: "javascript:alert(1)//",
  template: `{{7*7}} \${7*7} #{7*7} <%= 7*7 %>`,
  formula: `=HYPERLINK("http://evil.example","x")`,
  "two lines of a log": 'ok\r\n{"level":50,"msg":"forged"}',
  "more keys of YAML": "x\nby: [mallory]\nset: { eval.noise: 0 }",
  "a tag of YAML": "!!js/function 'function(){}'",
  controls: "\u0007\u001b[31mred\u001b[0m\u009b",
  "turned around": "\u202egnp.exe\u2066",
  "no text": "a\0b",
  "half a pair": "\ud800",
  sql: "'; DROP TABLE runs; --",
  path: "../../../../etc/passwd",
  long: "é".repeat(3000),
} as const;

const bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  login: { secret: "guess" },
  invite: { name: "Mei", kind: "person", answersTo: null, scopes: ["admin"], days: 1 },
  issueToken: { label: "program", scopes: ["read"], days: 1 },
  propose: {
    id: "harmless",
    title: "Harmless",
    area: "optimization",
    why: "to see",
    set: { "train.optimizer": "lion" },
    patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    requires: ["muon"],
    by: ["lin"],
  },
  comment: { text: "well" },
  editComment: { text: "better" },
  saveView: { name: "mine", page: "runs", query: "state=done" },
  land: { set: ["muon"] },
  orderQueue: { paused: true },
};

type Body = Readonly<Record<string, unknown>>;

/** The body with the text in each of its places in turn: values, items of lists, names of fields that are free. */
function withText(body: Body, text: string): Body[] {
  return Object.entries(body).flatMap(([name, value]): Body[] => {
    if (typeof value === "string") return [{ ...body, [name]: text }];
    if (Array.isArray(value)) return [{ ...body, [name]: [text] }];
    if (typeof value !== "object" || value === null) return [{ ...body, [name]: text }];
    const [first = ""] = Object.keys(value);
    return [
      { ...body, [name]: { [first]: text } },
      { ...body, [name]: { [text]: 1 } },
    ];
  });
}

const site = buildSite();
let rig: Rig;
let plain: string[];
beforeAll(async () => {
  plain = [];
  const log = createLog("lines", (line) => plain.push(line));
  rig = await openRig(openDoor, { webFolder: site.folder, log });
});
afterAll(async () => {
  await rig.close();
  site.dispose();
});

function post(method: string, path: string, body: Body): Promise<Response> {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  return rig.request(path, { method, headers, body: JSON.stringify(body) });
}

function expectCalm(response: Response, where: string): void {
  expect(response.status, where).toBeLessThan(500);
  expect(response.headers.get("content-type") ?? "application/json", where).toMatch(/^application\/(?:problem\+)?json/);
  expect(response.headers.get("x-content-type-options"), where).toBe("nosniff");
}

const writes = allOperations.filter(({ body }) => body !== undefined);

describe("harmful text", () => {
  it("has a body to go into for every write that takes one", () => {
    expect(Object.keys(bodies).sort()).toEqual(writes.map(({ id }) => id).sort());
  });

  it.each(writes.map(({ id, method, path }) => ({ id, method, path })))(
    "in any field of $id is no failure, and no markup",
    { timeout: 60_000 },
    async ({ id, method, path }) => {
      const address = addressOf(path, (name) => (name === "contribution" ? "muon" : "none"));
      // Whoever lands waits for a decision that is up to date.
      const some = id === "land" ? 3 : Object.keys(payloads).length;
      for (const [kind, text] of Object.entries(payloads).slice(0, some)) {
        for (const body of withText(bodies[id] ?? {}, text)) {
          expectCalm(await post(method.toUpperCase(), address, body), `${id}: ${kind}`);
        }
      }
    },
  );

  it("in a path, a query and the headers is none either", async () => {
    for (const [kind, text] of Object.entries(payloads)) {
      const encoded = encodeURIComponent(text.toWellFormed());
      for (const path of [
        `/api/v1/runs/${encoded}`,
        `/api/v1/${encoded}`,
        `/api/v1/runs?q=${encoded}&sort=${encoded}`,
        `/api/v1/prediction?level=${encoded}`,
      ]) {
        expectCalm(await rig.request(path), `${path} ${kind}`);
      }
      const page = await (await rig.request(`/${encoded}`, { headers: { accept: "text/html" } })).text();
      expect(page).not.toContain(kind === "script" ? text : "onerror");
    }
  });

  it("makes no line of the log that is not the log's own", () => {
    const foreign = plain.filter(
      (line) => !/^\d\d:\d\d:\d\d {2}/.test(line) || /[\p{Cc}\u202e\u2066]/u.test(line.slice(0, -1)),
    );
    expect(foreign).toEqual([]);
    expect(plain.filter((line) => line.includes("error: "))).toEqual([]);
  });

  it("that is kept comes back as it was, as JSON", async () => {
    for (const [kind, text] of Object.entries(payloads)) {
      if (["no text", "half a pair", "long"].includes(kind)) continue;
      const saved = await post("POST", "/api/v1/views", { name: text.slice(0, 80), page: "runs", query: text });
      expect(view.parse(await saved.json()).query, kind).toBe(text);
      const said = await post("POST", "/api/v1/contributions/muon/comments", { text });
      expect(comment.parse(await said.json()).text, kind).toBe(text.trim());
    }
  });

  it("in a proposal is words in its file, and nothing else", { timeout: 60_000 }, async () => {
    const kinds = ["script", "formula", "more keys of YAML", "a tag of YAML", "turned around"] as const;
    for (const [i, kind] of kinds.entries()) {
      const text = payloads[kind];
      const title = text.replaceAll("\n", " ");
      const body = {
        id: `words-${i}`,
        title,
        area: "optimization",
        why: text,
        set: { "train.lr": 0.2 + i },
      };
      const response = await post("POST", "/api/v1/contributions", body);
      expect(response.status, kind).toBe(201);
      const { file } = proposed.parse(await response.json());
      expect(readdirSync(join(rig.dir, "contributions"))).toContain(file.split("/").at(-1));
      expect(readFileSync(join(rig.dir, file), "utf8")).not.toMatch(/^by: \[?mallory/m);
      const back = contribution.parse(await (await rig.request(`/api/v1/contributions/words-${i}`)).json());
      expect([back.title, back.why], kind).toEqual([title, text]);
    }
  });

  it("is no name of an account", async () => {
    const named = (name: string) => post("POST", "/api/v1/accounts", { name, scopes: ["read"] });
    for (const kind of ["controls", "turned around", "no text"] as const) {
      expect((await named(payloads[kind])).ok, kind).toBe(false);
    }
    const { account } = invited.parse(await (await named(`${payloads.attribute} 2`)).json());
    expect(account.name).toBe(`${payloads.attribute} 2`);
  });

  it("has hurt nobody: all that can be read is still JSON, and the files are still a lab", {
    timeout: 60_000,
  }, async () => {
    const reads = allOperations.filter(
      ({ method, answer, params }) => method === "get" && "schema" in answer && !params,
    );
    for (const { id, path } of reads) {
      const response = await rig.request(`${addressOf(path)}${id === "compareRuns" ? "?run=none" : ""}`);
      expectCalm(response, id);
      if (response.ok) z.looseObject({}).parse(await response.json());
    }
    const health = z.object({ status: z.string() }).parse(await (await rig.request("/api/v1/health")).json());
    expect(health.status).toBe("ok");
  });
});
