import type { AnswerOf, InputOf } from "../api/operation.ts";
import type { OperationId, Operations } from "../api/operations.ts";
import type { Live } from "../app/live/live.ts";
import { type IndexedRun, runIndexOf } from "../app/read/run-index.ts";
import type { Clock } from "../base/clock.ts";
import { ok, type Result } from "../base/result.ts";
import type { Authenticator } from "./authenticator.ts";
import { type Caller, cookieHeader, meOf, type SessionCookie } from "./caller.ts";
import type { Door } from "./door.ts";
import { eventStream, heartbeat, type Streams } from "./events.ts";
import type { OwnId } from "./handler.ts";
import type { ParsedInput } from "./input.ts";
import type { Gauge, Metrics } from "./metrics.ts";
import { type Refusal, refuse } from "./problems.ts";

/** What the server answers about itself and the session. */

export interface OwnParts {
  readonly live: Live;
  readonly door: Door;
  readonly authenticator: Authenticator;
  readonly cookie: SessionCookie;
  readonly metrics: Metrics;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly version: string;
  /** The OpenAPI document, as JSON. */
  readonly document: string;
  /** Aborted when the server stops. */
  readonly closing: AbortSignal;
}

/** One request, and who sends it. */
export interface OwnCall {
  readonly caller: Caller;
  readonly headers: Headers;
  /** HEAD: nobody reads what would stream. */
  readonly headOnly: boolean;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Who is calling now, by the same headers. */
  readonly again: () => Promise<Caller>;
}

export type Own = { respond(input: ParsedInput, call: OwnCall): Promise<Result<Response, Refusal>> }["respond"];

const json = { "content-type": "application/json; charset=utf-8" };

export function ownOperations(parts: OwnParts): Readonly<Record<OwnId, Own>> {
  const { door, cookie, authenticator } = parts;
  return {
    health: async () => jsonOf(await healthOf(parts)),
    document: async () => ok(new Response(parts.document, { headers: json })),
    metrics: async () => {
      const text = parts.metrics.text(await gaugesOf(parts));
      return ok(new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } }));
    },
    events: (input: Input<"events">, call) => events(parts, input, call),
    me: async (_, { caller }) => jsonOf(meOf(caller.actor, door)),
    login: async ({ body }: Input<"login">) => {
      const session = await authenticator.exchange(body.secret);
      if (session === null) {
        return refuse("unauthenticated", "this invitation or token opens nothing", {
          help: "It may have expired, been used or been revoked: ask whoever invited you for another one.",
        });
      }
      return jsonOf(meOf(session.identity.actor, door), cookieHeader(cookie, session.secret, session.expiresAt));
    },
    logout: async (_, { caller }) => {
      if (caller.token?.kind === "session") await authenticator.end(caller.token.id);
      return ok(new Response(null, { status: 204, headers: { "set-cookie": cookieHeader(cookie, null, 0) } }));
    },
  };
}

function jsonOf(value: object, setCookie: string | null = null): Result<Response, Refusal> {
  const headers = setCookie === null ? json : { ...json, "set-cookie": setCookie };
  return ok(new Response(JSON.stringify(value), { headers }));
}

type Input<K extends OperationId> = InputOf<Operations[K]>;

/** Told to anybody: whether, and not what. */
async function healthOf({ live, version }: OwnParts): Promise<AnswerOf<Operations["health"]>> {
  const errors = live.diagnostics.filter(({ severity }) => severity === "error").length;
  const stored = await live.session.store.lastChange().then(
    () => true,
    () => false,
  );
  const checks = {
    lab: { ok: errors === 0, detail: errors === 0 ? null : "the lab's files are not right: see the lab" },
    store: { ok: stored, detail: stored ? null : "the database cannot be read" },
  };
  return { status: errors === 0 && stored ? "ok" : "degraded", version, checks };
}

