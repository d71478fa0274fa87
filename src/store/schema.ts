import type { Generated } from "kysely";
import type { AttemptState } from "../run/lifecycle.ts";
import type { Ledger, RunState } from "./store.ts";

/** The tables as the newest migration leaves them. JSON is text, times are milliseconds since 1970. */
export interface Schema {
  migrations: { number: number; name: string; applied_at: number };
  /** What each key ever claimed stands for. */
  keys: { key: string; stage: string; params: string; parts: string };
  /** At most one a key is `started`: that row is the key's lease. */
  attempts: {
    id: string;
    key: string;
    stage: string;
    fence: number;
    owner: string;
    state: AttemptState;
    cause: string | null;
    started_at: number;
    ended_at: number | null;
  };
  /** At most one a key has no reason to be invalid. */
  results: {
    number: Generated<number>;
    key: string;
    stage: string;
    attempt: string;
    output: string;
    measurements: string;
    metrics: string;
    seconds: number;
    core_seconds: number;
    gpu_seconds: number;
    finished_at: number;
    invalid: string | null;
  };
  /** `beats` counts heartbeats: others judge an owner by whether it moves, not by anybody's clock. */
  owners: { owner: string; beats: number; seen_at: number };
  runs: {
    number: Generated<number>;
    id: string;
    levels: string;
    seed: number;
    scale: string;
    purpose: string;
    recipe_digest: string;
    origin: string | null;
    why: string;
    owner: string;
    state: RunState;
    stages: string;
    core_seconds: number;
    gpu_seconds: number;
    created_at: number;
    finished_at: number | null;
  };
  entries: { ledger: Ledger; number: number; at: number; digest: string; body: string };
  /** A block of a curve: little-endian Float64 columns, in the order of appending. */
  segments: {
    attempt: string;
    name: string;
    number: number;
    count: number;
    steps: Uint8Array;
    values: Uint8Array;
    finite: number;
    min: number | null;
    max: number | null;
    mean: number | null;
    first_step: number;
    last_step: number;
  };
}
