import fc from "fast-check";
import { z } from "zod";
import type { Json } from "../../src/base/json.ts";

/** The OpenAPI document as a tester of the API reads it: what may be sent, and whether an answer is what was promised. */

const schema = z.record(z.string(), z.json());
const content = z.record(z.string(), z.object({ schema }));
const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  style: z.literal("form").optional(),
  explode: z.literal(false).optional(),
  schema,
});
const operation = z.object({
  operationId: z.string(),
  "x-access": z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(z.union([z.object({ $ref: z.string() }), parameter])),
  requestBody: z.object({ required: z.literal(true), content }).optional(),
  responses: z.record(z.string(), z.union([z.object({ $ref: z.string() }), z.object({ content: content.optional() })])),
});
export const openApiDocument = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "put", "post", "delete", "patch"]), operation),
  ),
  components: z.looseObject({
    schemas: z.record(z.string(), schema),
    responses: z.record(z.string(), z.object({ description: z.string(), content })),
    parameters: z.record(z.string(), parameter),
  }),
});
export type Document = z.infer<typeof openApiDocument>;
type Operation = z.infer<typeof operation>;
type Parameter = z.infer<typeof parameter>;
type Schema = z.infer<typeof schema>;

export interface Listed extends Operation {
  readonly method: string;
  readonly path: string;
}

export function operationsOf({ paths }: Document): Listed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => ({ ...found, method: method.toUpperCase(), path })),
  );
}

export function parametersOf(found: Operation, { components }: Document): Parameter[] {
  return found.parameters.flatMap((p) => ("$ref" in p ? (components.parameters[lastOf(p.$ref)] ?? []) : p));
}

const parts = z.looseObject({
  $ref: z.string().optional(),
  const: z.json().optional(),
  enum: z.array(z.json()).optional(),
  anyOf: z.array(schema).optional(),
  oneOf: z.array(schema).optional(),
  allOf: z.array(schema).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), schema).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.union([z.boolean(), schema]).optional(),
  propertyNames: schema.optional(),
  items: schema.optional(),
  minItems: z.number().default(0),
  maxItems: z.number().default(4),
  minLength: z.number().default(0),
  maxLength: z.number().default(40),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Parts = z.infer<typeof parts>;

const read = new WeakMap<Schema, Parts>();

/** Each schema is read once: a long answer meets the same ones again and again. */
function partsOf(from: Schema): Parts {
  const found = read.get(from) ?? parts.parse(from);
  read.set(from, found);
  return found;
}

/** Values that the schema allows. Text is text: no NUL, no lone surrogate, and not blank where it must not be empty. */
export function valuesOf(from: Schema, document: Document, depth = 0): fc.Arbitrary<Json> {
  const found = partsOf(from);
  const inner = (part: Schema) => valuesOf(part, document, depth + 1);
  if (found.$ref !== undefined) {
    const name = lastOf(found.$ref);
    if (name === "Json") return depth > 8 ? fc.constant(null) : jsonValues;
    return inner(document.components.schemas[name] ?? {});
  }
  if (found.const !== undefined) return fc.constant(found.const);
  if (found.enum !== undefined) return fc.constantFrom(...found.enum);
  const choices = found.anyOf ?? found.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(inner));
  if (Array.isArray(found.type)) return fc.oneof(...found.type.map((type) => inner({ ...from, type })));
  switch (found.type) {
    case "string":
      return texts(found);
    case "integer":
      return fc.integer({ min: Math.max(found.minimum ?? -1e6, -1e9), max: Math.min(found.maximum ?? 1e6, 1e9) });
    case "number":
      return fc.double({ min: found.minimum ?? -1e9, max: found.maximum ?? 1e9, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(inner(found.items ?? {}), { minLength: found.minItems, maxLength: Math.min(found.maxItems, 4) });
    case "object":
      return objects(found, inner);
    default:
      return jsonValues;
  }
}

const jsonValues: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2, noUnicodeString: true })
  .map((value) => z.json().parse(JSON.parse(JSON.stringify(value).replaceAll("\\u0000", ""))));

function texts({ pattern, minLength, maxLength }: Parts): fc.Arbitrary<string> {
  const most = Math.min(maxLength, 60);
  if (pattern !== undefined) {
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= most);
  }
  const text = fc.string({ minLength, maxLength: most, unit: "grapheme" }).filter((found) => !found.includes("\0"));
  return minLength === 0 ? text : text.filter((found) => found.trim().length >= minLength);
}

function objects({ properties, required, additionalProperties }: Parts, inner: (part: Schema) => fc.Arbitrary<Json>) {
  const fixed = fc.record(Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)])), {
    requiredKeys: required.filter((name) => name in properties),
  });
  if (typeof additionalProperties !== "object") return fixed;
  const more = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}\.[a-z]{1,6}$/), inner(additionalProperties), {
    maxKeys: 3,
  });
  return fc.tuple(fixed, more).map(([a, b]) => ({ ...b, ...a }));
}

/** How a value is not what the schema says: a line each, empty where it is. */
export function violations(value: unknown, from: Schema, document: Document, at = "$"): string[] {
  const found = partsOf(from);
  const inner = (field: unknown, part: Schema, place: string) => violations(field, part, document, place);
  if (found.$ref !== undefined) return inner(value, document.components.schemas[lastOf(found.$ref)] ?? {}, at);
  if (found.const !== undefined) return value === found.const ? [] : [`${at}: not ${JSON.stringify(found.const)}`];
  if (found.enum !== undefined) return found.enum.some((one) => one === value) ? [] : [`${at}: not one of the values`];
  const choices = found.anyOf ?? found.oneOf;
  if (choices !== undefined) {
    const tries = choices.map((part) => inner(value, part, at));
    return tries.some((wrong) => wrong.length === 0)
      ? []
      : [`${at}: none of the choices (${tries.map((t) => t[0]).join("; ")})`];
  }
  const types = typeof found.type === "string" ? [found.type] : (found.type ?? []);
  if (types.length > 0 && !types.some((type) => isOf(type, value)))
    return [`${at}: ${typeof value}, not ${types.join("|")}`];
  if (typeof value === "string") {
    return ofText(value, { ...found, maxLength: "maxLength" in from ? found.maxLength : Number.MAX_SAFE_INTEGER }, at);
  }
  if (typeof value === "number") {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = found;
    return value >= minimum && value <= maximum ? [] : [`${at}: ${value} is out of range`];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => inner(item, found.items ?? {}, `${at}[${i}]`));
  return typeof value === "object" && value !== null ? ofObject(value, found, at, inner) : [];
}

function ofText(value: string, { minLength, maxLength, pattern }: Parts, at: string): string[] {
  const fits = value.length >= minLength && value.length <= maxLength;
  return fits && (pattern === undefined || new RegExp(pattern).test(value))
    ? []
    : [`${at}: ${JSON.stringify(value)} does not fit`];
}

function ofObject(
  value: object,
  { properties, required, additionalProperties }: Parts,
  at: string,
  inner: (field: unknown, part: Schema, place: string) => string[],
): string[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}: no ${name}`);
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const part = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (part !== undefined) return inner(field, part, `${at}.${name}`);
    if (additionalProperties === false) return [`${at}: ${name} is not in the document`];
    return typeof additionalProperties === "object" ? inner(field, additionalProperties, `${at}.${name}`) : [];
  });
  return [...missing, ...fields];
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

export function lastOf(reference: string): string {
  return reference.split("/").at(-1) ?? "";
}
