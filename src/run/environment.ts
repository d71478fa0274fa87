import type { StageSpec } from "../lab/lab.ts";
import { inputVariable } from "../lab/protocol.ts";
import type { AttemptPaths } from "./workspace.ts";

/** What of the host's own environment a stage sees, besides everything that begins with `LC_`. */
const passedOn = ["PATH", "HOME", "LANG", "LANGUAGE", "TZ"];

export interface Surroundings {
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly stage: StageSpec;
  readonly attempt: string;
  readonly paths: AttemptPaths;
  /** Directories of the outputs of the stages it needs. */
  readonly inputs: ReadonlyMap<string, string>;
  /** null: the stage is not seeded. */
  readonly seed: number | null;
  /** Names of the GPUs that are its own. */
  readonly gpus: readonly string[];
}

/**
 * The whole environment of a stage: a few variables of the host's, what the stage declares, and the protocol's. Nothing
 * else gets in, so that a result does not hang on whatever the person who ran it had set, and no secret gets out.
 */
export function childEnvironment(around: Surroundings): Record<string, string> {
  const { host, stage, paths } = around;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && (passedOn.includes(name) || name.startsWith("LC_"))) env[name] = value;
  }
  env.TMPDIR = paths.temporary;
  env.OMP_NUM_THREADS = String(Math.max(1, Math.ceil(stage.resources.cpus)));
  if (around.gpus.length > 0) env.CUDA_VISIBLE_DEVICES = around.gpus.join(",");
  Object.assign(env, stage.env);
  env.CAIRN_ATTEMPT = around.attempt;
  env.CAIRN_PARAMS = paths.params;
  env.CAIRN_OUT = paths.output;
  env.CAIRN_EVENTS = paths.events;
  env.CAIRN_RESUME = paths.resume;
  if (around.seed !== null) env.CAIRN_SEED = String(around.seed);
  for (const [name, directory] of around.inputs) env[inputVariable(name)] = directory;
  return env;
}
