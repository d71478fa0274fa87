import http from "node:http";
import https from "node:https";
import { z } from "zod";
import { err, ok, type Result } from "../../base/result.ts";
import { attemptName, quote } from "./job-script.ts";
import type { JobState, Remote, Submission } from "./remote.ts";

export interface RayOptions {
  /** Of the dashboard, without a slash at the end. */
  readonly address: string;
  /** null: it asks for none. */
  readonly token: string | null;
}

const status = z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]);
const job = z.object({
  submission_id: z.string().nullish(),
  status,
  message: z.string().nullish(),
  /** Absent before Ray 2.40. */
  error_type: z.string().nullish(),
});
const jobs = z.array(job);

/**
 * Jobs of Ray's, by its Jobs API (https://docs.ray.io/en/latest/cluster/running-applications/job-submission/api.html).
 * The attempt's id is the submission id, and Ray takes one once: to submit again does no harm. Ray ends a job by TERM,
 * 3 s, then KILL, and forgets all of them with its cluster.
 */
export function createRay(options: RayOptions): Remote {
  const ask = createClient(options);
  return {
    name: "Ray",

    submit: async (task, script): Promise<Submission> => {
      const { cpus, gpus, memory } = task.resources;
      const answer = await ask("POST", "/api/jobs/", {
        submission_id: task.attempt,
        entrypoint: `/bin/sh ${quote(script)}`,
        entrypoint_num_cpus: cpus,
        entrypoint_num_gpus: gpus,
        ...(memory !== null && { entrypoint_memory: Math.ceil(memory) * 2 ** 20 }),
        metadata: { cairn_attempt: task.attempt },
      });
      if (answer.kind === "silent") return { kind: "unknown", message: answer.message };
      if (answer.kind === "ok" || /already exists/i.test(answer.text)) return { kind: "accepted" };
      return answer.status >= 500
        ? { kind: "unknown", message: problemOf(answer) }
        : { kind: "refused", message: problemOf(answer) };
    },

    look: async (attempts) => {
      const all = await listJobs(ask);
      if (!all.ok) return all;
      const states = new Map<string, JobState>();
      for (const { submission_id: id, ...found } of all.value) {
        if (id && attempts.has(id)) states.set(id, stateOf(found));
      }
      return ok(states);
    },

    list: async () => {
      const all = await listJobs(ask);
      if (!all.ok) return all;
      const alive = all.value.filter(({ status }) => status === "PENDING" || status === "RUNNING");
      return ok(alive.flatMap(({ submission_id: id }) => (id && attemptName.test(id) ? [id] : [])));
    },

    cancel: async (attempts) => {
      for (const attempt of attempts) {
        const answer = await ask("POST", `/api/jobs/${encodeURIComponent(attempt)}/stop`, null);
        if (answer.kind === "silent") return err(answer.message);
        if (answer.kind === "refused" && answer.status !== 404 && answer.status !== 400) return err(problemOf(answer));
      }
      return ok(null);
    },
  };
}

function stateOf({ status, message, error_type: type }: Omit<z.infer<typeof job>, "submission_id">): JobState {
  switch (status) {
    case "PENDING":
      return { kind: "waiting" };
    case "RUNNING":
      return { kind: "running" };
    case "STOPPED":
      return { kind: "cancelled" };
    case "SUCCEEDED":
      return { kind: "ended" };
    case "FAILED":
      // Of the command's own failing there is an exit file; what else Ray says is about the cluster.
      return type && type !== "JOB_ENTRYPOINT_COMMAND_ERROR" ? gone(type, message ?? "") : { kind: "ended" };
  }
}

function gone(type: string, message: string): JobState {
  const line = `Ray: ${message.split("\n", 1)[0]} (${type})`;
  const memory = /out of memory|oom/i.test(line);
  return { kind: "gone", exit: { kind: memory ? "out-of-memory" : "lost", message: line } };
}

type Answer =
  | { readonly kind: "ok"; readonly text: string }
  /** In plain text, whatever the documentation says. */
  | { readonly kind: "refused"; readonly status: number; readonly text: string }
  | { readonly kind: "silent"; readonly message: string };

type Ask = (method: "GET" | "POST", path: string, body: unknown) => Promise<Answer>;

/** How long Ray may take to answer, in milliseconds. */
const patience = 20_000;

/** Not by fetch: Ray takes what carries its `Sec-Fetch-Mode` for a browser, and refuses that. */
function createClient({ address, token }: RayOptions): Ask {
  const secure = address.startsWith("https:");
  return (method, path, body) =>
    new Promise((resolve) => {
      const text = body === null ? null : JSON.stringify(body);
      const silent = (error: Error) =>
        resolve({ kind: "silent", message: `Ray at ${address} does not answer: ${error.message}` });
      const headers = {
        ...(text !== null && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      };
      const call = (secure ? https : http).request(
        `${address}${path}`,
        { method, headers, timeout: patience },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.once("error", silent);
          answer.once("end", () => {
            const status = answer.statusCode ?? 0;
            const text = Buffer.concat(chunks).toString();
            resolve(status >= 200 && status < 300 ? { kind: "ok", text } : { kind: "refused", status, text });
          });
        },
      );
      call.once("timeout", () => call.destroy(new Error(`no answer in ${patience / 1000} s`)));
      call.once("error", silent);
      call.end(text ?? undefined);
    });
}

async function listJobs(ask: Ask): Promise<Result<z.infer<typeof jobs>, string>> {
  const answer = await ask("GET", "/api/jobs/", null);
  if (answer.kind === "silent") return err(answer.message);
  if (answer.kind === "refused") return err(problemOf(answer));
  const parsed = jobs.safeParse(jsonOf(answer.text));
  return parsed.success ? ok(parsed.data) : err("Ray's list of jobs is not what its API promises");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemOf({ status, text }: Extract<Answer, { kind: "refused" }>): string {
  if (status === 401 || status === 403) {
    return `Ray refuses the token (${status}): put one that is valid into the environment variable CAIRN_RAY_TOKEN`;
  }
  const line =
    text
      .split("\n")
      .find((part) => part.trim() !== "")
      ?.trim()
      .slice(0, 300) ?? "";
  return `Ray answers ${status}: ${line}`;
}
