import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { trueUtility } from "../../labs/planted/truth.ts";
import { reportSchema } from "../../src/api/report.ts";
import { createRig, type Rig } from "./rig.ts";

const verdicts = z.object({ state: z.string(), verdicts: z.array(z.object({ level: z.string(), kind: z.string() })) });

const creditSchema = z.object({
  landing: z.number().nullable(),
  gain: z.object({ mean: z.number() }),
  shares: z.array(z.object({ level: z.string(), mean: z.number(), low: z.number(), high: z.number() })),
  audits: z.object({ made: z.number(), wanted: z.number() }),
});

const baselineSchema = z.object({ baseline: z.array(z.string()) });

describe("the whole path on a lab whose truth is known", () => {
  let rig: Rig;
  beforeAll(() => {
    rig = createRig("planted");
  });
  afterAll(() => rig.dispose());

  test("check finds the conflicts", async () => {
    const { code, out } = await rig.cairn("check");
    expect(code).toBe(0);
    expect(out).toContain("lion · muon");
  });

  test("before anything ran, nothing is claimed", async () => {
    expect((await rig.cairn("status")).out).toContain("planted");
    const land = await rig.cairn("land");
    expect(land.code).toBe(3);
    expect(land.err).toContain("nothing to land");
  });

  test("who proposed a change is not shown before it is decided", async () => {
    expect(readFileSync(join(rig.dir, "contributions", "muon.yaml"), "utf8")).toMatch(/^by: /m);
    const { contributions } = reportSchema.parse(await rig.json("report"));
    expect(contributions.flatMap((contribution) => contribution.by)).toEqual([]);
  });

  test("plan runs nothing and starts with the baseline", async () => {
    const { code, out } = await rig.cairn("plan");
    expect(code).toBe(0);
    expect(out).toContain("the baseline, that everything is compared with");
    const status = z.object({ cost: z.object({ runs: z.number() }) }).parse(await rig.json("status"));
    expect(status.cost.runs).toBe(0);
  });

  test("run decides, and the planted best set is confirmed", { timeout: 480_000 }, async () => {
    const { code, out } = await rig.cairn("run", "--runs", "120");
    expect(out).not.toBe("");
    expect(code).toBe(0);
    const report = reportSchema.parse(await rig.json("report"));
    expect(report.state).toBe("decided");
    expect(report.set.confirmation?.outcome).toBe("confirmed");
    expect(report.recommended).not.toContain("beam-search");
    // Stacking what helps alone is worth 6; the best there is, 32.
    expect(trueUtility(report.recommended)).toBeGreaterThan(25);
  });

  test("a second run finds nothing to do, and everything in the record", async () => {
    const before = reportSchema.parse(await rig.json("report")).runs.length;
    expect((await rig.cairn("run")).code).toBe(0);
    expect(reportSchema.parse(await rig.json("report")).runs.length).toBe(before);
  });

  test("explain says why: the baseline is cached, another seed is not", async () => {
    const cached = z.array(z.object({ stage: z.string(), state: z.string() })).parse(await rig.json("explain"));
    expect(cached.map((stage) => stage.state)).toEqual(["cached", "cached", "cached"]);
    const { out } = await rig.cairn("explain", "--seed", "77");
    expect(out).toContain("seed");
  });

  test("decide has a verdict for every level, and land makes the set the baseline", async () => {
    const decided = verdicts.parse(await rig.json("decide"));
    expect(decided.state).toBe("decided");
    expect(decided.verdicts).toHaveLength(12);
    expect((await rig.cairn("land")).code).toBe(0);
    expect(readFileSync(join(rig.dir, "landings", "0001.yaml"), "utf8")).toContain("landing: 1");
    const check = baselineSchema.parse(await rig.json("check"));
    expect(check.baseline).toContain("rotary");
    expect((await rig.cairn("status")).out).toMatch(
      /1 set tested in this lab's life, 1 landed: the next must reach E = 66/,
    );
    expect((await rig.cairn("land")).code).toBe(3);
  });

  test("the landing's report can be seen again, as text, HTML and CSV", async () => {
    const report = reportSchema.parse(await rig.json("report", "--landing", "1"));
    expect(report.landing).toBe(1);
    expect((await rig.cairn("report", "--html", "out/report.html")).code).toBe(0);
    expect(readFileSync(join(rig.dir, "out", "report.html"), "utf8")).toContain("</html>");
    const csv = (await rig.cairn("export")).out.trim().split("\r\n");
    expect(csv).toHaveLength(report.runs.length + 1);
  });

  test("credit adds up to the landing's gain, before and after audits of it", async () => {
    const before = creditSchema.parse(await rig.json("credit"));
    expect(before).toMatchObject({ landing: 1, audits: { made: 0, wanted: 2 * before.shares.length } });
    const { code } = await rig.cairn("credit", "--audit");
    expect(code).toBe(0);
    const after = creditSchema.parse(await rig.json("credit"));
    expect(after.audits.made).toBe(before.audits.wanted);
    for (const { gain, shares } of [before, after])
      expect(shares.reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(gain.mean, 6);
    const width = (statement: typeof before) => statement.shares.reduce((sum, { low, high }) => sum + high - low, 0);
    expect(width(after)).toBeLessThan(0.9 * width(before));
  });

  test("fsck is quiet on a sound lab, and quarantines a flipped byte", async () => {
    expect((await rig.cairn("fsck")).code).toBe(0);
    const doctor = await rig.cairn("doctor");
    expect(doctor.out).toContain("the database is sound");
    expect((await rig.cairn("gc", "--dry-run", "--older-than", "0")).code).toBe(0);
    expect(existsSync(join(rig.dir, ".cairn", "artifacts"))).toBe(true);
  });
});

test("what is proposed after a landing is measured against it, and may replace what had landed", {
  timeout: 480_000,
}, async () => {
  const rig = createRig("planted");
  const late = ["dedupe.yaml", "muon.yaml"].map((name) => join(rig.dir, "contributions", name));
  const texts = late.map((path) => readFileSync(path, "utf8"));
  for (const path of late) rmSync(path);
  expect((await rig.cairn("run", "--runs", "100")).code).toBe(0);
  expect((await rig.cairn("land")).code).toBe(0);
  const first = baselineSchema.parse(await rig.json("check")).baseline;

  late.forEach((path, i) => {
    writeFileSync(path, texts[i] ?? "");
  });
  expect((await rig.cairn("run", "--runs", "100")).code).toBe(0);
  expect((await rig.cairn("land")).code).toBe(0);
  const second = baselineSchema.parse(await rig.json("check")).baseline;
  expect(second).toEqual(expect.arrayContaining(["dedupe", "muon"]));
  expect(trueUtility(second)).toBeGreaterThan(trueUtility(first) + 4);
  rig.dispose();
});

describe("bad input", () => {
  test("no lab: what to do about it", async () => {
    const rig = createRig(null);
    const { code, err } = await rig.cairn("check");
    expect(code).toBe(1);
    expect(err).toContain("cairn init");
    rig.dispose();
  });

  test("an unknown option, command or scale", async () => {
    const rig = createRig("planted");
    expect((await rig.cairn("chek")).code).toBe(2);
    expect((await rig.cairn("run", "--run")).code).toBe(2);
    const { code, err } = await rig.cairn("plan", "--scale", "hgue");
    expect(code).toBe(2);
    expect(err).toContain("proxy, full");
    expect((await rig.cairn("run", "--runs", "0")).code).toBe(2);
    rig.dispose();
  });

  test("propose writes nothing that is not right", async () => {
    const rig = createRig("planted");
    const bad = await rig.cairn("propose", "idea", "--area", "optimization", "--set", "train.learning=1");
    expect(bad.code).toBe(1);
    expect(bad.err).toContain("train.");
    expect(existsSync(join(rig.dir, "contributions", "idea.yaml"))).toBe(false);
    expect((await rig.cairn("propose", "idea", "--area", "optimizer", "--set", "train.lr=0.3")).code).toBe(1);
    const good = await rig.cairn("propose", "idea", "--by", "kim", "--area", "optimization", "--set", "train.lr=0.5");
    expect(good.code).toBe(0);
    expect(good.out).toContain("high-lr");
    expect((await rig.cairn("propose", "idea", "--area", "data", "--set", "train.lr=0.4")).code).toBe(2);
    expect((await rig.cairn("check")).code).toBe(0);
    rig.dispose();
  });

  test("a contribution whose patch no longer fits is told, before anything runs", async () => {
    const rig = createRig("planted");
    writeFileSync(join(rig.dir, "stages", "train.sh"), "echo the reason >&2\nexit 7\n");
    const { code, err } = await rig.cairn("run");
    expect(code).toBe(1);
    expect(err).toContain("qk-norm");
    rig.dispose();
  });

  test("a baseline that does not run ends at once, with the last lines of its log", async () => {
    const rig = createRig("planted");
    rmSync(join(rig.dir, "contributions"), { recursive: true });
    writeFileSync(join(rig.dir, "stages", "train.sh"), "echo the reason >&2\nexit 7\n");
    const { code, err } = await rig.cairn("run");
    expect(code).toBe(4);
    expect(err).toContain("train exited with 7 (tried 2 times)");
    expect(err).toContain("the reason");
    rig.dispose();
  });

  test("a run that is asked for and crashes is told with its cause, also the second time", async () => {
    const rig = createRig("planted");
    rmSync(join(rig.dir, "contributions"), { recursive: true });
    // What it prints must not steer the terminal.
    writeFileSync(join(rig.dir, "stages", "train.sh"), "printf 'the \\033[2Jreason\\a\\n' >&2\nexit 7\n");
    for (const first of [true, false]) {
      const { code, err } = await rig.cairn("run", "nothing");
      expect(err).toContain(first ? "run 1: train exited with 7 (tried 2 times)" : "train exited with 7");
      expect(err).toMatch(/the .*reason/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
      expect(code).toBe(4);
    }
    rig.dispose();
  });
});

test("init makes a lab that is right, from a command as it is typed today", async () => {
  const rig = createRig(null);
  writeFileSync(join(rig.dir, "train.py"), "print('hello')\n");
  const command = "python3 train.py --lr 3e-4 --layers 4 --seed 1 --out_dir runs --amp";
  const { code, out } = await rig.cairn("init", "--run", command, "--objective", "val_loss:minimize");
  expect(out).toContain("lr=0.0003");
  expect(code).toBe(0);
  const text = readFileSync(join(rig.dir, "cairn.yaml"), "utf8");
  expect(text).toContain(
    "run: python3 train.py --lr {lr} --layers {layers} --seed {CAIRN_SEED} --out_dir {CAIRN_OUT} --amp",
  );
  expect((await rig.cairn("check")).code).toBe(0);
  expect((await rig.cairn("init", "--run", command, "--objective", "val_loss:minimize")).code).toBe(2);
  rig.dispose();
});

describe("a lab under git", () => {
  test("a branch is a contribution like any other, and combines with a patch", { timeout: 60_000 }, async () => {
    const rig = createRig("planted");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", rig.dir, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        stdio: ["ignore", "pipe", "ignore"],
        encoding: "utf8",
      });
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("commit", "-qm", "the lab");
    git("checkout", "-qb", "louder");
    const script = readFileSync(join(rig.dir, "stages", "prepare.sh"), "utf8");
    writeFileSync(join(rig.dir, "stages", "prepare.sh"), `${script}\necho from the branch >"$CAIRN_OUT/branch.txt"\n`);
    git("commit", "-qam", "another file");
    git("checkout", "-q", "main");

    const missing = await rig.cairn("propose", "louder", "--area", "data", "--branch", "lauder");
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("louder");
    const proposed = await rig.cairn("propose", "louder", "--area", "data", "--branch", "louder");
    expect(proposed.code).toBe(0);
    expect(proposed.out).toContain("stages/prepare.sh");

    const { code, err } = await rig.cairn("run", "louder", "qk-norm");
    expect(err).toContain("✓");
    expect(code).toBe(0);
    const trees = readdirSync(join(rig.dir, ".cairn", "trees"));
    expect(trees).toHaveLength(1);
    expect(readFileSync(join(rig.dir, ".cairn", "trees", trees[0] ?? "", "stages", "prepare.sh"), "utf8")).toContain(
      "from the branch",
    );
    expect(git("status", "--porcelain", "--untracked-files=no")).toBe("");
    rig.dispose();
  });
});

