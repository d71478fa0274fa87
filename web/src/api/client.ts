import type { AnswerOf, CallOf } from "../../../src/api/operation.ts";
import { type OperationId, type Operations, operations } from "../../../src/api/operations.ts";
import { type Problem, problem } from "../../../src/api/page.ts";

/** What the server refused, or could not do, in its own words. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(found: Problem) {
    super(found.detail);
    this.name = "ApiError";
    this.problem = found;
  }
}

/** The server did not answer: it is down, or the network is. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The parts of a call that the operation has; the others are left out. */
export type Call<K extends OperationId> = Partial<CallOf<Operations[K]>> & { readonly signal?: AbortSignal };

/** Where an operation is, for links, downloads and event streams. */
export function addressOf(id: OperationId, call: { params?: object; query?: object } = {}): string {
  const params = new Map(Object.entries(call.params ?? {}));
  const path = operations[id].path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(params.get(name))));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return `/api/v1${path}${query.size === 0 ? "" : `?${query}`}`;
}

/**
 * Calls an operation of the API. A write carries an idempotency key, so that trying again does nothing twice.
 * @throws ApiError when the server refuses; UnreachableError when it does not answer.
 */
export async function call<K extends OperationId>(id: K, asked?: Call<K>): Promise<AnswerOf<Operations[K]>>;
export async function call(id: OperationId, asked: Call<OperationId> = {}): Promise<unknown> {
  const { method, answer } = operations[id];
  const headers = new Headers({ accept: "application/json" });
  if (asked.body !== undefined) headers.set("content-type", "application/json");
  if (method !== "get") headers.set("idempotency-key", newId());
  const response = await answered(addressOf(id, asked), {
    method: method.toUpperCase(),
    headers,
    ...(asked.body !== undefined && { body: JSON.stringify(asked.body) }),
    ...(asked.signal !== undefined && { signal: asked.signal }),
  });
  if (!response.ok) throw new ApiError(problemOf(response.status, await response.text()));
  return "schema" in answer ? answer.schema.parse(await response.json()) : null;
}

/** Whoever gave the request up knows why: that is no failure of the server's. */
async function answered(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw new UnreachableError("the server does not answer", { cause: error });
  }
}

/** `crypto.randomUUID` is there on https and on this machine alone; a team's server may be neither. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whatever stands between may answer instead of the server, in words of its own. */
function problemOf(status: number, text: string): Problem {
  try {
    return problem.parse(JSON.parse(text));
  } catch {
    return { type: "unknown", title: "", status, detail: text.slice(0, 300), help: null, issues: [] };
  }
}
