import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { createRng } from "../../src/base/rng.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { createRig, type Rig } from "./rig.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

let rig: Rig;
beforeEach(() => {
  rig = createRig("planted");
});
afterEach(() => rig.dispose());

function start(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [main, "-C", rig.dir, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
}

/** Resolves once `count` runs were reported as finished on stderr; goes on reading, so that the pipe never breaks. */
function finishedRuns(child: ChildProcess, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      seen += String(chunk).match(/^✓/gm)?.length ?? 0;
      if (seen >= count) resolve();
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code} after ${seen} runs`)));
  });
}

/** Every run once, every key recorded once, nothing recorded that is not there. */
async function expectSound(): Promise<number> {
  const store = await openSqliteStore(join(rig.dir, ".cairn", "cairn.db"), systemClock);
  try {
    const runs = (await store.listRuns()).filter((run) => run.state === "done");
    const names = runs.map((run) => `${run.recipeDigest}/${run.seed}/${run.purpose}`);
    expect(new Set(names).size).toBe(names.length);
    const results = await store.listResults();
    expect(new Set(results.map((result) => result.key)).size).toBe(results.length);
    for (const { key } of results) {
      const recorded = (await store.listAttempts(key)).filter((attempt) => attempt.state === "recorded");
      expect(recorded).toHaveLength(1);
    }
    return runs.length;
  } finally {
    await store.close();
  }
}

/** Processes that still carry an attempt of this lab in their environment. */
function leftovers(): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${rig.dir}/.cairn/`);
    } catch {
      return false;
    }
  });
}

test("kill -9 of Cairn, again and again: nothing recorded is lost, nothing is recorded twice", {
  timeout: 240_000,
}, async () => {
  const rng = createRng("kill");
  let before = 0;
  for (let i = 0; i < 6; i++) {
    const child = start("run", "--runs", "40");
    await finishedRuns(child, 1 + rng.int(3));
    child.kill("SIGKILL");
    await once(child, "exit");
    const now = await expectSound();
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
  expect(before).toBeGreaterThan(5);
  const { code } = await rig.cairn("run", "--runs", "4");
  expect([0, 3]).toContain(code);
  expect(await expectSound()).toBeGreaterThan(before);
  expect((await rig.cairn("fsck")).code).toBe(0);
  expect(leftovers()).toEqual([]);
});

test("Ctrl-C leaves no process, and the next run goes on", { timeout: 120_000 }, async () => {
  const child = start("run");
  await finishedRuns(child, 3);
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
  expect(leftovers()).toEqual([]);
  const before = await expectSound();
  expect(before).toBeGreaterThanOrEqual(3);
  await rig.cairn("run", "--runs", "3");
  expect(await expectSound()).toBeGreaterThan(before);
});

test("two processes share one lab's work", { timeout: 120_000 }, async () => {
  const both = [start("run", "--runs", "10"), start("run", "--runs", "10")];
  for (const child of both) child.stderr?.resume();
  const codes = await Promise.all(both.map(async (child) => (await once(child, "exit"))[0]));
  for (const code of codes) expect([0, 3]).toContain(code);
  // Each may keep back runs that would not make a whole confirmation.
  expect(await expectSound()).toBeGreaterThanOrEqual(8);
});

test("one of two processes is killed: the other takes over what it had begun", { timeout: 120_000 }, async () => {
  const [first, second] = [start("run", "--runs", "14"), start("run", "--runs", "14")];
  second.stderr?.resume();
  await finishedRuns(first, 2);
  first.kill("SIGKILL");
  const [code] = await once(second, "exit");
  expect([0, 3]).toContain(code);
  await expectSound();
  // What was in flight when the first died was either taken over at once or is by the next to come.
  await rig.cairn("run", "--runs", "1");
  const store = await openSqliteStore(join(rig.dir, ".cairn", "cairn.db"), systemClock);
  const left = (await store.listRuns()).filter((run) => run.state === "running" || run.state === "pending");
  await store.close();
  expect(left).toEqual([]);
  expect(leftovers()).toEqual([]);
});