describe("a damaged record", () => {
  test("a database that is none is told plainly, and left as it is", async () => {
    const rig = createRig("planted");
    mkdirSync(join(rig.dir, ".cairn"));
    const path = join(rig.dir, ".cairn", "cairn.db");
    writeFileSync(path, "this is not a database, whatever its name says".repeat(200));
    const before = readFileSync(path, "utf8");
    const { code, err } = await rig.cairn("status");
    expect(code).toBe(5);
    expect(err).toContain("cairn.db");
    expect(readFileSync(path, "utf8")).toBe(before);
    expect((await rig.cairn("doctor")).code).toBe(5);
    rig.dispose();
  });

  test("a flipped byte in the cache is found, quarantined, and made again when needed", {
    timeout: 60_000,
  }, async () => {
    const rig = createRig("planted");
    expect((await rig.cairn("run", "baseline")).code).toBe(0);
    const artifacts = join(rig.dir, ".cairn", "artifacts");
    const file = readdirSync(artifacts, { recursive: true, encoding: "utf8" }).find((path) =>
      path.endsWith("model.txt"),
    );
    if (file === undefined) throw new Error("no model in the cache");
    chmodSync(join(artifacts, file), 0o644);
    writeFileSync(join(artifacts, file), "flipped");
    const fsck = await rig.cairn("fsck");
    expect(fsck.code).toBe(5);
    expect(fsck.out).toContain("quarantine");
    expect((await rig.cairn("fsck")).code).toBe(0);
    // eval is recorded and intact; what needs the model itself makes it again.
    expect((await rig.cairn("run", "beam-search")).code).toBe(0);
    const stages = z.array(z.object({ stage: z.string(), state: z.string() })).parse(await rig.json("explain"));
    expect(stages.map((stage) => stage.state)).toEqual(["cached", "cached", "cached"]);
    rig.dispose();
  });

  test("a landing that was edited by hand is refused", async () => {
    const rig = createRig("planted");
    mkdirSync(join(rig.dir, "landings"));
    writeFileSync(join(rig.dir, "landings", "0001.yaml"), "landing: one\n");
    const { code, err } = await rig.cairn("check");
    expect(code).toBe(5);
    expect(err).toContain("landings/0001.yaml");
    rig.dispose();
  });
});
