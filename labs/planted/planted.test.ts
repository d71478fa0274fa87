import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyPatch } from "diff";
import { afterAll, describe, expect, it } from "vitest";
import { needs } from "../../test/needs.ts";
import { isAllowed, trueUtility, trueValue, truth } from "./truth.ts";

const lab = fileURLToPath(new URL(".", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "planted-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const plain = {
  dedupe: "no",
  optimizer: "adam",
  lr: "0.1",
  batch: "16",
  positions: "learned",
  context: "128",
  warmup: "10",
  log: "full",
  steps: "400",
};
type Choices = Partial<Record<keyof typeof plain, string>>;

let count = 0;

/** The three stages by hand, as the protocol has them started: what Cairn itself does, without Cairn. */
function run(seed: number, choices: Choices = {}, decoder = "greedy", train = "stages/train.sh") {
  const dir = join(scratch, String(count++));
  const stage = (name: string, argv: [string, ...string[]], env: Record<string, string>) => {
    const out = join(dir, name);
    mkdirSync(out, { recursive: true });
    const events = join(dir, `${name}.events`);
    appendFileSync(events, "");
    const [command, ...args] = argv;
    execFileSync(command, args, {
      cwd: lab,
      env: { PATH: process.env.PATH, CAIRN_OUT: out, CAIRN_EVENTS: events, ...env },
    });
    return out;
  };
  const p = { ...plain, ...choices };
  const prepared = stage("prepare", ["sh", "stages/prepare.sh", p.dedupe], {});
  const argv = [train, p.optimizer, p.lr, p.batch, p.positions, p.context, p.warmup, p.log, p.steps];
  const trained = stage("train", ["sh", ...argv], { CAIRN_IN_PREPARE: prepared, CAIRN_SEED: String(seed) });
  const params = join(dir, "params.json");
  writeFileSync(params, JSON.stringify({ decoder, items: 64 }));
  const evaluated = stage("eval", ["python3", "-B", "stages/eval.py"], {
    CAIRN_IN_TRAIN: trained,
    CAIRN_PARAMS: params,
  });
  return {
    metrics: readFileSync(join(evaluated, "metrics.json"), "utf8"),
    items: readFileSync(join(evaluated, "items/score.jsonl"), "utf8").trim().split("\n"),
  };
}

function value(result: ReturnType<typeof run>, name: string): number {
  const found = new RegExp(`"${name}": ([^,}]+)`).exec(result.metrics)?.[1];
  return Number(found ?? "absent");
}

describe("the planted truth", () => {
  const levels = Object.keys(truth.effects);
  const subsets = Array.from({ length: 2 ** levels.length }, (_, bits) => levels.filter((_, i) => bits & (1 << i)));

  it("has the set that truth.json says lands as its best allowed one within the guardrail", () => {
    const guarded = subsets.filter((set) => isAllowed(set) && trueValue("latency_ms", set) <= 110);
    const ranked = guarded
      .filter((set) => !set.includes("tidy-logs") && !Number.isNaN(trueUtility(set)))
      .sort((a, b) => trueUtility(b) - trueUtility(a));
    expect(ranked[0]?.toSorted()).toEqual(truth.decision.land.toSorted());
    expect(trueUtility(ranked[0] ?? [])).toBeCloseTo(32, 9);
    expect(trueUtility(ranked[1] ?? [])).toBeLessThan(30);
  });

  it("has pairs that flip their sign, and a guardrail that the largest gain breaks", () => {
    expect(trueUtility(["high-lr"])).toBeGreaterThan(0);
    expect(trueUtility(["big-batch"])).toBeGreaterThan(0);
    expect(trueUtility(["high-lr", "big-batch"])).toBeLessThan(0);
    expect(trueUtility(["rotary"])).toBeLessThan(0);
    expect(trueUtility(["qk-norm"])).toBeLessThan(0);
    expect(trueUtility(["rotary", "qk-norm"])).toBeGreaterThan(0);
    expect(trueValue("latency_ms", ["beam-search"])).toBeGreaterThan(110);
  });

  it("names each contribution once: landed, shelved or allowed to ride", () => {
    expect([...truth.decision.land, ...Object.keys(truth.decision.shelve)].toSorted()).toEqual(levels.toSorted());
  });
});

describe.skipIf(needs("python") === null)("the planted stages", () => {
  const sd = (name: "score" | "loss" | "latency_ms") => Math.hypot(truth.noise[name].seed, truth.noise[name].own);

  it("measure the truth within the noise", () => {
    const set: Choices = { dedupe: "lines", optimizer: "muon", lr: "0.3", positions: "rotary", context: "512" };
    const names = ["dedupe", "muon", "high-lr", "rotary", "context=long"];
    for (const seed of [1, 2]) {
      for (const [result, levels] of [
        [run(seed), []],
        [run(seed, set), names],
      ] as const) {
        expect(Math.abs(value(result, "score") - trueValue("score", levels))).toBeLessThan(5 * sd("score"));
        expect(Math.abs(value(result, "loss") - trueValue("loss", levels))).toBeLessThan(5 * sd("loss"));
        expect(Math.abs(value(result, "latency_ms") - trueValue("latency_ms", levels))).toBeLessThan(
          5 * sd("latency_ms"),
        );
      }
    }
  });

  it("measure the same for the same seed, and something else for another", () => {
    expect(run(1)).toEqual(run(1));
    expect(value(run(1), "loss")).not.toBe(value(run(2), "loss"));
  });

  it("share a seed's noise between combinations, so that paired differences are quieter", () => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const base = seeds.map((seed) => value(run(seed), "loss"));
    const quiet = seeds.map((seed) => value(run(seed, { log: "quiet" }), "loss"));
    const spread = (values: readonly number[]) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
    };
    const unpaired = Math.hypot(spread(base), spread(quiet));
    expect(spread(base.map((v, i) => v - (quiet[i] ?? 0)))).toBeLessThan(unpaired);
  });

  it("exit 0 with NaN in the diverging corner", () => {
    const result = run(1, { lr: "0.3", warmup: "0" });
    expect(value(result, "score")).toBeNaN();
    expect(result.metrics).toContain('"loss": NaN');
    expect(value(result, "latency_ms")).toBeGreaterThan(90);
    expect(result.items).toHaveLength(64);
  });

  it("take the patch: qk-norm works only with rotary", () => {
    const text = readFileSync(join(lab, "stages/train.sh"), "utf8");
    const patched = applyPatch(text, readFileSync(join(lab, "contributions/qk-norm.patch"), "utf8"));
    expect(patched).not.toBe(false);
    const script = join(scratch, "train.sh");
    writeFileSync(script, String(patched));
    const alone = value(run(1, {}, "greedy", script), "score");
    const together = value(run(1, { positions: "rotary" }, "greedy", script), "score");
    expect(together - alone).toBeGreaterThan(0.03);
  });
});
