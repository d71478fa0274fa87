import { z } from "zod";
import { canonicalJson, type Json, type JsonObject } from "../base/json.ts";
import type { Operation } from "./operation.ts";
import { operationIds, operations } from "./operations.ts";
import { problem } from "./page.ts";

/** The OpenAPI 3.1 document of the API, written from the table of operations. */
export type OpenApi = JsonObject;

export function openApi(version: string): OpenApi {
  const shared = createShared();
  const paths: Record<string, Record<string, Json>> = {};
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(id, operation, shared) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Cairn",
      version,
      description: introduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: "/api/v1" }],
    tags,
    paths,
    components: {
      schemas: { Problem: shared.schema(problem, "output"), ...shared.components() },
      responses: {
        Problem: {
          description: "What is wrong, where, and what would be right",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description:
            "New for each write: sent again with the same request within 24 hours, the write is not done again and its answer is repeated. A write without a body must have one.",
          schema: { type: "string", minLength: 1, maxLength: 200, pattern: "^[!-~]+$" },
        },
        LastEventId: {
          name: "Last-Event-ID",
          in: "header",
          required: false,
          description: "The number of the last event that was seen: those since then come first.",
          schema: { type: "string", pattern: "^\\d{1,15}$" },
        },
      },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A token, as an account issues it for a program." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "cairn_session",
          description: "Set by `POST /session`; its name ends with the lab's.",
        },
      },
    },
  };
}

const introduction = `All that the browser does and \`cairn\` tells. Errors are problem details (RFC 9457); lists come in pages with an opaque cursor; \`/events\` tells what changes. Fields that are not here are refused. \`x-access\` names the scope that an operation needs; on loopback, without accounts, the person at the machine has all of them.`;

const tags = [
  { name: "lab", description: "The lab, its recipe and its baseline" },
  { name: "contributions", description: "What is proposed, and what is said about it" },
  { name: "evidence", description: "The decision, and what it rests on" },
  { name: "queue", description: "What is measured next" },
  { name: "runs", description: "What was measured" },
  { name: "people", description: "Accounts, sessions, credit" },
  { name: "server", description: "The server itself" },
] satisfies readonly { name: Operation["tag"]; description: string }[];

function describe(id: string, operation: Operation, shared: Shared): Json {
  const { summary, tag, access, body, method } = operation;
  const parameters = [
    ...fields(operation.params, "path", shared),
    ...fields(operation.query, "query", shared),
    ...(method === "get" ? [] : [{ $ref: "#/components/parameters/IdempotencyKey" }]),
    ...(id === "events" ? [{ $ref: "#/components/parameters/LastEventId" }] : []),
  ];
  const problems = { $ref: "#/components/responses/Problem" };
  return {
    operationId: id,
    tags: [tag],
    summary,
    "x-access": access,
    security: access === "public" ? [] : [{ bearer: [access] }, { session: [] }],
    parameters,
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: closed(shared.schema(body, "input")) } },
          },
        }),
    responses: { [String(operation.answer.status)]: answerOf(operation, shared), "4XX": problems, "5XX": problems },
  };
}

function answerOf({ answer, summary }: Operation, shared: Shared): Json {
  if ("schema" in answer) {
    return {
      description: summary,
      content: { "application/json": { schema: shared.schema(answer.schema, "output") } },
    };
  }
  if (!("media" in answer)) return { description: "Done" };
  const [media = answer.media] = answer.media.split(";");
  return { description: summary, content: { [media]: { schema: { type: "string" } } } };
}

/** Parameters of a path or a query, each with its own schema. */
function fields(object: z.ZodObject | undefined, place: "path" | "query", shared: Shared): Json[] {
  if (object === undefined) return [];
  const { required } = z
    .object({ required: z.array(z.string()).default([]) })
    .parse(z.toJSONSchema(object, { io: "input" }));
  return Object.entries(object.shape).map(([name, field]) => {
    const list = listIn(field);
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(list === null ? {} : { style: "form", explode: false }),
      schema: list === null ? shared.schema(field, "input") : listSchema(shared.schema(list, "input")),
    };
  });
}

/** What a field that `listOf` made is a list of: on the wire it is one text with commas. */
function listIn(field: z.core.$ZodType): z.ZodArray | null {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) return listIn(field.def.innerType);
  if (field instanceof z.ZodPipe) return listIn(field.def.out);
  return field instanceof z.ZodArray ? field : null;
}

/** Commas separate, and nothing between two of them is no part. */
function listSchema(schema: JsonObject): JsonObject {
  const items = json.parse(schema.items ?? {});
  if (items.type !== "string" || "enum" in items) return schema;
  return { ...schema, items: { ...items, minLength: 1, pattern: "^[^,]+$" } };
}

/** Fields that are not known are refused, at the top. */
function closed(schema: JsonObject): JsonObject {
  return { ...schema, additionalProperties: false };
}

interface Shared {
  /** Without definitions of its own: they are in the components. */
  schema(type: z.core.$ZodType, io: "input" | "output"): JsonObject;
  components(): JsonObject;
}

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** Definitions that schemas refer to, each once; recursive JSON is the one that is known by name. */
function createShared(): Shared {
  const names = new Map<string, string>();
  const made: Record<string, JsonObject> = {};
  const nameOf = (definition: JsonObject): string => {
    const text = canonicalJson(definition);
    const name = names.get(text) ?? (names.size === 0 ? "Json" : `Shared${names.size}`);
    names.set(text, name);
    return name;
  };
  const schema = (type: z.core.$ZodType, io: "input" | "output"): JsonObject => {
    const { $defs, $schema: _, ...rest } = json.parse(JSON.parse(JSON.stringify(z.toJSONSchema(type, { io }))));
    const definitions = Object.entries(z.record(z.string(), json).parse($defs ?? {}));
    const targets = new Map(definitions.map(([local, definition]) => [`#/$defs/${local}`, nameOf(definition)]));
    for (const [local, definition] of definitions) {
      made[targets.get(`#/$defs/${local}`) ?? local] = json.parse(redirected(definition, targets));
    }
    return json.parse(redirected(rest, targets));
  };
  schema(z.object({ value: z.json() }), "output");
  return { schema, components: () => made };
}

/** The same schema with its references pointing into the components. */
function redirected(value: Json, targets: ReadonlyMap<string, string>): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redirected(item, targets));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const target = key === "$ref" && typeof field === "string" ? targets.get(field) : undefined;
      return [key, target === undefined ? redirected(field, targets) : `#/components/schemas/${target}`];
    }),
  );
}
