import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/digest.ts";
import type { FailureCause, RunEvent } from "../../src/run/run.ts";
import type { RunnerDeps } from "../../src/run/runner.ts";
import { noteAbsence } from "../needs.ts";
import { doneOf, failureOf, makeLabFolder, openRig, processesOfLab, type Rig, removeLab, stage } from "./rig.ts";

/** What stages do wrong, and what becomes of it: a plain cause, nothing recorded, nothing left running. */

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
});

async function open(deps: Partial<RunnerDeps> = {}, lab?: string): Promise<Rig> {
  rig = await openRig({ deps, ...(lab !== undefined && { lab }) });
  return rig;
}

/** The cause a lone stage fails with; nothing of it is recorded, no process is left. */
async function causeOf(
  script: string,
  change: Parameters<typeof stage>[2] = {},
  deps: Partial<RunnerDeps> = {},
): Promise<FailureCause> {
  const own = await open(deps);
  const { stages } = await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script, change)), seed: 1 });
  expect(await own.store.listResults()).toEqual([]);
  expect(processesOfLab(own.lab)).toEqual([]);
  return failureOf(stages.get("s")).cause;
}

const loss = new Map([["s", [{ name: "loss", items: false }]]]);
const kinds = (events: readonly RunEvent[]) => events.map((event) => event.kind);

