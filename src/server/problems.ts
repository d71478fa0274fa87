import type { z } from "zod";
import type { Problem } from "../api/page.ts";
import { type DiagnosticRecord, diagnosticRecord } from "../app/diagnostics.ts";
import type { Failure } from "../app/errors.ts";
import { type Err, err } from "../base/result.ts";

/** What can be wrong with a request, by the word that `type` says: every error that the server answers with is one of these. */
const kinds = {
  malformed: { status: 400, title: "The request is not right" },
  unauthenticated: { status: 401, title: "Log in first" },
  forbidden: { status: 403, title: "This is not yours to do" },
  "cross-origin": { status: 403, title: "The request comes from another site" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "This cannot be done here" },
  conflict: { status: 409, title: "This cannot be done as things stand" },
  "not-decided": { status: 409, title: "Nothing is decided yet" },
  "in-flight": { status: 409, title: "The same request is being answered" },
  "answered-before": { status: 409, title: "The same request was answered before" },
  "too-large": { status: 413, title: "The request is too large" },
  "unsupported-media": { status: 415, title: "Bodies are JSON" },
  misdirected: { status: 421, title: "This server does not go by that name" },
  invalid: { status: 422, title: "What was sent is not right" },
  "key-reused": { status: 422, title: "The idempotency key was used for another request" },
  "rate-limited": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "A defect of Cairn's" },
  damaged: { status: 500, title: "A file or database of Cairn's is damaged" },
  unavailable: { status: 503, title: "The server cannot do this now" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof kinds;
type Issues = Problem["issues"];

/** More would not be read. */
const mostIssues = 50;

/** A problem on its way to the client. */
export interface Refusal {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

interface More {
  readonly help?: string | null;
  readonly issues?: Issues;
  readonly headers?: Refusal["headers"];
}

export function refuse(kind: ProblemKind, detail: string, more: More = {}): Err<Refusal> {
  const issues = (more.issues ?? []).slice(0, mostIssues);
  const problem = { type: kind, ...kinds[kind], detail, help: more.help ?? null, issues };
  return err({ problem, headers: more.headers ?? {} });
}

export function responseOf({ problem, headers }: Refusal): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json; charset=utf-8", ...headers },
  });
}

/** What a use case could not do, as a client is told it. */
export function refuseFailure(failure: Failure): Err<Refusal> {
  switch (failure.kind) {
    case "invalid": {
      const issues = failure.diagnostics.map(diagnosticRecord).map(issueOf);
      return refuse("invalid", issues[0]?.message ?? "the lab's files are not right", { issues });
    }
    case "usage":
      return refuse("invalid", failure.message, { help: failure.help });
    case "not-found":
    case "forbidden":
    case "conflict":
    case "not-decided":
      return refuse(failure.kind, failure.message, { help: failure.help });
    case "run-failed":
      return refuse("conflict", failure.message, {
        issues: failure.detail.map((message) => ({ at: "", message, help: null })),
      });
    case "no-lab":
      return refuse("unavailable", "the lab's files are gone", { help: "Is its folder still there?" });
    case "damaged":
      return refuse("damaged", "what Cairn keeps of this lab cannot be read", {
        help: "The server's log says which file it is; `cairn doctor` looks at all of them.",
      });
    case "unavailable":
      return refuse("unavailable", "something that the server stands on cannot be used now", {
        help: "The server's log says what it is; `cairn doctor` looks at all of it.",
      });
  }
}

/** A place in the user's own text: `contributions/x.yaml:3:5`. */
function issueOf({ file, line, column, message, help }: DiagnosticRecord): Issues[number] {
  return { at: `${file}:${line}:${column}`, message, help };
}

/** Of input that its schema refuses; `part` is where it stood: `body`, `query`, `params`. */
export function refuseIssues(part: string, found: z.ZodError): Err<Refusal> {
  const issues = found.issues.map((issue) => ({
    at: [part, ...issue.path.map(String)].join("."),
    message: issue.message,
    help: null,
  }));
  const [first] = issues;
  return refuse("malformed", first === undefined ? "not understood" : `${first.at}: ${first.message}`, { issues });
}
