import type { JsonObject } from "../base/json.ts";

/** A lab as its `cairn.yaml` says it: parsed, checked, with every default filled in. Pure data. */
export interface Lab {
  readonly name: string;
  /** In the file's order. `recipe/` sorts them by what they need. */
  readonly stages: readonly StageSpec[];
  readonly objectives: readonly Objective[];
  /** From cheap proxy to target, at least one; the last is the one that decisions are about unless the policy says so. */
  readonly scales: readonly Scale[];
  readonly policy: Policy;
  readonly executor: ExecutorSpec;
}

/** Where stages run: never part of what they are. */
export type ExecutorSpec =
  | { readonly kind: "local" }
  | (RemoteSpec & {
      readonly kind: "slurm";
      readonly partition: string | null;
      readonly account: string | null;
      readonly qos: string | null;
      /** Further words for sbatch. */
      readonly arguments: readonly string[];
    })
  | (RemoteSpec & {
      readonly kind: "ray";
      /** Of the dashboard: `http://127.0.0.1:8265`. */
      readonly address: string;
    });

interface RemoteSpec {
  /** Attempts that wait or run there at once. */
  readonly jobs: number;
  /** Environment modules to load before every command. */
  readonly modules: readonly string[];
  /** Words before every command: `[apptainer, exec, --nv, image.sif]`. */
  readonly prefix: readonly string[];
}

export interface StageSpec {
  readonly name: string;
  /** argv; `{param}` in a word stands for the parameter's value. Never a shell string. */
  readonly command: readonly string[];
  readonly needs: readonly string[];
  /** Whether it draws random numbers: only then is CAIRN_SEED handed to it, and in its key. */
  readonly seeded: boolean;
  readonly params: JsonObject;
  /** Globs, relative to the lab, of the files that make the stage what it is. */
  readonly code: readonly string[];
  /** Files (relative to CAIRN_OUT) that must be there when it ends. */
  readonly outputs: readonly string[];
  /** Environment the stage needs, set for it and part of its key. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Seconds of wall time after which an attempt is stopped; null: none. */
  readonly timeout: number | null;
}

export interface Resources {
  readonly cpus: number;
  readonly gpus: number;
  /** MiB; null: not declared. */
  readonly memory: number | null;
}

export type Goal = "minimize" | "maximize";

export interface Objective {
  readonly name: string;
  readonly stage: string;
  readonly goal: Goal;
  readonly unit: string | null;
  /** The smallest difference the team cares about, δ > 0. */
  readonly matters: Amount;
  /** "Not worse than the baseline by more than this", g > 0; null: not guarded. */
  readonly guardrail: Amount | null;
  /** In the utility; 0 for a quantity that is only guarded or only shown. */
  readonly weight: number;
  /** Whether the stage writes `items/<name>.jsonl`. */
  readonly items: boolean;
}

/** In the objective's own unit, or as a fraction (0.05 for 5%) of the baseline's value. */
export type Amount =
  | { readonly kind: "absolute"; readonly value: number }
  | { readonly kind: "relative"; readonly fraction: number };

export interface Scale {
  readonly name: string;
  /** `stage.param` → value, laid over the recipe before any contribution. */
  readonly set: JsonObject;
}

export interface Policy {
  /** False-landing rate over one decision. */
  readonly alpha: number;
  /** Of reported intervals and of guardrails. */
  readonly confidence: number;
  /** Share of the budget for contributions marked bold. */
  readonly explore: number;
  /** How often a crashed stage is tried again. */
  readonly retries: number;
  /** The scale decisions are made at; null: the last one. */
  readonly scale: string | null;
  /** Whether who proposed a contribution is hidden until it is decided. */
  readonly blind: boolean;
  readonly budget: Budget;
}

/** Whatever is null is not bounded. */
export interface Budget {
  readonly runs: number | null;
  readonly core_hours: number | null;
  readonly gpu_hours: number | null;
  /** Wall time. */
  readonly hours: number | null;
}