describe("a stage that goes wrong", () => {
  it("exits with a code: retried as often as allowed, then reported with the end of its log", async () => {
    const own = await open({ retries: 2 });
    const recipe = await own.recipe(
      stage("s", "for i in $(seq 30); do echo line $i; done; exit 3"),
      stage("t", ":", { needs: ["s"] }),
    );
    const { stages } = await own.runner.run({ id: "r", recipe, seed: 1 });
    const failure = failureOf(stages.get("s"));
    expect(failure.cause).toEqual({ kind: "exit", code: 3 });
    expect(failure.attempts).toBe(3);
    expect(failure.logTail).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i + 11}`));
    expect(stages.get("t")).toEqual({ kind: "blocked", by: "s" });
    expect(own.events.filter((e) => e.kind === "stage-failed").map((e) => e.willRetry)).toEqual([true, true, false]);
    expect(readdirSync(join(own.workspace, "failed"))).toHaveLength(3);
    expect(readdirSync(join(own.workspace, "attempts"))).toEqual([]);
    if (failure.key === null) throw new Error("no key");
    const rows = await own.store.listAttempts(failure.key);
    expect(rows.map((row) => [row.fence, row.state, row.cause])).toEqual(
      [1, 2, 3].map((fence) => [fence, "failed", { kind: "exit", code: 3 }]),
    );
    // What is the same would fail the same: the next run is told so at once.
    const second = await own.runner.run({ id: "r2", recipe, seed: 2 });
    expect(failureOf(second.stages.get("s")).attempt).toBe(failure.attempt);
  });

  it("is retried and then succeeds, with what the first attempt kept to resume from", async () => {
    const own = await open({ retries: 1 });
    const script =
      "if [ -e $CAIRN_RESUME/half ]; then cat $CAIRN_RESUME/half > $CAIRN_OUT/x; else echo half > $CAIRN_RESUME/half; kill -9 $$; fi";
    const { stages } = await own.runner.run({
      id: "r",
      recipe: await own.recipe(stage("s", script, { outputs: ["x"] })),
      seed: 1,
    });
    const directory = await own.artifacts.open(doneOf(stages.get("s")).output);
    expect(readFileSync(join(directory ?? "", "x"), "utf8")).toBe("half\n");
    expect(readdirSync(join(own.workspace, "resume"))).toEqual([]);
  });

  it("is killed", async () => {
    expect(await causeOf("kill -9 $$")).toEqual({ kind: "signal", signal: "SIGKILL" });
  });

  it("runs for ever, ignoring TERM, with a child in a session of its own", async () => {
    const script = "trap '' TERM; setsid sleep 1000 & while :; do sleep 1000; done";
    expect(await causeOf(script, { timeout: 0.5 })).toEqual({ kind: "timeout", seconds: 0.5 });
  });

  it("has a missing command", async () => {
    const cause = await causeOf("", { command: ["no-such-program", "x"] });
    expect(cause).toMatchObject({ kind: "spawn", command: "no-such-program" });
    expect(cause.kind === "spawn" && cause.message).toMatch(/^no program named no-such-program in PATH/);
  });

  it("writes only some of its outputs", async () => {
    const cause = await causeOf("echo x > $CAIRN_OUT/a", { outputs: ["a", "b", "c/d"] });
    expect(cause).toEqual({ kind: "missing-output", files: ["b", "c/d"] });
  });

  it("writes no metrics", async () => {
    expect(await causeOf(":", {}, { objectives: loss })).toEqual({ kind: "missing-metrics", objectives: ["loss"] });
  });

  it("writes half a metrics file", async () => {
    const cause = await causeOf(`printf '{{"loss": 1,\\n "x' > $CAIRN_OUT/metrics.json`, {}, { objectives: loss });
    expect(cause).toMatchObject({ kind: "bad-metrics", file: "metrics.json" });
    expect(cause.kind === "bad-metrics" && cause.message).toMatch(/^line 2, column 2: /);
  });

  it("writes items that are none", async () => {
    const script = `mkdir $CAIRN_OUT/items; echo '{{"loss":1}}' > $CAIRN_OUT/metrics.json; printf '{{"id":1,"score":1}}\\n{{"id":2}}\\n' > $CAIRN_OUT/items/loss.jsonl`;
    const cause = await causeOf(script, {}, { objectives: new Map([["s", [{ name: "loss", items: true }]]]) });
    expect(cause.kind === "bad-metrics" && `${cause.file}: ${cause.message}`).toMatch(/^items\/loss.jsonl: line 2: /);
  });

  it("writes items without an end of the line: no more of it is held than an item may have", async () => {
    // Longer than any string can be, and as a sparse file nothing on the disk.
    const script = `mkdir $CAIRN_OUT/items; echo '{{"loss":1}}' > $CAIRN_OUT/metrics.json; echo '{{"id":1,"score":1}}' > $CAIRN_OUT/items/loss.jsonl; truncate -s 600M $CAIRN_OUT/items/loss.jsonl`;
    const cause = await causeOf(script, {}, { objectives: new Map([["s", [{ name: "loss", items: true }]]]) });
    expect(cause).toMatchObject({ kind: "bad-metrics", file: "items/loss.jsonl" });
    expect(cause.kind === "bad-metrics" && cause.message).toMatch(/^line 2: .* not more than 1048576 characters$/);
  });

  it("leaves a link out of its output, or a pipe in it", async () => {
    expect(await causeOf("ln -s /etc/passwd $CAIRN_OUT/x")).toMatchObject({ kind: "bad-output", path: "x" });
    await rig?.close();
    expect(await causeOf("mkfifo $CAIRN_OUT/p")).toMatchObject({ kind: "bad-output", path: "p" });
  });

  it.each([
    ["a pipe", "mkfifo $M"],
    ["a device", "ln -s /dev/zero $M"],
    ["a folder", "mkdir $M"],
    ["a link", "ln -s other $M; echo 1 > $CAIRN_OUT/other"],
  ])("puts %s where its numbers should be: nobody waits for what is in it", async (_, thing) => {
    const numbers = await causeOf(`M=$CAIRN_OUT/metrics.json; ${thing}`, {}, { objectives: loss });
    expect(numbers).toMatchObject({ kind: "bad-metrics", file: "metrics.json" });
    await rig?.close();
    const script = `echo '{{"loss":1}}' > $CAIRN_OUT/metrics.json; mkdir $CAIRN_OUT/items; M=$CAIRN_OUT/items/loss.jsonl; ${thing}`;
    const items = await causeOf(script, {}, { objectives: new Map([["s", [{ name: "loss", items: true }]]]) });
    expect(items).toMatchObject({ kind: "bad-metrics", file: "items/loss.jsonl" });
  });

  it("puts a link in the place of a directory that it was given: what that leads to is left as it is", async () => {
    const other = mkdtempSync(join(tmpdir(), "cairn-other-"));
    mkdirSync(join(other, "own"), { mode: 0o700 });
    for (const name of ["metrics.json", "own/model"]) {
      writeFileSync(join(other, name), '{"loss": 1}');
      chmodSync(join(other, name), 0o644);
    }
    try {
      for (const change of ["rm -r $CAIRN_OUT", `rm -r $CAIRN_OUT; ln -s ${other} $CAIRN_OUT`]) {
        const cause = await causeOf(change, {}, { objectives: loss });
        expect(cause).toMatchObject({ kind: "bad-output", path: "$CAIRN_OUT" });
        await rig?.close();
      }
      const own = await open();
      const script = `rm -r $CAIRN_RESUME; ln -s ${other} $CAIRN_RESUME; echo 1 > $CAIRN_OUT/x`;
      const { stages } = await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script)), seed: 1 });
      doneOf(stages.get("s"));
      expect(readdirSync(join(own.workspace, "resume"))).toEqual([]);
      const modes = ["metrics.json", "own", "own/model"].map((name) => statSync(join(other, name)).mode & 0o222);
      expect(modes).toEqual([0o200, 0o200, 0o200]);
      expect(statSync(join(other, "own")).mode & 0o777).toBe(0o700);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it("puts a pipe where its events are to go: it has none, and is a stage like any other", async () => {
    const own = await open();
    const script = "rm $CAIRN_EVENTS; mkfifo $CAIRN_EVENTS; sleep 0.6; echo 1 > $CAIRN_OUT/x";
    const { stages } = await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script)), seed: 1 });
    expect(doneOf(stages.get("s")).metrics.size).toBe(0);
  });

  it("asks for GPUs that are not there", async () => {
    const cause = await causeOf(":", { resources: { cpus: 1, gpus: 2, memory: null } });
    expect(cause).toEqual({ kind: "no-capacity", needed: 2, available: 0 });
  });

  it("has its code edited while it runs: nobody knows what ran", async () => {
    const own = await open();
    own.write("train.sh", "echo before");
    const recipe = await own.recipe(stage("s", "echo changed > train.sh; echo x > $CAIRN_OUT/x", { code: ["*.sh"] }));
    const { stages } = await own.runner.run({ id: "r", recipe, seed: 1 });
    expect(failureOf(stages.get("s")).cause).toEqual({ kind: "code-changed", files: ["train.sh"] });
    // Nor is it started when the code has changed since the lab was read.
    const again = await own.runner.run({ id: "r2", recipe, seed: 1 });
    expect(failureOf(again.stages.get("s")).cause).toEqual({ kind: "code-changed", files: ["train.sh"] });
    expect(kinds(own.events).filter((kind) => kind === "stage-started")).toHaveLength(1);
    expect(await own.store.listResults()).toEqual([]);
  });

  it("fills the disk: nothing is recorded, and there is room again afterwards", {
    timeout: 60_000,
  }, async (context) => {
    const lab = makeLabFolder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", lab], { stdio: "ignore" });
    } catch {
      removeLab(lab);
      noteAbsence({
        name: "a small disk",
        why: "a stage fills a tmpfs of 4 MB that the test mounts",
        get: "run the tests as root, or in a container that may mount",
      });
      context.skip("mounting a small tmpfs is not permitted here");
    }
    try {
      const own = await open({}, lab);
      // It does not even notice.
      const fill = stage("s", "head -c 8000000 /dev/zero > $CAIRN_OUT/big; echo y > $CAIRN_OUT/small; exit 0");
      const recipe = await own.recipe(fill, stage("t", "echo t > $CAIRN_OUT/x"));
      const first = await own.runner.run({ id: "r", recipe, seed: 1 });
      expect(failureOf(first.stages.get("s")).cause).toEqual({ kind: "disk-full" });
      // By what it prints.
      const loud = await own.runner.run({ id: "l", recipe: await own.recipe(stage("loud", "yes")), seed: 1 });
      expect(failureOf(loud.stages.get("loud")).cause).toEqual({ kind: "disk-full" });
      expect((await own.store.listResults()).map((result) => result.stage)).not.toContain("loud");
      expect((await own.store.listResults()).map((result) => result.stage)).not.toContain("s");
      const next = await own.recipe(stage("t", "echo t > $CAIRN_OUT/x"));
      doneOf((await own.runner.run({ id: "r2", recipe: next, seed: 1 })).stages.get("t"));
      expect((await own.artifacts.fsck()).damaged).toEqual([]);
      await own.close();
    } finally {
      rig = null;
      execFileSync("umount", ["--lazy", lab]);
      removeLab(lab);
    }
  });
});

describe("a stage that is odd but right", () => {
  it("prints garbage to its events: one warning, the good lines count", async () => {
    const own = await open();
    const script = [
      "head -c 3000000 /dev/zero | tr '\\0' 'x' >> $CAIRN_EVENTS; echo >> $CAIRN_EVENTS",
      "head -c 1000 /dev/urandom >> $CAIRN_EVENTS; echo >> $CAIRN_EVENTS",
      `echo '{{"type":"progress","done":1}}' >> $CAIRN_EVENTS`,
      `echo '{{"type":"progress","done":1,"total":2}}' >> $CAIRN_EVENTS`,
      `echo '{{"type":"metric","name":"loss","step":1,"value":NaN}}' >> $CAIRN_EVENTS`,
      `echo '{{"type":"metric","name":"loss","step":2,"value":"-Infinity"}}' >> $CAIRN_EVENTS`,
      `echo '{{"type":"log","message":"NaN, so what"}}' >> $CAIRN_EVENTS`,
      `printf '{{"type":"metric","name":"loss","step":3,"value":0.5}}' >> $CAIRN_EVENTS`,
    ].join("\n");
    const { stages } = await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script)), seed: 1 });
    const { attempt } = doneOf(stages.get("s"));
    const { steps, values } = await own.store.readMetrics(attempt, "loss");
    expect([...steps]).toEqual([1, 2, 3]);
    expect([...values]).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, 0.5]);
    expect(kinds(own.events).filter((kind) => kind === "warning")).toHaveLength(1);
    expect(own.events).toContainEqual({ kind: "stage-progress", run: "r", stage: "s", attempt, done: 1, total: 2 });
    expect(own.events).toContainEqual({ kind: "stage-log", run: "r", stage: "s", attempt, message: "NaN, so what" });
  });

  it("diverges: NaN is a result, from JSON strings and from Python's bare words", async () => {
    const own = await open({ objectives: loss });
    const script = `printf '{{"loss": NaN, "other": "-Infinity", "best": 0.25}}' > $CAIRN_OUT/metrics.json`;
    const { stages } = await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script)), seed: 1 });
    expect([...doneOf(stages.get("s")).metrics]).toEqual([
      ["loss", Number.NaN],
      ["other", Number.NEGATIVE_INFINITY],
      ["best", 0.25],
    ]);
    const again = await own.runner.run({ id: "r2", recipe: await own.recipe(stage("s", script)), seed: 1 });
    expect(again.stages.get("s")).toEqual({ ...stages.get("s"), reused: true });
  });

  it("leaves a process behind when it ends well: that is ended, in whatever session it is", async () => {
    const own = await open();
    const script = "setsid sleep 1000 & sleep 1000 & echo x > $CAIRN_OUT/x";
    doneOf((await own.runner.run({ id: "r", recipe: await own.recipe(stage("s", script)), seed: 1 })).stages.get("s"));
    expect(processesOfLab(own.lab)).toEqual([]);
  });

  it("keeps measurements out of what later stages are", async () => {
    const own = await open();
    const recipe = await own.recipe(
      stage("a", `echo "{{\\"seconds\\": $CAIRN_SEED}}" > $CAIRN_OUT/metrics.json; echo same > $CAIRN_OUT/x`, {
        seeded: true,
      }),
      stage("b", "ls $CAIRN_IN_A > $CAIRN_OUT/seen", { needs: ["a"] }),
    );
    const first = await own.runner.run({ id: "1", recipe, seed: 1 });
    const second = await own.runner.run({ id: "2", recipe, seed: 2 });
    expect(doneOf(first.stages.get("a")).measurements).not.toBe(doneOf(second.stages.get("a")).measurements);
    expect(doneOf(first.stages.get("a")).output).toBe(doneOf(second.stages.get("a")).output);
    // The early cut-off: another seed, the same output, so the next stage is the same.
    expect(second.stages.get("b")).toEqual({ kind: "done", result: doneOf(first.stages.get("b")), reused: true });
    const seen = await own.artifacts.open(doneOf(first.stages.get("b")).output);
    expect(readFileSync(join(seen ?? "", "seen"), "utf8")).toBe("x\n");
  });

  it("sees of the environment what it may see, and nothing else", async () => {
    const host = {
      PATH: process.env.PATH,
      HOME: "/nowhere",
      LC_ALL: "C",
      TZ: "UTC",
      SECRET_TOKEN: "s3cret",
      PYTHONPATH: "/evil",
      CUDA_VISIBLE_DEVICES: "5,7",
    };
    const own = await open({ hostEnvironment: host, capacity: { kind: "machine", cpus: 2, gpus: 2, memory: 100 } });
    const change = {
      env: { MODE: "fast" },
      resources: { cpus: 2, gpus: 1, memory: null },
      params: { lr: 0.1, name: "a b" },
      seeded: true,
    };
    const recipe = await own.recipe(
      stage("first-one", "echo 1 > $CAIRN_OUT/x"),
      stage("s", "", {
        ...change,
        needs: ["first-one"],
        command: [
          "sh",
          "-c",
          'env > $CAIRN_OUT/env; cp "$CAIRN_PARAMS" $CAIRN_OUT/params; echo "$0" > $CAIRN_OUT/arg',
          "{name}",
        ],
      }),
    );
    const { stages } = await own.runner.run({ id: "r", recipe, seed: 1 });
    const out = (await own.artifacts.open(doneOf(stages.get("s")).output)) ?? "";
    const env = new Map(
      readFileSync(join(out, "env"), "utf8")
        .trim()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
    );
    // PWD, SHLVL, _ and OLDPWD are the shell's own.
    const names = [...env.keys()].filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name)).sort();
    expect(names).toEqual([
      "CAIRN_ATTEMPT",
      "CAIRN_EVENTS",
      "CAIRN_IN_FIRST_ONE",
      "CAIRN_OUT",
      "CAIRN_PARAMS",
      "CAIRN_RESUME",
      "CAIRN_SEED",
      "CUDA_VISIBLE_DEVICES",
      "HOME",
      "LC_ALL",
      "MODE",
      "OMP_NUM_THREADS",
      "PATH",
      "TMPDIR",
      "TZ",
    ]);
    expect(env.get("CUDA_VISIBLE_DEVICES")).toBe("5");
    expect(env.get("OMP_NUM_THREADS")).toBe("2");
    expect(readFileSync(join(out, "params"), "utf8")).toBe('{"lr":0.1,"name":"a b"}\n');
    expect(readFileSync(join(out, "arg"), "utf8")).toBe("a b\n");
  });
});

describe("what was recorded", () => {
  it("is made again when a file of it is damaged and needed, and quarantined", async () => {
    const own = await open();
    const a = stage("a", "echo precious > $CAIRN_OUT/x");
    const b = stage("b", "cat $CAIRN_IN_A/x > $CAIRN_OUT/y", { needs: ["a"], outputs: ["y"] });
    const first = await own.runner.run({ id: "1", recipe: await own.recipe(a, b), seed: 1 });
    const { output, key, attempt } = doneOf(first.stages.get("a"));
    const file = join((await own.artifacts.open(output)) ?? "", "x");
    chmodSync(file, 0o644);
    appendFileSync(file, "rot");
    // Nothing needs the file: the measurements stand.
    const cached = await own.runner.run({ id: "2", recipe: await own.recipe(a, b), seed: 1 });
    expect([...cached.stages.values()].every((outcome) => outcome.kind === "done" && outcome.reused)).toBe(true);
    // A new stage needs it.
    const c = stage("c", "cat $CAIRN_IN_A/x > $CAIRN_OUT/z", { needs: ["a"] });
    const third = await own.another().run({ id: "3", recipe: await own.recipe(a, c), seed: 1 });
    const made = await own.artifacts.open(doneOf(third.stages.get("c")).output);
    expect(readFileSync(join(made ?? "", "z"), "utf8")).toBe("precious\n");
    expect(readdirSync(join(own.workspace, "quarantine"))).toHaveLength(1);
    expect(doneOf(third.stages.get("a")).attempt).not.toBe(attempt);
    // Set aside, never deleted.
    expect(await own.store.findAttemptResult(attempt)).toMatchObject({ output });
    expect((await own.store.listAttempts(key)).map((row) => row.state)).toEqual(["recorded", "recorded"]);
  });

  it("is made once for all the runs that ask for it at the same time", async () => {
    const own = await open({ capacity: { kind: "machine", cpus: 8, gpus: 0, memory: 100 } });
    const gate = join(own.lab, "gate");
    const recipe = await own.recipe(stage("s", `read line < ${gate}; echo $line > $CAIRN_OUT/x`));
    execFileSync("mkfifo", [gate]);
    const runs = ["1", "2", "3"].map((id) => own.runner.run({ id, recipe, seed: 1 }));
    // Blocks until the one stage reads.
    await writeFile(gate, "go\n");
    const outcomes = (await Promise.all(runs)).map(({ stages }) => stages.get("s"));
    expect(outcomes.map((outcome) => outcome?.kind === "done" && outcome.reused)).toEqual([false, true, true]);
    expect(await own.store.listAttempts(doneOf(outcomes[0]).key)).toHaveLength(1);
    const byRun = Map.groupBy(own.events, (event) => ("run" in event ? event.run : ""));
    expect([...byRun.values()].map(kinds).sort()).toEqual([
      ["stage-shared", "stage-reused"],
      ["stage-shared", "stage-reused"],
      ["stage-started", "stage-finished"],
    ]);
  });

  it("is previewed as far as it is known", async () => {
    const own = await open();
    const recipe = await own.recipe(
      stage("a", ":"),
      stage("b", ":", { needs: ["a"], seeded: true }),
      stage("c", ":", { needs: ["b"] }),
    );
    const states = async (seed: number) =>
      (await own.runner.preview({ id: "p", recipe, seed })).map(({ state }) => state);
    expect(await states(1)).toEqual(["will-run", "unknown", "unknown"]);
    await own.runner.run({ id: "r", recipe, seed: 1 });
    expect(await states(1)).toEqual(["cached", "cached", "cached"]);
    expect(await states(2)).toEqual(["cached", "will-run", "unknown"]);
  });

  it("runs edits in a copy of the lab, which the lab never sees", async () => {
    const own = await open();
    own.write("stages/train.sh", "echo old > $CAIRN_OUT/x");
    own.write("data.bin", "d");
    const recipe = await own.recipe(stage("s", "sh stages/train.sh; pwd > $CAIRN_OUT/where", { code: ["stages/*"] }));
    const edited = {
      ...recipe,
      edits: new Map([["stages/train.sh", "echo new > $CAIRN_OUT/x"]]),
      tree: new Map(recipe.tree).set("stages/train.sh", sha256("echo new > $CAIRN_OUT/x")),
    };
    const { stages } = await own.runner.run({ id: "r", recipe: edited, seed: 1 });
    const out = (await own.artifacts.open(doneOf(stages.get("s")).output)) ?? "";
    expect(readFileSync(join(out, "x"), "utf8")).toBe("new\n");
    expect(readFileSync(join(out, "where"), "utf8").trim().startsWith(join(own.workspace, "trees"))).toBe(true);
    expect(own.read("stages/train.sh")).toBe("echo old > $CAIRN_OUT/x");
  });
});

describe("cancelling", () => {
  it("ends everything in flight, leaves no process, and the lab resumes", async () => {
    const own = await open();
    const gate = join(own.lab, "gate");
    const running = Promise.withResolvers<void>();
    const slow = stage(
      "slow",
      `if [ ! -e ${gate} ]; then trap '' TERM; setsid sleep 1000 & sleep 1000 & echo '{{"type":"log","message":"up"}}' >> $CAIRN_EVENTS; wait; fi; echo x > $CAIRN_OUT/x`,
    );
    const recipe = await own.recipe(
      stage("quick", "echo q > $CAIRN_OUT/q"),
      slow,
      stage("after", ":", { needs: ["slow"] }),
    );
    const runner = own.another({
      onEvent: (event) => {
        if (event.kind === "stage-log") running.resolve();
      },
    });
    const run = runner.run({ id: "r", recipe, seed: 1 });
    await running.promise;
    await runner.cancel();
    const { stages } = await run;
    expect(processesOfLab(own.lab)).toEqual([]);
    expect([...stages].map(([name, outcome]) => [name, outcome.kind])).toEqual([
      ["quick", "done"],
      ["slow", "cancelled"],
      ["after", "cancelled"],
    ]);
    expect(readdirSync(join(own.workspace, "attempts"))).toEqual([]);
    writeFileSync(gate, "");
    const resumed = await own.another().run({ id: "r", recipe, seed: 1 });
    expect([...resumed.stages.values()].map((outcome) => outcome.kind === "done" && outcome.reused)).toEqual([
      true,
      false,
      false,
    ]);
    expect((await runner.run({ id: "late", recipe, seed: 2 })).stages.get("quick")).toEqual({ kind: "cancelled" });
  });
});
