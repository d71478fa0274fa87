import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openApi } from "../../src/api/openapi.ts";
import { type Operation, scopes } from "../../src/api/operation.ts";
import { operationIds, operations } from "../../src/api/operations.ts";
import type { Json } from "../../src/base/json.ts";
import { referencePage } from "../../src/server/reference.ts";
import { lastOf, openApiDocument, operationsOf, parametersOf } from "./document.ts";

const raw = openApi("1.2.3");
const document = openApiDocument.parse(raw);
const listed = operationsOf(document);

function referencesIn(value: Json): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) =>
    key === "$ref" && typeof field === "string" ? [field] : referencesIn(field),
  );
}

describe("the OpenAPI document", () => {
  it("has every operation of the table, once, where the table has it", () => {
    const there = listed.map(({ operationId, method, path }) => `${operationId}: ${method} ${path}`).sort();
    const table = operationIds.map((id) => `${id}: ${operations[id].method.toUpperCase()} ${operations[id].path}`);
    expect(there).toEqual(table.sort());
    expect(new Set(listed.map(({ operationId }) => operationId)).size).toBe(listed.length);
  });

  it("refers only to what is in it, and to all of that", () => {
    const references = referencesIn(raw);
    const known = ["schemas", "responses", "parameters"].flatMap((kind) =>
      Object.keys(z.looseObject({ [kind]: z.record(z.string(), z.json()) }).parse(document.components)[kind] ?? {}).map(
        (name) => `#/components/${kind}/${name}`,
      ),
    );
    expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
    expect(known.filter((name) => !references.includes(name))).toEqual([]);
  });

  it("names in parameters what stands in the path, and all of it", () => {
    for (const found of listed) {
      const inPath = [...found.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = parametersOf(found, document);
      expect(
        parameters.filter((p) => p.in === "path").map((p) => p.name),
        found.operationId,
      ).toEqual(inPath);
      expect(
        parameters.every((p) => p.in !== "path" || p.required),
        found.operationId,
      ).toBe(true);
      const names = parameters.map((p) => `${p.in} ${p.name}`);
      expect(new Set(names).size, found.operationId).toBe(names.length);
    }
  });

  it("has no two paths that a request could mean both of", () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, "{}"));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it("says who may, and that a body is only sent with a write", () => {
    for (const found of listed) {
      expect(["public", ...scopes], found.operationId).toContain(found["x-access"]);
      expect(found.security.length === 0, found.operationId).toBe(found["x-access"] === "public");
      if (found.method === "GET") expect(found.requestBody, found.operationId).toBeUndefined();
      const keyed = found.parameters.some((p) => "$ref" in p && lastOf(p.$ref) === "IdempotencyKey");
      expect(keyed, found.operationId).toBe(found.method !== "GET");
    }
  });

  it("describes lists in a query as one text with commas, of the values that are known", () => {
    const runs = listed.find(({ operationId }) => operationId === "listRuns");
    const state = runs === undefined ? undefined : parametersOf(runs, document).find(({ name }) => name === "state");
    expect(state).toMatchObject({ style: "form", explode: false, required: false });
    expect(state?.schema).toMatchObject({ type: "array", items: { enum: expect.arrayContaining(["done", "failed"]) } });
  });
});

describe("the reference page", () => {
  const page = referencePage(raw);

  it("has a place for each operation, that the contents lead to", () => {
    for (const { operationId } of listed) {
      expect(page).toContain(`<article id="${operationId}">`);
      expect(page).toContain(`<a href="#${operationId}">`);
    }
  });

  it("shows how to call, with a token where one is needed", () => {
    const of = (id: string) => page.slice(page.indexOf(`<article id="${id}">`)).split("</article>")[0] ?? "";
    expect(of("propose")).toContain("-X POST");
    expect(of("propose")).toContain("CAIRN_TOKEN");
    expect(of("health")).not.toContain("CAIRN_TOKEN");
    expect(of("compareRuns")).toContain("?run=RUN");
  });

  it("has no script, and nothing of the document goes in as markup", () => {
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
    const first: Operation = operations.health;
    const hostile = JSON.parse(JSON.stringify(raw).replaceAll(first.summary, `<img src=x onerror=alert(1)>`));
    const attacked = referencePage(hostile);
    expect(attacked).not.toContain("<img");
    expect(attacked).toContain("&#60;img");
  });
});
