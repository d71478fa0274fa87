import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { makeLabFolder, processesOfLab, removeLab } from "./rig.ts";

/** Several processes on one lab. */

let lab = "";
beforeEach(() => {
  lab = makeLabFolder();
});
afterEach(() => removeLab(lab));

const start = (script: string, ...args: string[]): ChildProcessByStdio<null, Readable, null> =>
  spawn(process.execPath, [join(import.meta.dirname, script), ...args], { stdio: ["ignore", "pipe", "inherit"] });

async function linesOf(worker: ChildProcessByStdio<null, Readable, null>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: worker.stdout })) lines.push(line);
  return lines;
}

describe("two runners on one lab", () => {
  it("share the work: every key is executed once, by one of them, and both have all results", async () => {
    const seeds = 12;
    const told = await Promise.all([1, 2].map(() => linesOf(start("worker.ts", lab, String(seeds)))));
    for (const lines of told) {
      expect(lines.at(-1)).toBe("end");
      expect(lines.filter((line) => line.startsWith("bad"))).toEqual([]);
      expect(lines.filter((line) => line.startsWith("run "))).toHaveLength(seeds);
    }
    const executions = readFileSync(join(lab, "executions"), "utf8").trim().split("\n");
    expect(executions).toHaveLength(1 + 2 * seeds);
    const store = await openSqliteStore(join(lab, ".cairn", "cairn.db"), systemClock);
    const results = await store.listResults();
    await store.close();
    expect(new Set(results.map((result) => result.attempt))).toEqual(new Set(executions));
    expect(processesOfLab(lab)).toEqual([]);
  });
});

describe("four processes on one store", () => {
  it("make a hundred transactions each, and none finds the store busy", async () => {
    const told = await Promise.all([1, 2, 3, 4].map((name) => linesOf(start("writer.ts", lab, String(name), "100"))));
    expect(told).toEqual(told.map(() => ["done"]));
    const store = await openSqliteStore(join(lab, "cairn.db"), systemClock);
    const entries = await store.entries("log");
    expect(entries.map((entry) => entry.number)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    for (const name of ["1", "2", "3", "4"]) {
      const own = entries.filter((entry) => entry.body.process === name).map((entry) => entry.body.n);
      expect(own).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }
    await store.close();
  });
});
