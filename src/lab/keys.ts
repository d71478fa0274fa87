import type { JsonObject } from "../base/json.ts";
import type { KeyTable } from "./node.ts";

/**
 * The keys of a lab file: what each means, and its JSON Schema. The reader takes its lists of keys from here and
 * `schemas/lab.schema.json` is made of it, so that the two cannot drift.
 */

/** The format this Cairn reads: `cairn: 1`. */
export const labFormat = 1;

/** Names that people choose. */
export const names = {
  stage: {
    noun: "the name of a stage",
    pattern: /^[a-z][a-z0-9_]*$/,
    wanted: "Stages are named with lower-case letters, digits and `_`, a letter first: `pretrain_2`.",
  },
  objective: {
    noun: "the name of an objective",
    pattern: /^[a-z][a-z0-9_]*$/,
    wanted: "Objectives are named with lower-case letters, digits and `_`, a letter first: `val_loss`.",
  },
  param: {
    noun: "the name of a parameter",
    pattern: /^[A-Za-z_][A-Za-z0-9_.-]*$/,
    wanted: "Parameters are named with letters, digits, `_`, `-` and `.`, a letter or `_` first: `learning_rate`.",
  },
  scale: {
    noun: "the name of a scale",
    pattern: /^[a-z0-9][a-z0-9_-]*$/,
    wanted: "Scales are named with lower-case letters, digits, `_` and `-`: `proxy`, `125m`.",
  },
  env: {
    noun: "the name of an environment variable",
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    wanted: "Environment variables are named with letters, digits and `_`: `OMP_NUM_THREADS`.",
  },
} as const;

const text = { type: "string", minLength: 1 } as const satisfies JsonObject;
const texts = { type: "array", items: text, uniqueItems: true } as const satisfies JsonObject;
const positive = { type: "number", exclusiveMinimum: 0 } as const satisfies JsonObject;
const stageName = { type: "string", pattern: names.stage.pattern.source } as const satisfies JsonObject;
const amount = {
  anyOf: [positive, { type: "string", pattern: "^[0-9.]+\\s*%$" }],
} as const satisfies JsonObject;

/** `stage.param` → value. */
export const overlaySchema = {
  type: "object",
  propertyNames: { pattern: "^[a-z][a-z0-9_]*\\.." },
  additionalProperties: true,
} as const satisfies JsonObject;

export const stageKeys = {
  run: {
    doc: "The command: one line of words (no shell: quotes and backslashes are read, pipes and variables are not), or a list of arguments. `{param}` stands for a parameter's value; `{{` and `}}` for a brace.",
    schema: {
      anyOf: [text, { type: "array", items: { type: ["string", "number", "boolean"] }, minItems: 1 }],
    },
    required: true,
  },
  needs: {
    doc: "Stages whose outputs this one reads, in CAIRN_IN_<STAGE>.",
    schema: { type: "array", items: stageName, uniqueItems: true },
  },
  seeded: {
    doc: "Whether the stage draws random numbers: only then does it get CAIRN_SEED. Default false.",
    schema: { type: "boolean", default: false },
  },
  code: {
    doc: "Globs, relative to the lab, of the files that make the stage what it is; a change in one of them runs it again.",
    schema: texts,
  },
  params: {
    doc: "Parameters with the baseline's values; the stage finds them in the JSON file CAIRN_PARAMS.",
    schema: { type: "object", propertyNames: { pattern: names.param.pattern.source }, additionalProperties: true },
  },
  outputs: {
    doc: "Files, relative to CAIRN_OUT, that must be there when the stage ends.",
    schema: texts,
  },
  env: {
    doc: "Environment variables that the stage needs; a change in one of them runs it again.",
    schema: {
      type: "object",
      propertyNames: { pattern: names.env.pattern.source, not: { pattern: "^CAIRN_" } },
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
  },
  resources: {
    doc: "What the stage takes of a machine while it runs: `cpus` (default 1), `gpus` (0), `memory`.",
    schema: { $ref: "#/$defs/resources" },
  },
  timeout: {
    doc: "Wall time after which an attempt is stopped: seconds, or `90s`, `10m`, `2h`. Default: none.",
    schema: { anyOf: [positive, { type: "string", pattern: "^[0-9.]+\\s*[smh]$" }] },
  },
} as const satisfies KeyTable<string>;

export const resourceKeys = {
  cpus: { doc: "Cores; default 1.", schema: { ...positive, default: 1 } },
  gpus: { doc: "GPUs; default 0.", schema: { type: "number", minimum: 0, default: 0 } },
  memory: {
    doc: "Memory: `512MiB`, `2GiB`, or a number of MiB.",
    schema: { anyOf: [positive, { type: "string", pattern: "^[0-9.]+\\s*[MGT]iB$" }] },
  },
} as const satisfies KeyTable<string>;

export const objectiveKeys = {
  stage: {
    doc: "The stage that measures it, in its metrics.json.",
    schema: stageName,
    required: true,
  },
  goal: {
    doc: "`minimize` or `maximize`.",
    schema: { enum: ["minimize", "maximize"] },
    required: true,
  },
  unit: { doc: "For display: `bits/byte`.", schema: text },
  matters: {
    doc: "The smallest difference the team cares about: a number in the objective's unit, or a percentage of the baseline's value (`5%`).",
    schema: amount,
    required: true,
  },
  guardrail: {
    doc: "Not worse than the baseline by more than this: a number, or a percentage of the baseline's value. Default: not guarded.",
    schema: amount,
  },
  weight: {
    doc: "Its weight in the utility; 0 for a quantity that is only guarded or shown. Default 1.",
    schema: { type: "number", minimum: 0, default: 1 },
  },
  items: {
    doc: "Whether the stage writes per-item scores to items/<objective>.jsonl. Default false.",
    schema: { type: "boolean", default: false },
  },
} as const satisfies KeyTable<string>;

export const budgetKeys = {
  runs: { doc: "Runs.", schema: { type: "integer", minimum: 1 } },
  core_hours: { doc: "Hours of reserved cores.", schema: positive },
  gpu_hours: { doc: "Hours of reserved GPUs.", schema: positive },
  hours: { doc: "Hours of wall time.", schema: positive },
} as const satisfies KeyTable<string>;

export const policyKeys = {
  alpha: {
    doc: "Accepted rate of false landings over one decision. Default 0.05.",
    schema: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.05 },
  },
  confidence: {
    doc: "Of reported intervals and of guardrails. Default 0.9.",
    schema: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.9 },
  },
  explore: {
    doc: "Share of the budget for contributions marked bold. Default 0.1.",
    schema: { type: "number", minimum: 0, maximum: 1, default: 0.1 },
  },
  retries: {
    doc: "How often a crashed stage is tried again. Default 1.",
    schema: { type: "integer", minimum: 0, default: 1 },
  },
  scale: { doc: "The scale decisions are made at. Default: the last one.", schema: text },
  blind: {
    doc: "Whether who proposed a contribution is hidden, from all but its authors, until it is decided. Default true.",
    schema: { type: "boolean", default: true },
  },
  budget: {
    doc: "What a decision may cost; what is left out is not bounded.",
    schema: { $ref: "#/$defs/budget" },
  },
} as const satisfies KeyTable<string>;