async function gaugesOf({ live, streams }: OwnParts): Promise<Gauge[]> {
  const { runs } = await runIndexOf(live.session.store);
  const count = (state: string) => runs.values().reduce((sum, { row }) => sum + (row.state === state ? 1 : 0), 0);
  const states = ["pending", "running", "done", "failed", "cancelled"] as const;
  const stages = countStages(runs.values().map(({ row }) => row));
  const spent = (pick: (row: RunRow) => number) => runs.values().reduce((sum, { row }) => sum + pick(row), 0);
  const queue = live.queue();
  const { rss, heapUsed } = process.memoryUsage();
  const alone = (value: number) => [{ labels: {}, value }];
  return [
    { name: "cairn_open_streams", help: "Clients that are told of changes.", values: alone(streams.count()) },
    {
      name: "cairn_runs",
      help: "Runs by state.",
      values: states.map((state) => ({ labels: { state }, value: count(state) })),
    },
    {
      name: "cairn_run_stages",
      help: "Stages of runs by state; reused ones were taken from the record.",
      values: Object.entries(stages).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "cairn_spent_core_seconds",
      help: "Cores times seconds of all recorded runs.",
      values: alone(spent(({ coreSeconds }) => coreSeconds)),
    },
    {
      name: "cairn_spent_gpu_seconds",
      help: "GPUs times seconds of all recorded runs.",
      values: alone(spent(({ gpuSeconds }) => gpuSeconds)),
    },
    {
      name: "cairn_queue_state",
      help: "1 for the state that the queue is in.",
      values: (["working", "paused", "watching", "resting"] as const).map((state) => ({
        labels: { state },
        value: queue.state === state ? 1 : 0,
      })),
    },
    { name: "cairn_queue_running", help: "Runs under way by this server.", values: alone(queue.running) },
    { name: "process_resident_memory_bytes", help: "Memory of the process.", values: alone(rss) },
    { name: "nodejs_heap_size_used_bytes", help: "Of it, in use by the heap.", values: alone(heapUsed) },
    { name: "process_uptime_seconds", help: "Since the process started.", values: alone(process.uptime()) },
  ];
}

type RunRow = IndexedRun["row"];
type StageState = RunRow["stages"][number]["state"] | "reused";

function countStages(rows: Iterable<RunRow>): Readonly<Record<StageState, number>> {
  const counts = { pending: 0, running: 0, done: 0, reused: 0, failed: 0, blocked: 0, cancelled: 0 };
  for (const { stages } of rows)
    for (const { state, reused } of stages) counts[state === "done" && reused ? "reused" : state] += 1;
  return counts;
}

async function events(parts: OwnParts, { query }: Input<"events">, call: OwnCall): Promise<Result<Response, Refusal>> {
  const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
  if (call.headOnly) return ok(new Response(null, { headers }));
  const leave = parts.streams.enter(call.caller.actor.account?.id ?? "");
  if (leave === null) {
    return refuse("rate-limited", "too many clients are told of changes already", { headers: { "retry-after": "10" } });
  }
  const stop = new AbortController();
  stop.signal.addEventListener("abort", leave, { once: true });
  for (const signal of [call.signal, parts.closing]) {
    if (signal.aborted) stop.abort();
    signal.addEventListener("abort", () => stop.abort(), { once: true, signal: stop.signal });
  }
  const last = /^\d{1,15}$/.exec(call.headers.get("last-event-id") ?? "")?.[0];
  const since = last === undefined ? (query.since ?? null) : Number(last);
  const changes = parts.live.changes(since, stop.signal);
  return ok(new Response(eventStream({ changes, stop, allowed: stillAllowed(parts.clock, call) }), { headers }));
}

/** Looks again once a heartbeat: a reader whose session has ended is not told more. */
function stillAllowed(clock: Clock, { again }: OwnCall): () => Promise<boolean> {
  let looked = clock.monotonic();
  return async () => {
    if (clock.monotonic() - looked < heartbeat) return true;
    looked = clock.monotonic();
    const { actor } = await again();
    return actor.scopes.includes("read");
  };
}
