import { describe, expect, test } from "vitest";
import type {
  Clash,
  Obstacle,
  QueueProblem,
  QueueRest,
  RunReason,
  StageFailure,
  StageReason,
} from "../../../src/api/reasons.ts";
import { english, type Words } from "../../../src/api/words.ts";
import { chinese } from "./chinese.ts";

/** One of each kind; what is said of it in the reasons themselves is in Chinese here, so that all else that is Latin is ours. */
type One<T extends { readonly kind: string }> = { readonly [K in T["kind"]]: Extract<T, { readonly kind: K }> };

const 甲 = "甲";
const change = { kind: "changed", before: 1, after: 2 } as const;
const failed = { kind: "failed", stage: 甲, attempts: 2 } as const;

const runs: One<RunReason> = {
  asked: { kind: "asked" },
  baseline: { kind: "baseline" },
  design: { kind: "design" },
  improve: { kind: "improve", expected: 0.5, differsBy: [甲, 甲] },
  replicate: { kind: "replicate", runs: 2 },
  bold: { kind: "bold", level: 甲 },
  confirm: { kind: "confirm", pair: 1, side: "recommended" },
  audit: { kind: "audit", parts: 1, of: 2 },
  margin: { kind: "margin", side: "set" },
  "leave-out": { kind: "leave-out", level: 甲 },
  "first-look": { kind: "first-look", level: 甲 },
  scrape: { kind: "scrape", level: 甲 },
  unknown: { kind: "unknown" },
};

type Cause = Extract<StageFailure, { kind: "failed" }>["cause"];
const causes: One<Cause> = {
  exit: { kind: "exit", code: 3 },
  signal: { kind: "signal", signal: 甲 },
  timeout: { kind: "timeout", seconds: 60 },
  "out-of-memory": { kind: "out-of-memory", message: 甲 },
  lost: { kind: "lost", message: 甲 },
  stopped: { kind: "stopped", message: 甲 },
  spawn: { kind: "spawn", command: 甲, message: 甲 },
  "missing-output": { kind: "missing-output", files: [甲] },
  "missing-metrics": { kind: "missing-metrics", objectives: [甲] },
  "bad-metrics": { kind: "bad-metrics", file: 甲, message: 甲 },
  "bad-output": { kind: "bad-output", path: 甲, message: 甲 },
  "code-changed": { kind: "code-changed", files: [甲] },
  refused: { kind: "refused", message: 甲 },
  "no-capacity": { kind: "no-capacity", needed: 2, available: 1 },
  "disk-full": { kind: "disk-full" },
  io: { kind: "io", message: 甲 },
};

const clashes: One<Clash> = {
  apart: { kind: "apart", levels: [甲, 甲] },
  requires: { kind: "requires", level: 甲, anyOf: [甲, 甲] },
  contradiction: { kind: "contradiction" },
  "no-code": { kind: "no-code", stage: 甲, glob: 甲 },
  // The message says which hunk.
  misfit: { kind: "misfit", level: 甲, path: 甲, hunk: 1, message: "1" },
};

const stages: One<StageReason> = {
  blocked: { kind: "blocked" },
  waits: { kind: "waits", for: [甲] },
  reused: { kind: "reused", run: "1" },
  "no-code": { kind: "no-code", stage: 甲, glob: 甲 },
  first: { kind: "first" },
  schema: { kind: "schema", before: 1, after: 2 },
  stage: { kind: "stage", before: 甲, after: 甲 },
  command: { kind: "command", before: [甲], after: [甲] },
  param: { kind: "param", name: 甲, change },
  code: { kind: "code", path: 甲, change },
  input: { kind: "input", stage: 甲, change },
  env: { kind: "env", name: 甲, change },
  seed: { kind: "seed", before: 1, after: 2 },
  outputs: { kind: "outputs", before: [], after: [] },
};