export const executorKeys = {
  kind: {
    doc: "`local` (processes of this machine), `slurm` or `ray`. Default local.",
    schema: { enum: ["local", "slurm", "ray"], default: "local" },
  },
  jobs: {
    doc: "slurm, ray: stages there at once, waiting ones too. Default 32.",
    schema: { type: "integer", minimum: 1, default: 32 },
  },
  modules: { doc: "slurm, ray: environment modules to load before every command.", schema: texts },
  prefix: {
    doc: "slurm, ray: words before every command: `[apptainer, exec, --nv, image.sif]`.",
    schema: { type: "array", items: text },
  },
  partition: { doc: "slurm: the partition.", schema: text },
  account: { doc: "slurm: the account that is charged.", schema: text },
  qos: { doc: "slurm: the quality of service.", schema: text },
  arguments: {
    doc: "slurm: further arguments of sbatch: `['--constraint=a100']`.",
    schema: { type: "array", items: text },
  },
  address: {
    doc: "ray: where its dashboard is: `http://127.0.0.1:8265`. Its token, if it asks for one, is in the environment: CAIRN_RAY_TOKEN.",
    schema: { type: "string", pattern: "^https?://" },
  },
} as const satisfies KeyTable<string>;

export const labKeys = {
  cairn: { doc: "The format of this file: 1.", schema: { const: labFormat }, required: true },
  name: { doc: "What the team calls the lab.", schema: text, required: true },
  stages: {
    doc: "The recipe: a map of stages, each one command that is run, or taken from the cache, once per run.",
    schema: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: names.stage.pattern.source },
      additionalProperties: { $ref: "#/$defs/stage" },
    },
    required: true,
  },
  objectives: {
    doc: "What is measured: a map of objectives, at least one with a weight above 0.",
    schema: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: names.objective.pattern.source },
      additionalProperties: { $ref: "#/$defs/objective" },
    },
    required: true,
  },
  scales: {
    doc: "Named sets of parameter values, from cheap proxy to target: `proxy: { pretrain.steps: 100 }`. Default: one, `full`, that sets nothing.",
    schema: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: names.scale.pattern.source },
      additionalProperties: { anyOf: [overlaySchema, { type: "null" }] },
    },
  },
  policy: { doc: "How decisions are made.", schema: { $ref: "#/$defs/policy" } },
  executor: {
    doc: "Where stages run; not part of what they are: results are the same for all.",
    schema: { $ref: "#/$defs/executor" },
  },
} as const satisfies KeyTable<string>;
