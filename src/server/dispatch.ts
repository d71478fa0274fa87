import type { Operation } from "../api/operation.ts";
import { type OperationId, operations } from "../api/operations.ts";
import { me } from "../api/people.ts";
import type { Actor } from "../app/actor.ts";
import { failureOf } from "../app/errors.ts";
import type { Live } from "../app/live/live.ts";
import type { Clock } from "../base/clock.ts";
import { ok, type Result } from "../base/result.ts";
import type { Audit } from "./audit.ts";
import { type Caller, type CallerRules, callerOf } from "./caller.ts";
import { encoded, encodingFor } from "./encoding.ts";
import type { AnyHandler, HandledId, Handlers, OwnId } from "./handler.ts";
import { downloadHeaders } from "./headers.ts";
import { type ParsedInput, readAddress, readBody, readBytes } from "./input.ts";
import { createLimiter, type Rate } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Own } from "./own.ts";
import { type Refusal, refuse, refuseFailure, responseOf } from "./problems.ts";
import type { Replies } from "./replies.ts";
import { checkWrite, once } from "./write.ts";

export interface DispatcherParts extends CallerRules {
  readonly live: Live;
  readonly handlers: Handlers<HandledId>;
  readonly own: Readonly<Record<OwnId, Own>>;
  readonly replies: Replies;
  readonly audit: Audit;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly rates: { readonly writes: Rate; readonly logins: Rate };
}

/** A request that has come to an operation of the table. */
export interface Arrived {
  readonly request: Request;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Of the machine that sends it. */
  readonly address: string;
  /** Of the request, in the log. */
  readonly name: string;
}

export type Dispatcher = (id: OperationId, arrived: Arrived) => Promise<Response>;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { clock, metrics, rates } = parts;
  const limiters = { writes: createLimiter(rates.writes, clock), logins: createLimiter(rates.logins, clock) };
  return async (id, arrived) => {
    const began = clock.monotonic();
    const operation: Operation = operations[id];
    const caller = await callerOf(arrived.request.headers, parts);
    const request: Routed = { ...arrived, id, operation, caller, url: new URL(arrived.request.url) };
    const answered = await answer(parts, limiters, request);
    const actor = await whoWrote(request, answered);
    const response = answered.ok ? await shrunk(answered.value, arrived.request.headers) : responseOf(answered.error);
    const seconds = (clock.monotonic() - began) / 1000;
    metrics.observe(id, response.status, seconds);
    const outcome = answered.ok ? "done" : answered.error.problem.type;
    await note(parts, request, { actor, status: response.status, outcome, seconds });
    return response;
  };
}

interface Routed extends Arrived {
  readonly id: OperationId;
  readonly operation: Operation;
  readonly caller: Caller;
  readonly url: URL;
}

interface Limiters {
  readonly writes: ReturnType<typeof createLimiter>;
  readonly logins: ReturnType<typeof createLimiter>;
}

type Answered = Result<Response, Refusal>;

/** Every check in its order, then what is asked; whatever goes wrong is a refusal. */
async function answer(parts: DispatcherParts, limiters: Limiters, request: Routed): Promise<Answered> {
  try {
    const admitted = admit(limiters, request);
    if (!admitted.ok) return admitted;
    const { operation, params, url } = request;
    const address = readAddress(operation, params, url.searchParams);
    if (!address.ok) return address;
    const bytes = await readBytes(request.request, bodyLimit(request.id));
    if (!bytes.ok) return bytes;
    const body = readBody(operation, request.request.headers, bytes.value);
    if (!body.ok) return body;
    const input: ParsedInput = { ...address.value, body: body.value };
    if (!isWrite(operation)) return await act(parts, request, input);
    const key = request.request.headers.get("idempotency-key");
    const written = {
      id: request.id,
      caller: request.caller,
      key,
      address: url.pathname + url.search,
      body: bytes.value,
    };
    return await once(parts.replies, written, () => act(parts, request, input));
  } catch (error) {
    return failed(parts.log, request, error);
  }
}

/** Whether the request may come in at all: often enough, by whom it may, and by what a page of another site cannot send. */
function admit({ writes, logins }: Limiters, request: Routed): Result<null, Refusal> {
  const { id, operation, caller, address } = request;
  if (isWrite(operation)) {
    const account = caller.actor.account?.id;
    const wait =
      id === "login" ? logins.take(address) : writes.take(account === undefined ? `at ${address}` : `by ${account}`);
    if (wait > 0) {
      return refuse("rate-limited", `try again in ${wait} s`, { headers: { "retry-after": String(wait) } });
    }
  }
  const { access } = operation;
  if (access !== "public" && !caller.actor.scopes.includes(access)) {
    const known = caller.actor.account !== null;
    if (known)
      return refuse("forbidden", `this needs the scope ${access}`, {
        help: "Somebody with the scope admin can give it.",
      });
    return refuse("unauthenticated", caller.refused ? "the token is nobody's" : "nobody is logged in", {
      help: "Exchange an invitation for a session, or send a token as `Authorization: Bearer …`.",
      headers: { "www-authenticate": `Bearer realm="cairn", scope="${access}"` },
    });
  }
  return isWrite(operation) ? checkWrite(operation, request.request.headers) : ok(null);
}

