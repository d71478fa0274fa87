import type { ExecutorSpec } from "../lab/lab.ts";
import { createLocalExecutor } from "../run/executors/local.ts";
import { createRay } from "../run/executors/ray.ts";
import { createRemoteExecutor, type Remote } from "../run/executors/remote.ts";
import { createSlurm } from "../run/executors/slurm.ts";
import type { Executor } from "../run/run.ts";
import type { Session } from "./session.ts";

export function remoteOf(spec: Exclude<ExecutorSpec, { kind: "local" }>): Remote {
  if (spec.kind === "slurm") return createSlurm(spec);
  return createRay({ address: spec.address, token: process.env.CAIRN_RAY_TOKEN ?? null });
}

/**
 * What the lab says that its stages run on.
 * @param onContact told when somewhere else cannot be reached, and with null when it can again
 */
export function executorOf(
  { loaded, clock }: Session,
  onContact: (remote: string, problem: string | null) => void,
): Executor {
  const spec = loaded.lab.executor;
  if (spec.kind === "local") return createLocalExecutor();
  const remote = remoteOf(spec);
  return createRemoteExecutor(remote, {
    clock,
    wrapping: spec,
    onContact: (problem) => onContact(remote.name, problem),
  });
}
