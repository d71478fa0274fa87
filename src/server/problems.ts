import type { z } from "zod";
import type { Problem } from "../api/page.ts";
import { type ProblemKind, problemTitles } from "../api/problems.ts";
import { type DiagnosticRecord, diagnosticRecord } from "../app/diagnostics.ts";
import type { Failure } from "../app/errors.ts";
import { type Err, err } from "../base/result.ts";

const statuses: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  "cross-origin": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  conflict: 409,
  "not-decided": 409,
  "in-flight": 409,
  "answered-before": 409,
  "too-large": 413,
  "unsupported-media": 415,
  misdirected: 421,
  invalid: 422,
  "key-reused": 422,
  "rate-limited": 429,
  internal: 500,
  damaged: 500,
  unavailable: 503,
};

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
  const problem = {
    type: kind,
    title: problemTitles[kind],
    status: statuses[kind],
    detail,
    help: more.help ?? null,
    issues,
  };
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