async function act(parts: DispatcherParts, routed: Routed, input: ParsedInput): Promise<Answered> {
  const { id, operation, caller, request } = routed;
  const { headers, signal } = request;
  if (isOwn(id)) {
    const again = () => callerOf(headers, parts);
    return parts.own[id](input, { caller, headers, signal, again, headOnly: request.method === "HEAD" });
  }
  const handler: AnyHandler = parts.handlers[id];
  const value = await handler(input, {
    live: parts.live,
    actor: caller.actor,
    token: caller.token?.id ?? null,
    signal,
  });
  return ok(responseTo(operation, value, input));
}

function responseTo({ answer, path }: Operation, value: unknown, input: ParsedInput): Response {
  if ("schema" in answer) {
    const headers = { "content-type": "application/json; charset=utf-8" };
    return new Response(JSON.stringify(value), { status: answer.status, headers });
  }
  if (!("media" in answer)) return new Response(null, { status: answer.status });
  if (!(value instanceof ReadableStream)) throw new TypeError(`${path} is to be answered with a stream`);
  const name = "path" in input.query ? String(input.query.path) : "";
  return new Response(value, { headers: { "content-type": answer.media, ...downloadHeaders(name) } });
}

function failed(log: Log, { request, id, url, name }: Routed, error: unknown): Answered {
  if (request.signal.aborted) return refuse("unavailable", "the client has gone");
  const failure = failureOf(error);
  if (failure === null || failure.kind === "damaged" || failure.kind === "unavailable")
    log.error({ err: error, request: name, operation: id, path: url.pathname }, "failed");
  if (failure !== null) return refuseFailure(failure);
  return refuse("internal", `the server failed at this; its log says more of request ${name}`);
}

interface Outcome {
  readonly actor: Pick<Actor, "account" | "name">;
  readonly status: number;
  readonly outcome: string;
  readonly seconds: number;
}

/** Who comes in by a login was nobody before it. */
async function whoWrote({ id, caller }: Routed, answered: Answered): Promise<Outcome["actor"]> {
  if (id !== "login" || !answered.ok) return caller.actor;
  const { account } = me.parse(await answered.value.clone().json());
  return account === null ? caller.actor : { account, name: account.name };
}

/** Writes go to the audit log, whatever came of them; those that came too often do not, so that nobody can fill it. */
async function note({ log, audit }: DispatcherParts, request: Routed, outcome: Outcome): Promise<void> {
  const { id, operation, url, address, name } = request;
  const { actor, status, seconds } = outcome;
  const account = actor.account?.id ?? null;
  const ms = Math.round(seconds * 1000);
  const fields = { request: name, operation: id, status, ms, by: account ?? actor.name, from: address };
  log[status >= 500 ? "error" : isWrite(operation) ? "info" : "debug"](fields, url.pathname);
  if (!isWrite(operation) || status === 429) return;
  const subject = `${url.pathname.slice(0, 500)} ${outcome.outcome}`;
  try {
    await audit.record({ account, name: actor.name, operation: id, subject, status });
  } catch (error) {
    log.error({ err: error, operation: id }, "the audit log could not be written");
  }
}

/** JSON that is worth it, compressed as the client takes it. */
async function shrunk(response: Response, headers: Headers): Promise<Response> {
  const encoding = encodingFor(headers.get("accept-encoding"));
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  if (!isJson || encoding === "identity") return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const about = new Headers(response.headers);
  about.append("vary", "accept-encoding");
  const worthwhile = bytes.byteLength >= 2048;
  if (worthwhile) about.set("content-encoding", encoding);
  const body = worthwhile ? await encoded(bytes, encoding, "quick") : bytes;
  return new Response(new Uint8Array(body), { status: response.status, headers: about });
}

function bodyLimit(id: OperationId): number {
  return id === "propose" ? 4 * 2 ** 20 : 256 * 2 ** 10;
}

function isWrite({ method }: Operation): boolean {
  return method !== "get";
}

const ownIds: ReadonlySet<string> = new Set<OwnId>([
  "health",
  "document",
  "metrics",
  "events",
  "me",
  "login",
  "logout",
]);

function isOwn(id: OperationId): id is OwnId {
  return ownIds.has(id);
}
