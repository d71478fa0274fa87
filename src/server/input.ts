import type { z } from "zod";
import type { Operation } from "../api/operation.ts";
import { ok, type Result } from "../base/result.ts";
import { type Refusal, refuse, refuseIssues } from "./problems.ts";

/** What an operation is asked, parsed by its own schemas. */
export interface ParsedInput {
  readonly params: object;
  readonly query: object;
  readonly body: object | null;
}

/** Deeper than anything that is asked for, and shallow enough for every reader after this one. */
const deepest = 64;

/** The path's and the query's part; fields that the operation does not know are errors. */
export function readAddress(
  operation: Operation,
  params: Readonly<Record<string, string>>,
  search: URLSearchParams,
): Result<Pick<ParsedInput, "params" | "query">, Refusal> {
  const path = parsePart("params", operation.params, params);
  if (!path.ok) return path;
  const query = parsePart("query", operation.query, fieldsOf(search));
  return query.ok ? ok({ params: path.value, query: query.value }) : query;
}

/** A field that is given more than once is a list. */
function fieldsOf(search: URLSearchParams): object {
  const names = new Set(search.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function parsePart(
  part: "params" | "query" | "body",
  schema: z.ZodObject | undefined,
  value: object,
): Result<object, Refusal> {
  const unsound = unsoundIn(value, part, 0);
  if (unsound !== null) return refuse("malformed", unsound);
  if (schema === undefined) {
    const [first] = Object.keys(value);
    if (first === undefined) return ok({});
    return refuse("malformed", `${part}: there is no field ${JSON.stringify(first)} here`);
  }
  const parsed = schema.strict().safeParse(value);
  return parsed.success ? ok(parsed.data) : refuseIssues(part, parsed.error);
}

/**
 * Why a value is not text all through, or null: NUL characters and halves of a surrogate pair are refused before anything
 * is made of them, and so is nesting that would exhaust whoever walks it.
 */
function unsoundIn(value: unknown, at: string, depth: number): string | null {
  if (depth > deepest) return `${at.slice(0, 80)}…: nested more than ${deepest} deep`;
  if (typeof value === "string") {
    return value.includes("\0") || !value.isWellFormed() ? `${at}: holds a character that is no text` : null;
  }
  if (typeof value !== "object" || value === null) return null;
  for (const [name, field] of Object.entries(value)) {
    const found = unsoundIn(name, `${at}, a field's name`, depth) ?? unsoundIn(field, `${at}.${name}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** @returns the request's bytes; an error when there are more than `limit`. */
export async function readBytes(request: Request, limit: number): Promise<Result<Uint8Array, Refusal>> {
  const tooLarge = refuse("too-large", `a body may have at most ${limit} bytes here`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) return tooLarge;
  if (request.body === null) return ok(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) return tooLarge;
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
}

/** @param bytes of the whole body */
export function readBody(operation: Operation, headers: Headers, bytes: Uint8Array): Result<object | null, Refusal> {
  if (operation.body === undefined) {
    return bytes.byteLength === 0 ? ok(null) : refuse("malformed", "nothing is to be sent in the body here");
  }
  if (!isJson(headers)) {
    return refuse("unsupported-media", "the body must be JSON", { help: "Send content-type: application/json." });
  }
  const value = parseJson(bytes);
  if (!value.ok) return value;
  return parsePart("body", operation.body, value.value);
}

export function isJson(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type) && !headers.has("content-encoding");
}

function parseJson(bytes: Uint8Array): Result<object, Refusal> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return ok(value);
    return refuse("malformed", "the body must be a JSON object");
  } catch {
    return refuse("malformed", "the body is no JSON");
  }
}
