import type { ExecutorSpec, Lab } from "../../lab/lab.ts";
import { trySubmission } from "../../run/executors/slurm.ts";
import { remoteOf } from "../executors.ts";
import { labFile } from "../load.ts";
import { type Finding, fine, problem } from "./finding.ts";
import { tryRun } from "./machine.ts";

const name = "executor";

/** Where stages run: whether it answers, and whether it would take each of them. Nothing is submitted. */
export async function clusterFinding({ executor, stages }: Lab, dir: string): Promise<Finding> {
  if (executor.kind === "local") return fine(name, "processes of this machine");
  const remote = remoteOf(executor);
  const listed = await remote.list();
  if (!listed.ok) {
    const mend = `docs/clusters.md goes through it; \`executor: { kind: local }\` in ${labFile} runs on this machine meanwhile.`;
    return problem(name, "unavailable", listed.error, mend);
  }
  const attempts = `${listed.value.length} attempts there`;
  if (executor.kind === "ray") return fine(name, `${remote.name} answers; ${attempts}`);
  const refused = await firstRefused(executor, stages, dir);
  if (refused !== null) {
    const mend = `Mend partition, account, qos or arguments under \`executor\` in ${labFile}, or the stage's resources.`;
    return problem(name, "unavailable", `${remote.name} would refuse ${refused}`, mend);
  }
  const version = tryRun("sbatch", ["--version"]) ?? remote.name;
  return fine(name, `${version} answers; ${attempts}; it would take every stage`);
}

type Slurm = Extract<ExecutorSpec, { kind: "slurm" }>;

/** The first stage that would not be taken, and why; null: all would. */
async function firstRefused(executor: Slurm, stages: Lab["stages"], cwd: string): Promise<string | null> {
  for (const { name: stage, resources, timeout } of stages) {
    const refused = await trySubmission(executor, { resources, timeout, cwd });
    if (refused !== null) return `${stage}: ${refused}`;
  }
  return null;
}
