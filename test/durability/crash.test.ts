import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { createRng } from "../../src/base/rng.ts";
import { createArtifacts } from "../../src/cache/artifacts.ts";
import type { StageResult } from "../../src/run/run.ts";
import { failPoints } from "../../src/run/runner.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { AttemptRow } from "../../src/store/store.ts";
import { makeLabFolder, processesOfLab, removeLab } from "./rig.ts";

/**
 * Cairn is killed, again and again, at every named moment and at random ones, and so are its stages; after each kill
 * the next one takes over. What was recorded stays, is recorded once, and is never executed again.
 */

const kills = 64;
/** Every worker has some new seeds to run, so that there is always something to be killed in. */
const seedsFor = (kill: number) => kill + 4;
/** Two runs at a time: this much can be in flight. */
const lanes = 2;

type Worker = ChildProcessByStdio<null, Readable, null>;
const spawnWorker = (lab: string, seeds: number, failPoint = "-", visit = 0): Worker =>
  spawn(process.execPath, [join(import.meta.dirname, "worker.ts"), lab, String(seeds), failPoint, String(visit)], {
    stdio: ["ignore", "pipe", "inherit"],
  });

/** Lines of a worker until it ends; `onLine` is told each with its number from 1. */
async function follow(worker: Worker, onLine: (line: string, number: number) => void = () => {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: worker.stdout })) onLine(line, lines.push(line));
  return lines;
}

let lab = "";
beforeAll(() => {
  lab = makeLabFolder();
});
afterAll(() => removeLab(lab));

describe("a runner that is killed", () => {
  it(`loses nothing that was recorded and repeats at most what was in flight, ${kills} times in a row`, {
    timeout: 600_000,
  }, async () => {
    let killed = 0;
    const known = new Map<string, string>();
    const hangFile = join(lab, "hang");
    for (let kill = 0; kill < kills; kill++) {
      const random = createRng(`crash/${kill}`);
      const point = failPoints[kill % failPoints.length] ?? "claimed";
      const mode =
        (["point", "moment", "hanging", "child"] as const)[Math.floor(kill / failPoints.length) % 4] ?? "point";
      if (mode === "hanging") writeFileSync(hangFile, "");
      const worker =
        mode === "point"
          ? spawnWorker(lab, seedsFor(kill), point, 1 + random.int(3))
          : spawnWorker(lab, seedsFor(kill));
      const moment = 1 + random.int(25);
      let before: number[] | null = null;
      const lines = await follow(worker, (line, number) => {
        // The first thing told comes after the sweep: nothing of an earlier worker runs any more.
        if (number === 1) before = processesOfLab(lab).filter((pid) => !isOfWorker(pid, worker));
        if (mode === "moment" && number === moment) worker.kill("SIGKILL");
        if (mode === "hanging" && line.startsWith("started")) worker.kill("SIGKILL");
        if (mode === "child" && line.startsWith("started") && number >= moment) killChildren(lab);
      });
      expect(before ?? []).toEqual([]);
      if (mode === "child") expect(lines.at(-1)).toBe("end");
      else if (lines.at(-1) !== "end") killed++;
      expect(lines.filter((line) => line.startsWith("bad") && mode !== "child")).toEqual([]);
      rmSync(hangFile, { force: true });
      await compare(lab, known);
    }
    // All but those that killed stages, and a moment that came after the end.
    expect(killed).toBeGreaterThanOrEqual(kills * 0.7);

    const lines = await follow(spawnWorker(lab, seedsFor(kills)));
    expect(lines.at(-1)).toBe("end");
    expect(lines.filter((line) => line.startsWith("bad"))).toEqual([]);
    await compare(lab, known);
    expect(known.size).toBe(1 + 2 * seedsFor(kills));
    expect(processesOfLab(lab)).toEqual([]);
    await checkAttempts(lab);
  });
});

/** Whether the process belongs to an attempt that this worker has begun: its parents lead to the worker, or did. */
function isOfWorker(pid: number, worker: Worker): boolean {
  const attempt = /CAIRN_ATTEMPT=([^\0]*)/.exec(readOr(`/proc/${pid}/environ`))?.[1];
  return attempt === undefined || parentsOf(pid).includes(worker.pid ?? -1);
}

function parentsOf(pid: number): number[] {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent > 1 ? [parent, ...parentsOf(parent)] : [];
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function killChildren(of: string): void {
  for (const pid of processesOfLab(of)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}

async function withStore<T>(of: string, look: (results: readonly StageResult[], attempts: readonly AttemptRow[]) => T) {
  const store = await openSqliteStore(join(of, ".cairn", "cairn.db"), systemClock);
  try {
    expect(await store.check()).toEqual([]);
    const results = await store.listResults();
    const attempts = (await Promise.all(results.map((result) => store.listAttempts(result.key)))).flat();
    return look(results, attempts);
  } finally {
    await store.close();
  }
}

/** What was recorded earlier is still recorded, by the same attempt; adds what is new. */
async function compare(of: string, known: Map<string, string>): Promise<void> {
  await withStore(of, (results) => {
    const now = new Map(results.map((result) => [result.key as string, result.attempt]));
    expect(now.size).toBe(results.length);
    for (const [key, attempt] of known) expect(now.get(key)).toBe(attempt);
    for (const [key, attempt] of now) known.set(key, attempt);
  });
}

async function checkAttempts(of: string): Promise<void> {
  const executions = readFileSync(join(of, "executions"), "utf8").trim().split("\n");
  await withStore(of, (results, attempts) => {
    for (const result of results) {
      const own = attempts.filter((attempt) => attempt.key === result.key);
      // Nothing was tried after the recorded attempt, and nothing but it is recorded.
      expect(own.at(-1)?.id).toBe(result.attempt);
      expect(own.filter((attempt) => attempt.state === "recorded")).toHaveLength(1);
      expect(own.filter((attempt) => attempt.state === "started")).toEqual([]);
    }
    // Every attempt was executed at most once; what was tried again was in flight at a kill, or was killed itself.
    expect(new Set(executions).size).toBe(executions.length);
    const fenced = attempts.filter((attempt) => attempt.state === "fenced");
    const failed = attempts.filter((attempt) => attempt.state === "failed");
    expect(fenced.length).toBeLessThanOrEqual(kills * lanes);
    expect(failed.filter((attempt) => attempt.cause?.kind !== "signal")).toEqual([]);
    expect(attempts.length).toBe(results.length + fenced.length + failed.length);
  });
  const report = await createArtifacts(join(of, ".cairn")).fsck();
  expect(report.damaged).toEqual([]);
  expect(report.strays).toEqual([]);
}
