import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { createRng } from "../../src/base/rng.ts";
import { compared, type Measured } from "./cairn.ts";
import { objectiveNames } from "./lab.ts";
import { freePort, startServing } from "./processes.ts";
import type { Recorded } from "./seed.ts";
import { fetched, timed } from "./timing.ts";

const script = fileURLToPath(new URL("mlflow_peer.py", import.meta.url));
const seeded = z.union([z.object({ name: z.string(), id: z.string() }), z.object({ experiment: z.string() })]);

export interface PeerSize {
  /** Final metrics of every run. */
  readonly metrics: number;
  /** Points of the one curve that the compared runs have. */
  readonly points: number;
}

/** null: Python has it. */
export function whatMlflowLacks(python: string): string | null {
  const { status } = spawnSync(python, ["-c", "import mlflow"], { stdio: "ignore" });
  return status === 0 ? null : `${python} has no mlflow`;
}

/** The same runs in MLflow's own server, asked for the same over its own API. */
export async function measureMlflow(
  { python, folder }: { readonly python: string; readonly folder: string },
  runs: readonly Recorded[],
  size: PeerSize,
  tell: (done: number) => void,
): Promise<Measured> {
  const { experiment, ids } = await seed(python, folder, runs, size, tell);
  const port = await freePort();
  const server = ["-m", "mlflow", "server", "--backend-store-uri", `sqlite:///${folder}/mlflow.db`];
  const place = ["--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const serving = await startServing([python, ...server, ...place], `http://127.0.0.1:${port}/health`);
  const ask = (path: string, body: unknown) =>
    fetched(`http://127.0.0.1:${port}/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  try {
    const rng = createRng("bench/serve/questions");
    const levels = [...new Set(runs.flatMap((run) => run.levels))];
    const page = () => {
      const order = `${objectiveNames.map((name) => `metrics.${name}`)[rng.int(4)]} ${rng.int(2) === 0 ? "ASC" : "DESC"}`;
      const filter = ["", `params.levels LIKE '%${levels[rng.int(levels.length)]}%'`, "status = 'FINISHED'"][
        rng.int(3)
      ];
      return { experiment_ids: [experiment], max_results: 100, order_by: [order], filter };
    };
    const chosen = ids.slice(0, compared);
    const key = "loss_curve";
    const timings = [
      await timed("the first page of runs", 1, () =>
        ask("runs/search", { experiment_ids: [experiment], max_results: 100 }),
      ),
      await timed("a page of 100 runs, any sort and filter", 40, () => ask("runs/search", page())),
      await timed(`a curve of ${compared} runs`, 5, async () => {
        // As its own page does: as many runs a question as it allows, 200 points of each.
        const parts = Array.from({ length: Math.ceil(chosen.length / 100) }, (_, i) =>
          chosen.slice(i * 100, i * 100 + 100),
        );
        const answers = await Promise.all(
          parts.map((part) => {
            const query = new URLSearchParams([
              ["metric_key", key],
              ["max_results", "200"],
            ]);
            for (const id of part) query.append("run_ids", id);
            return fetched(`http://127.0.0.1:${port}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?${query}`);
          }),
        );
        return { bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0) };
      }),
      await timed("one run", 20, (turn) =>
        fetched(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/get?run_id=${ids[(turn * 37) % ids.length]}`),
      ),
    ];
    return { start: serving.start, memory: serving.memory(), timings };
  } finally {
    await serving.stop();
  }
}

async function seed(
  python: string,
  folder: string,
  runs: readonly Recorded[],
  { metrics, points }: PeerSize,
  tell: (done: number) => void,
): Promise<{ readonly experiment: string; readonly ids: readonly string[] }> {
  const child = spawn(python, ["-W", "ignore", script, folder], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const feed = async () => {
    const rng = createRng("bench/serve/mlflow");
    for (const [i, run] of runs.entries()) {
      const values = Array.from({ length: points }, (_, step) => 2 + 3 / (step + 1) + 0.1 * rng.uniform());
      const line = {
        ...{ name: run.id, seed: i + 1, levels: run.levels },
        metrics: Object.fromEntries([...run.metrics].slice(0, metrics)),
        curve: i < compared ? { name: "loss_curve", values } : null,
      };
      if (!child.stdin.write(`${JSON.stringify(line)}\n`)) await once(child.stdin, "drain");
    }
    child.stdin.end();
  };
  const feeding = feed();
  const ids: string[] = [];
  let experiment = "";
  for await (const line of createInterface({ input: child.stdout })) {
    const said = seeded.parse(JSON.parse(line));
    if ("experiment" in said) experiment = said.experiment;
    else ids.push(said.id);
    if (ids.length % 500 === 0) tell(ids.length);
  }
  await feeding;
  const [code] = await ended;
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return { experiment, ids };
}
