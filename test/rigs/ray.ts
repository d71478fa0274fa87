import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

/**
 * Ray's Jobs API as it is documented, over real processes: errors in plain text, a submission id taken once, stop by TERM
 * and after 3 s by KILL, nothing for browsers, everything gone with the cluster.
 */
export interface RayRig {
  readonly address: string;
  /** Entrypoints that were started, by submission id: twice is twice. */
  readonly started: readonly string[];
  /** Of all jobs that it knows. */
  states(): readonly string[];
  /** The next so many answers are cut off after the work was done. */
  cutOff(answers: number): void;
  /** As when the head node dies: all jobs with it. */
  crash(): Promise<void>;
  /** A new, empty cluster at the same address. */
  revive(): Promise<void>;
  /** A job is removed behind everybody's back. */
  forget(id: string): void;
  stop(): Promise<void>;
}

const submission = z.object({
  entrypoint: z.string(),
  submission_id: z.string(),
  entrypoint_num_cpus: z.number().nullish(),
  entrypoint_num_gpus: z.number().nullish(),
  entrypoint_memory: z.number().int().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

interface Job {
  readonly id: string;
  readonly child: ChildProcess;
  status: "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
  message: string;
}

export async function startRay(token: string | null = null): Promise<RayRig> {
  const jobs = new Map<string, Job>();
  const started: string[] = [];
  let cut = 0;

  const start = (asked: z.infer<typeof submission>) => {
    started.push(asked.submission_id);
    const child = spawn("/bin/sh", ["-c", asked.entrypoint], { stdio: "ignore", detached: true });
    const job: Job = { id: asked.submission_id, child, status: "RUNNING", message: "" };
    child.once("exit", (code) => {
      if (job.status !== "RUNNING") return;
      job.status = code === 0 ? "SUCCEEDED" : "FAILED";
      job.message = code === 0 ? "Job finished successfully." : `Job entrypoint command failed with exit code ${code}`;
    });
    jobs.set(job.id, job);
  };

  const end = async (job: Job, signal: NodeJS.Signals) => {
    try {
      if (job.child.pid !== undefined) process.kill(-job.child.pid, signal);
    } catch {
      // It has ended.
    }
  };

  const answer = async (method: string, path: string, body: string): Promise<readonly [number, unknown]> => {
    if (method === "POST" && path === "/api/jobs/") {
      const asked = submission.safeParse(JSON.parse(body));
      if (!asked.success) return [400, "Traceback (most recent call last): bad request"];
      const id = asked.data.submission_id;
      if (jobs.has(id)) return [500, `ValueError: Job with submission_id ${id} already exists. Please use another.`];
      start(asked.data);
      return [200, { job_id: id, submission_id: id }];
    }
    const describe = (job: Job) => ({
      submission_id: job.id,
      type: "SUBMISSION",
      status: job.status,
      message: job.message,
    });
    if (method === "GET" && path === "/api/jobs/") return [200, [...jobs.values()].map(describe)];
    const match = /^\/api\/jobs\/([^/]+)(\/stop)?$/.exec(path);
    const job = jobs.get(decodeURIComponent(match?.[1] ?? ""));
    if (job === undefined) return [404, `Job ${match?.[1]} does not exist`];
    if (method === "POST" && match?.[2] !== undefined) {
      const running = job.status === "RUNNING";
      if (running) {
        await end(job, "SIGTERM");
        job.status = "STOPPED";
        void delay(3000).then(() => end(job, "SIGKILL"));
      }
      return [200, { stopped: running }];
    }
    return method === "GET" ? [200, describe(job)] : [405, "Method Not Allowed"];
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.headers["sec-fetch-mode"] !== undefined) {
        response.writeHead(405, { "content-type": "text/plain" }).end("method not allowed for browser traffic.");
        return;
      }
      if (token !== null && request.headers.authorization !== `Bearer ${token}`) {
        response.writeHead(401, { "content-type": "text/plain" }).end("Unauthorized");
        return;
      }
      void answer(request.method ?? "", request.url ?? "", Buffer.concat(chunks).toString()).then(([status, body]) => {
        if (cut > 0) {
          cut--;
          request.socket.destroy();
          return;
        }
        const text = typeof body === "string";
        response.writeHead(status, { "content-type": text ? "text/plain" : "application/json" });
        response.end(text ? body : JSON.stringify(body));
      });
    });
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const close = async () => {
    for (const job of jobs.values()) await end(job, "SIGKILL");
    jobs.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    address: `http://127.0.0.1:${port}`,
    started,
    states: () => [...jobs.values()].map(({ status }) => status),
    cutOff: (answers) => {
      cut = answers;
    },
    crash: close,
    revive: () => listen(port),
    forget: (id) => {
      jobs.delete(id);
    },
    stop: close,
  };
}