const problems: One<QueueProblem> = {
  "no-lab": { kind: "no-lab", from: 甲 },
  "bad-files": { kind: "bad-files" },
  other: { kind: "other", message: 甲 },
};

const rests: One<QueueRest> = {
  decided: { kind: "decided" },
  "budget-spent": { kind: "budget-spent", which: "the policy's runs" },
  exhausted: { kind: "exhausted" },
  "baseline-failed": { kind: "baseline-failed", failure: { ...failed, cause: causes.exit } },
  problem: { kind: "problem", problem: problems["bad-files"] },
  crashed: { kind: "crashed", message: 甲, seconds: 5 },
  stopped: { kind: "stopped" },
};

const obstacles: One<Obstacle> = {
  "own-file": { kind: "own-file" },
  "lab-files": { kind: "lab-files" },
  withdrawn: { kind: "withdrawn" },
  failed: { kind: "failed", failure: { ...failed, cause: causes.signal } },
  clash: { kind: "clash", clash: clashes.apart },
  paused: { kind: "paused" },
  watching: { kind: "watching" },
  resting: { kind: "resting", rest: rests.decided },
};

/** Where a kind has several sentences, the others. */
const more = (words: Words) => [
  words.run({ kind: "confirm", pair: 1, side: "baseline" }),
  words.run({ kind: "margin", side: "baseline" }),
  words.run({ kind: "improve", expected: 1, differsBy: [] }),
  words.failure({ ...failed, cause: { kind: "signal", signal: "SIGKILL" } }).replace("SIGKILL", ""),
  words.failure({ ...failed, attempts: 1, cause: causes.exit }),
  words.clash({ ...clashes.misfit, hunk: null, message: 甲 }),
  words.stage({ kind: "waits", for: [] }),
  words.stage({ kind: "reused", run: null }),
  words.stage({ kind: "seed", before: null, after: 2 }),
  words.stage({ kind: "seed", before: 1, after: null }),
  ...(["added", "removed"] as const).flatMap((kind) => {
    const changed = kind === "added" ? { kind, after: 1 } : { kind, before: 1 };
    return [
      words.stage({ kind: "param", name: 甲, change: changed }),
      words.stage({ kind: "code", path: 甲, change: changed }),
      words.stage({ kind: "input", stage: 甲, change: changed }),
    ];
  }),
];

const every = (words: Words) => [
  ...Object.values(runs).map(words.run),
  ...Object.values(causes).map((cause) => words.failure({ ...failed, cause })),
  ...Object.values(clashes).map(words.clash),
  ...Object.values(stages).map(words.stage),
  ...Object.values(problems).map(words.problem),
  ...Object.values(rests).map(words.rest),
  ...Object.values(obstacles).map(words.obstacle),
  ...Object.values(words.titles),
  ...more(words),
];

/** Code, and names that are the same in every language. */
const names = /`[^`]*`|\$CAIRN_OUT\/metrics\.json|--gpus|cairn\.yaml|\bCairn\b|\bGPUs?\b|\bJSON\b|\bpolicy\b/g;

describe("the reasons in words", () => {
  test("have nothing English in Chinese, and nothing is left out", () => {
    const said = every(chinese);
    for (const sentence of said) {
      expect(sentence).toMatch(/\p{Script=Han}/u);
      expect(sentence.replaceAll(names, "")).not.toMatch(/[A-Za-z]{2,}|undefined|\[object/);
    }
  });

  test("say as much in both languages: each has a sentence of its own for each reason", () => {
    const [left, right] = [every(english), every(chinese)];
    expect(left).toHaveLength(right.length);
    for (const [i, sentence] of left.entries()) {
      expect(sentence.replaceAll(甲, "")).not.toMatch(/\p{Script=Han}/u);
      const numbers = (text: string) => text.match(/\d+(\.\d+)?/g) ?? [];
      expect([...numbers(right[i] ?? "")].sort()).toEqual([...numbers(sentence)].sort());
    }
    expect(new Set(right).size).toBe(new Set(left).size);
  });
});
