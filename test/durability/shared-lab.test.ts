import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { startWorker } from "../faults/workers.ts";
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
    const workers = await Promise.all([1, 2].map(() => startWorker({ lab, last: seeds }).ended));
    for (const { lines } of workers) {
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

describe("three processes that change one store", () => {
  it("number their changes in one rising sequence, and who reads on meanwhile misses none", async () => {
    const store = await openSqliteStore(join(lab, "cairn.db"), systemClock);
    let working = true;
    const told = Promise.all(["a", "b", "c"].map((name) => linesOf(start("changer.ts", lab, name, "60")))).finally(
      () => {
        working = false;
      },
    );
    // What a reader that resumes at the last number has seen of every subject.
    const seen = new Map<string, number>();
    let last = 0;
    for (let more = true; more; more = working || last < (await store.lastChange())) {
      for (const { number, id } of await store.changesSince(last, 5)) {
        expect(number).toBeGreaterThan(last);
        last = number;
        seen.set(id, number);
      }
      await delay(1);
    }
    const numbers = (await told).map((lines) => lines.map(Number));
    expect(numbers.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 180 }, (_, i) => i + 1));
    for (const own of numbers) expect(own).toEqual(own.toSorted((a, b) => a - b));
    const rows = await store.changesSince(0, 1000);
    expect(rows).toHaveLength(10);
    expect(new Map(rows.map(({ id, number }) => [id, number]))).toEqual(seen);
    await store.close();
  });
});
