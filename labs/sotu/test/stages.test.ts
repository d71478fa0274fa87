/** The stages as programs, through the protocol alone, at a size that takes a second or two. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openStage, Params } from "../model/protocol.ts";

const lab = join(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "sotu-"));
afterAll(() => rmSync(work, { recursive: true }));

type LabFile = {
  stages: Record<string, { needs?: string[]; run: string; code: string[]; params: Record<string, unknown> }>;
  objectives: Record<string, { stage: string; items?: boolean }>;
};
const file: LabFile = parse(readFileSync(join(lab, "cairn.yaml"), "utf8"));

const SMALL: Record<string, Record<string, unknown>> = {
  corpus: { max_bytes: 20_000 },
  pretrain: { width: 16, layers: 1, context: 16, batch: 4, steps: 4 },
  // Enough that some answers are rewarded; without rewards rl has no gradient, and any answers would do.
  sft: { steps: 20, batch: 8, learning_rate: 0.02 },
  rl: { steps: 2, prompts: 2, rollouts: 4, reward: "partial" },
  eval: { held_out_bytes: 1000, cloze_items: 4 },
};

/** Runs all stages in order into `work`/`run`; a stage named in `from` is taken from that run instead. */
function runLab(
  run: string,
  overlay: Record<string, Record<string, unknown>> = {},
  from: Record<string, string> = {},
): void {
  for (const [name, stage] of Object.entries(file.stages)) {
    if (from[name] !== undefined) continue;
    const out = folder(run, name);
    mkdirSync(out, { recursive: true });
    const params = { ...stage.params, ...SMALL[name], ...overlay[name] };
    writeFileSync(`${out}.params.json`, JSON.stringify(params));
    const inputs = (stage.needs ?? []).map((need) => [
      `CAIRN_IN_${need.toUpperCase()}`,
      folder(from[need] ?? run, need),
    ]);
    const result = spawnSync(process.execPath, stage.run.split(" ").slice(1), {
      cwd: lab,
      encoding: "utf8",
      env: {
        ...Object.fromEntries(inputs),
        CAIRN_PARAMS: `${out}.params.json`,
        CAIRN_OUT: out,
        CAIRN_SEED: "11",
        CAIRN_EVENTS: `${out}.events.jsonl`,
      },
    });
    expect(result.status, `${name}: ${result.stderr}`).toBe(0);
  }
}

function folder(run: string, stage: string): string {
  return join(work, run, stage);
}

function metricsOf(run: string, stage: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder(run, stage), "metrics.json"), "utf8"));
}

describe("the whole lab", () => {
  beforeAll(() => runLab("first"), 60_000);

  test("every objective is reported by its stage, with items where the lab says so", () => {
    for (const [objective, { stage, items }] of Object.entries(file.objectives)) {
      expect(metricsOf("first", stage)[objective], objective).toBeTypeOf("number");
      if (items !== true) continue;
      const lines = readFileSync(join(folder("first", stage), `items/${objective}.jsonl`), "utf8")
        .trim()
        .split("\n");
      const scores = lines.map((line): number => JSON.parse(line).score);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      expect(metricsOf("first", stage)[objective]).toBeCloseTo(mean, 10);
    }
  });

  test("progress and curves are written as events, and the last progress is complete", () => {
    const lines = readFileSync(`${folder("first", "pretrain")}.events.jsonl`, "utf8")
      .trim()
      .split("\n");
    const events = lines.map((line): { type: string } => JSON.parse(line));
    expect(events.at(-1)).toEqual({ type: "progress", done: 4, total: 4 });
    expect(events.some(({ type }) => type === "metric")).toBe(true);
  });

  test("the same seed gives the same bytes", { timeout: 60_000 }, () => {
    runLab("again", {}, { corpus: "first", tokenizer: "first" });
    for (const stage of ["pretrain", "sft", "rl"]) {
      const read = (run: string): Buffer => readFileSync(join(folder(run, stage), "weights.bin"));
      expect(read("again").equals(read("first")), stage).toBe(true);
    }
  });

  test("a diverged model is passed on as NaN, not as a failure", { timeout: 60_000 }, () => {
    runLab("diverged", { pretrain: { learning_rate: 1e30 } }, { corpus: "first", tokenizer: "first" });
    expect(metricsOf("diverged", "pretrain").tokens_per_second).toBe("NaN");
    expect(metricsOf("diverged", "eval")).toEqual({ val_bpb: "NaN", cloze: "NaN", sort_accuracy: "NaN" });
  });
});

test("every file that a stage imports is among its code", () => {
  for (const [name, { code }] of Object.entries(file.stages)) {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      const imports = readFileSync(join(lab, path), "utf8").matchAll(/^import (type )?[^;]*"(\.[^"]+)";/gm);
      for (const [, typeOnly, target = ""] of imports) if (typeOnly === undefined) visit(join(path, "..", target));
    };
    visit(`stages/${name}.ts`);
    expect([...code].sort(), name).toEqual([...reached].sort());
  }
});

describe("protocol", () => {
  test("parameters are read with their types, and a wrong one is named with what is valid", () => {
    const params = new Params('{"steps": 3, "rate": "fast", "norm": "batch", "tied": true}');
    expect(params.count("steps")).toBe(3);
    expect(params.flag("tied")).toBe(true);
    expect(() => params.number("rate")).toThrow('the parameter "rate" is "fast"; it must be a number');
    expect(() => params.choice("norm", ["layernorm", "rmsnorm"])).toThrow("one of layernorm, rmsnorm");
    expect(() => params.count("batch")).toThrow('the parameter "batch" is not set');
    expect(() => new Params("[1]")).toThrow("does not hold a JSON object");
  });

  test("NaN and infinities are written by name", () => {
    const out = join(work, "protocol");
    mkdirSync(out);
    writeFileSync(join(out, "params.json"), "{}");
    const stage = openStage({ CAIRN_PARAMS: join(out, "params.json"), CAIRN_OUT: join(out, "made") });
    stage.metrics({ a: Number.NaN, b: Number.NEGATIVE_INFINITY, c: 0.5 });
    expect(JSON.parse(readFileSync(join(out, "made/metrics.json"), "utf8"))).toEqual({
      a: "NaN",
      b: "-Infinity",
      c: 0.5,
    });
    expect(existsSync(join(out, "made/items"))).toBe(false);
    expect(() => stage.input("corpus", "train.txt")).toThrow("CAIRN_IN_CORPUS is not set");
    expect(() => openStage({})).toThrow("CAIRN_OUT is not set");
  });
});
