import type { Generated } from "kysely";
import type { AttemptState } from "../run/lifecycle.ts";
import type { ChangeKind, Ledger, RunState } from "./store.ts";
import type { AccountKind, TokenKind } from "./team.ts";

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
    /** Milliseconds since 1970; null: of before they were kept. */
    times: Uint8Array | null;
    /** Of the steps and times that are numbers; null: none is, or times were not kept. */
    least_step: number | null;
    most_step: number | null;
    least_time: number | null;
    most_time: number | null;
  };
  /** The outbox: one row a subject, moved to the end by every change of it. */
  changes: { number: number; kind: ChangeKind; id: string };
  /** `folded_name`: two names that look alike are one. */
  accounts: {
    id: string;
    name: string;
    folded_name: string;
    kind: AccountKind;
    answers_to: string | null;
    scopes: string;
    created_at: number;
    closed_at: number | null;
  };
  /** `digest`: of the secret, which is nowhere. */
  tokens: {
    id: string;
    account: string;
    kind: TokenKind;
    label: string;
    scopes: string;
    digest: string;
    parent: string | null;
    created_at: number;
    expires_at: number;
    last_used_at: number | null;
    revoked_at: number | null;
  };
  comments: {
    number: Generated<number>;
    id: string;
    contribution: string;
    account: string | null;
    name: string;
    text: string;
    created_at: number;
    edited_at: number | null;
    removed_at: number | null;
  };
  views: { number: Generated<number>; id: string; name: string; page: string; query: string; created_at: number };
  /** `id`: of account, operation and key; `request`: of what was asked. */
  replies: {
    id: string;
    request: string;
    state: "claimed" | "answered";
    status: number | null;
    body: string | null;
    created_at: number;
  };
  settings: { name: string; value: string };
}
