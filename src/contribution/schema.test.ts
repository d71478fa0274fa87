import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { canonicalJson, isJsonArray, type Json, type JsonObject } from "../base/json.ts";
import { labSchema } from "../lab/schema.ts";
import { contributionSchema } from "./schema.ts";

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
}

type Keyword = (
  argument: Json,
  value: Json,
  valid: (schema: Json, value: Json) => boolean,
  schema: JsonObject,
) => boolean;

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !isJsonArray(value);
const listOf = (value: Json): readonly Json[] => (isJsonArray(value) ? value : [value]);
const numeric =
  (holds: (value: number, bound: number) => boolean): Keyword =>
  (bound, value) =>
    typeof value !== "number" || typeof bound !== "number" || holds(value, bound);
const size = (bound: Json, value: number) => typeof bound !== "number" || value >= bound;

function typeOf(value: Json): string[] {
  if (value === null) return ["null"];
  if (isJsonArray(value)) return ["array"];
  return Number.isInteger(value) ? ["integer", "number"] : [typeof value];
}

/** The keywords that the schemas use, as draft 2020-12 defines them; any other one fails the test. */
const keywords: Readonly<Record<string, Keyword>> = {
  $schema: () => true,
  $defs: () => true,
  title: () => true,
  description: () => true,
  default: () => true,
  type: (types, value) => listOf(types).some((type) => typeOf(value).includes(String(type))),
  const: (constant, value) => canonicalJson(constant) === canonicalJson(value),
  enum: (choices, value) => listOf(choices).some((choice) => canonicalJson(choice) === canonicalJson(value)),
  pattern: (pattern, value) => typeof value !== "string" || new RegExp(String(pattern), "u").test(value),
  minLength: (bound, value) => typeof value !== "string" || size(bound, value.length),
  minimum: numeric((value, bound) => value >= bound),
  maximum: numeric((value, bound) => value <= bound),
  exclusiveMinimum: numeric((value, bound) => value > bound),
  exclusiveMaximum: numeric((value, bound) => value < bound),
  items: (schema, value, valid) => !isJsonArray(value) || value.every((item) => valid(schema, item)),
  minItems: (bound, value) => !isJsonArray(value) || size(bound, value.length),
  uniqueItems: (_, value) => !isJsonArray(value) || new Set(value.map(canonicalJson)).size === value.length,
  minProperties: (bound, value) => !isObject(value) || size(bound, Object.keys(value).length),
  required: (names, value) => !isObject(value) || listOf(names).every((name) => Object.hasOwn(value, String(name))),
  properties: (schemas, value, valid) =>
    !isObject(value) ||
    !isObject(schemas) ||
    Object.entries(value).every(([key, field]) => !Object.hasOwn(schemas, key) || valid(schemas[key] ?? true, field)),
  additionalProperties: (schema, value, valid, { properties }) => {
    const known = properties !== undefined && isObject(properties) ? properties : {};
    return (
      !isObject(value) ||
      Object.entries(value).every(([key, field]) => Object.hasOwn(known, key) || valid(schema, field))
    );
  },
  propertyNames: (schema, value, valid) => !isObject(value) || Object.keys(value).every((key) => valid(schema, key)),
  anyOf: (schemas, value, valid) => listOf(schemas).some((schema) => valid(schema, value)),
  oneOf: (schemas, value, valid) => listOf(schemas).filter((schema) => valid(schema, value)).length === 1,
  not: (schema, value, valid) => !valid(schema, value),
};

function accepts(root: Json, yaml: string): boolean {
  const valid = (schema: Json, value: Json): boolean => {
    if (!isObject(schema)) return schema === true;
    return Object.entries(schema).every(([keyword, argument]) => {
      if (keyword === "$ref") return valid(resolve(root, String(argument)), value);
      const check = keywords[keyword];
      if (check === undefined) throw new Error(`the test does not know the keyword ${keyword}`);
      return check(argument, value, valid, schema);
    });
  };
  return valid(root, z.json().parse(parse(yaml)));
}

function resolve(root: Json, reference: string): Json {
  const name = reference.replace("#/$defs/", "");
  const found = isObject(root) && root.$defs !== undefined && isObject(root.$defs) ? root.$defs[name] : undefined;
  if (found === undefined) throw new Error(`nothing at ${reference}`);
  return found;
}

describe("the schemas in schemas/", () => {
  const mend = "stale: run `node tools/schemas.ts`";
  test("are those of the readers' tables", () => {
    expect(read("lab"), mend).toEqual(labSchema());
    expect(read("contribution"), mend).toEqual(contributionSchema());
  });
});

const lab = `
cairn: 1
name: sotu
stages:
  corpus: { run: node stages/corpus.ts, code: [stages/corpus.ts], params: { dedupe: none, min_chars: 200 } }
  pretrain:
    needs: [corpus]
    seeded: true
    run: [node, train.ts, 3]
    env: { THREADS: 2 }
    resources: { cpus: 1, gpus: 0, memory: 2GiB }
    timeout: 10m
objectives:
  val_bpb: { stage: pretrain, goal: minimize, unit: bits/byte, matters: 0.01, guardrail: 5%, items: true }
scales: { proxy: { pretrain.steps: 100 }, full: }
policy: { alpha: 0.05, budget: { runs: 3 } }
`;

describe("the lab schema", () => {
  test("accepts a lab", () => {
    expect(accepts(labSchema(), lab)).toBe(true);
  });
  test.each([
    ["an unknown key", "name: sotu", "name: sotu\nnaem: x"],
    ["a missing key", "name: sotu\n", ""],
    ["another format", "cairn: 1", "cairn: 2"],
    ["a goal", "goal: minimize", "goal: min"],
    ["a unit of time", "10m", "10 minutes"],
    ["a number of runs", "runs: 3", "runs: 0.5"],
  ])("refuses %s", (_, right, wrong) => {
    expect(lab).toContain(right);
    expect(accepts(labSchema(), lab.replace(right, wrong))).toBe(false);
  });
});

describe("the contribution schema", () => {
  const head = "title: T\nby: lin\narea: data\n";
  test.each(["set: { a.b: 1 }", "patch: [x.patch, y.patch]", "branch: lin/x", "levels: { one: { set: { a.b: 1 } } }"])(
    "accepts %s",
    (change) => expect(accepts(contributionSchema(), head + change)).toBe(true),
  );
  test.each([
    "",
    "set: { b: 1 }",
    "set: { a.b: 1 }\nlevels: { one: { patch: x } }",
    "levels: { one: {} }",
    "set: { a.b: 1 }\nbold: maybe",
  ])("refuses %j", (change) => expect(accepts(contributionSchema(), head + change)).toBe(false));
});
