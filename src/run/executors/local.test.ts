import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { executorContract } from "../../../test/contracts/executor.ts";
import type { Task } from "../run.ts";
import { createLocalExecutor } from "./local.ts";
import { findAttempts } from "./processes.ts";

executorContract({
  name: "local processes",
  create: () => createLocalExecutor({ grace: 200 }),
  argv: (behaviour) => {
    if (behaviour.kind === "exit") return ["sh", "-c", `exit ${behaviour.code}`];
    if (behaviour.kind === "hang")
      return ["sh", "-c", 'echo "$CAIRN_ATTEMPT" >> started; while :; do sleep 1000; done'];
    return ["sh", "-c", `printenv ${behaviour.variable} > value`];
  },
});

describe("local processes", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-local-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const executor = createLocalExecutor({ grace: 200 });
  const task = (attempt: string, argv: readonly string[], change: Partial<Task> = {}): Task => ({
    attempt,
    folder,
    argv,
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", CAIRN_ATTEMPT: attempt },
    logFile: join(folder, "log"),
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
    ...change,
  });
  const name = (what: string) => `local-${process.pid}-${what}`;

  it("keeps what is printed on both streams, also from before", async () => {
    writeFileSync(join(folder, "log"), "before\n");
    await executor.start(task(name("log"), ["sh", "-c", "echo out; echo err >&2"])).exit;
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("before\nout\nerr\n");
  });

  it("says what is wrong with a command that cannot be started", async () => {
    const message = async (argv: readonly string[], change: Partial<Task> = {}) => {
      const exit = await executor.start(task(name("bad"), argv, change)).exit;
      return exit.kind === "not-started" ? exit.message : exit.kind;
    };
    writeFileSync(join(folder, "text"), "not a program");
    expect(await message(["nothing-like-it"])).toMatch(/^no program named nothing-like-it in PATH \(/);
    expect(await message(["./missing.sh"])).toMatch(/^there is no file \.\/missing\.sh in /);
    expect(await message(["./text"])).toBe("./text is not executable");
    expect(await message([])).toBe("the command is empty");
    expect(await message(["sh", "-c", "x".repeat(3_000_000)])).toMatch(/^its arguments are too long/);
    expect(await message(["sh", "a\0b"])).toMatch(/null bytes/);
  });

  it("passes arguments as they are: there is no shell between", async () => {
    const words = ["$HOME", "a b", "; rm -rf x", "*", "'", '"', "\\"];
    await executor.start(task(name("argv"), ["printf", "%s\\n", ...words])).exit;
    expect(readFileSync(join(folder, "log"), "utf8")).toBe(words.map((word) => `${word}\n`).join(""));
  });

  it("gives TERM a moment before KILL, and takes the whole tree along", async () => {
    const polite = "trap 'echo tidy >> tidied; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    const script = `setsid sh -c 'trap "" TERM; sleep 1000' & sh -c 'sleep 1000' & ${polite}`;
    const running = executor.start(task(name("tree"), ["sh", "-c", script]));
    while (!readFileSync(join(folder, "log"), "utf8").includes("up")) await new Promise((done) => setTimeout(done, 5));
    await running.cancel();
    expect(readFileSync(join(folder, "tidied"), "utf8")).toBe("tidy\n");
    expect([...findAttempts().keys()]).not.toContain(name("tree"));
  });

  it("finds the orphans of an attempt whose Cairn is gone, and only those", async () => {
    const [lost, live] = [name("lost"), name("live")];
    const orphan = (attempt: string) =>
      spawn("sh", ["-c", "setsid sleep 1000 & echo up; sleep 1000"], {
        env: { PATH: process.env.PATH ?? "", CAIRN_ATTEMPT: attempt },
        stdio: ["ignore", "pipe", "ignore"],
        detached: true,
      });
    const children = [orphan(lost), orphan(live)];
    await Promise.all(children.map((child) => child.stdout && once(child.stdout, "data")));
    const sweep = (attempt: string) => executor.sweepOrphans(async (other) => other !== attempt);
    expect(await sweep(lost)).toEqual([lost]);
    const left = [...findAttempts().keys()];
    expect(left).not.toContain(lost);
    expect(left).toContain(live);
    expect(await sweep(live)).toEqual([live]);
  });
});
