import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json } from "../../src/base/json.ts";
import { type Listed, lastOf, operationsOf, parametersOf, valuesOf, violations } from "./document.ts";
import { document, openDoor, openRig, type Rig } from "./rig.ts";

/**
 * The API against its own document, on a real lab: inputs made from the document, right ones and spoilt ones, to every
 * operation; what is answered is what the document promises, and never a failure of the server's own.
 */

let rig: Rig;
beforeAll(async () => {
  rig = await openRig(openDoor);
});
afterAll(() => rig.close());

interface Asked {
  readonly params: Readonly<Record<string, Json>>;
  readonly query: Readonly<Record<string, Json>>;
  readonly body: Json | undefined;
}

/** Names that the lab has, so that not everything that is asked for is missing. */
const real: Readonly<Record<string, readonly string[]>> = {
  contribution: ["muon", "rotary", "qk-norm"],
  level: ["muon", "rotary"],
};

function askedOf(found: Listed): fc.Arbitrary<Asked> {
  const parameters = parametersOf(found, document);
  const part = (place: string) => {
    const own = parameters.filter((p) => p.in === place);
    const values = own.map((p) => {
      const free = valuesOf(p.schema, document);
      const known = place === "path" ? (real[p.name] ?? []) : [];
      return [p.name, known.length === 0 ? free : fc.oneof(free, fc.constantFrom(...known))] as const;
    });
    return fc.record(Object.fromEntries(values), { requiredKeys: own.filter((p) => p.required).map((p) => p.name) });
  };
  const schema = found.requestBody?.content["application/json"]?.schema;
  const body = schema === undefined ? fc.constant(undefined) : valuesOf(schema, document);
  return fc.record({ params: part("path"), query: part("query"), body });
}

/** One thing in it that the document does not allow, or does not know. */
function spoilt(asked: Asked): fc.Arbitrary<Asked> {
  const junk: fc.Arbitrary<Json> = fc.constantFrom<Json>(
    ...[null, -1, 1e308, "", "\0", "\ud800", [], {}, true, "x".repeat(5000)],
  );
  const without = (object: Asked["query"], name: string) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  const names = (object: object) => fc.constantFrom(...Object.keys(object), "more", "__proto__", "constructor");
  const spoiltPart = (object: Asked["query"]) =>
    fc
      .tuple(names(object), junk, fc.boolean())
      .map(([name, value, drop]) => (drop ? without(object, name) : { ...object, [name]: value }));
  const query = spoiltPart(asked.query).map((spoiltQuery) => ({ ...asked, query: spoiltQuery }));
  const { body } = asked;
  if (typeof body !== "object" || body === null) return query;
  const fields = z.record(z.string(), z.json()).parse(body);
  return fc.oneof(
    query,
    spoiltPart(fields).map((spoiltBody) => ({ ...asked, body: spoiltBody })),
    junk.map((other) => ({ ...asked, body: other })),
  );
}

function send(found: Listed, { params, query, body }: Asked): Promise<Response> {
  const text = (value: Json) =>
    Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : JSON.stringify(value);
  const encoded = (value: Json) => encodeURIComponent(text(value).toWellFormed());
  const path = found.path.replaceAll(/\{(\w+)\}/g, (_, name) => encoded(params[name] ?? "none"));
  const search = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`);
  return rig.request(`/api/v1${path}${search.length === 0 ? "" : `?${search.join("&")}`}`, {
    method: found.method,
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** How an answer is not what the document promises. */
async function wrongIn(found: Listed, response: Response): Promise<string[]> {
  const status = String(response.status);
  const promised = found.responses[status] ?? found.responses[`${status[0]}XX`];
  if (promised === undefined) return [`${status} is not in the document`];
  if (response.status >= 500) return [`${status}: ${await response.text()}`];
  const { content } = "$ref" in promised ? (document.components.responses[lastOf(promised.$ref)] ?? {}) : promised;
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  if (type === "text/event-stream") {
    await response.body?.cancel();
    return content?.[type] === undefined ? [`${type} is not in the document`] : [];
  }
  const text = await response.text();
  if (content === undefined) return text === "" ? [] : ["a body where none was promised"];
  const schema = content[type]?.schema;
  if (schema === undefined) return [`${type} is not in the document`];
  return type.endsWith("json") ? violations(JSON.parse(text), schema, document) : [];
}

/** A stage's file is there once it has run; ids in a path are at least not empty. */
const isRoutable = ({ params }: Asked) =>
  Object.values(params).every((value) => !["", ".", ".."].includes(String(value)));
const operations = operationsOf(document);
/** Inputs of each kind that are tried; fewer where the lab is read anew or decided about. */
const tries = new Map([
  ...["predict", "plan", "propose", "recipe", "restore"].map((id) => [id, 4] as const),
  ["land", 1],
]);

describe.each(operations.map((found) => [found.operationId, found] as const))("%s", (id, found) => {
  const numRuns = tries.get(id) ?? 12;

  it("takes what the document allows, and answers as it promises", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(askedOf(found).filter(isRoutable), async (asked) => {
        const response = await send(found, asked);
        expect(response.status, response.status === 400 ? await response.clone().text() : "").not.toBe(400);
        expect(await wrongIn(found, response)).toEqual([]);
      }),
      { numRuns },
    );
  });

  it("answers what it does not allow as the document promises", { timeout: 60_000 }, async () => {
    const spoiltAsked = askedOf(found).filter(isRoutable).chain(spoilt);
    await fc.assert(
      fc.asyncProperty(spoiltAsked, async (asked) => {
        expect(await wrongIn(found, await send(found, asked))).toEqual([]);
      }),
      { numRuns },
    );
  });
});

describe("afterwards", () => {
  it("the server has had no defect, and the lab is well", async () => {
    expect(rig.logged.filter((line) => /"level":50/.test(line))).toEqual([]);
    expect(await (await rig.request("/api/v1/health")).json()).toMatchObject({ status: "ok" });
  });
});
