import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Executor, Task } from "../../src/run/run.ts";

/** What a task of the suite does; every executor says it in its own way. */
export type Behaviour =
  | { readonly kind: "exit"; readonly code: number }
  /** Appends the attempt's name to the file `started` in its directory, then never ends. */
  | { readonly kind: "hang" }
  /** Writes the value of the environment variable to the file `value` in its directory. */
  | { readonly kind: "tell"; readonly variable: string };

export interface ExecutorBackend {
  readonly name: string;
  create(): Executor;
  /** The argv that behaves so. */
  argv(behaviour: Behaviour): readonly string[];
}

/** What every executor promises, wherever it runs things. */
export function executorContract(backend: ExecutorBackend): void {
  describe(`the executor contract: ${backend.name}`, () => {
    let folder = "";
    let executor: Executor;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "cairn-executor-"));
      executor = backend.create();
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    let count = 0;
    const task = (behaviour: Behaviour, change: Partial<Task> = {}): Task => {
      const attempt = `suite-${process.pid}-${count++}`;
      mkdirSync(join(folder, attempt));
      return {
        attempt,
        folder: join(folder, attempt),
        argv: backend.argv(behaviour),
        cwd: folder,
        env: { PATH: process.env.PATH ?? "", CAIRN_ATTEMPT: attempt },
        logFile: join(folder, `${attempt}.log`),
        resources: { cpus: 1, gpus: 0, memory: null },
        timeout: null,
        ...change,
      };
    };
    /** Until the hanging task is at it; there is nothing to wait for but its file. */
    const started = async () => {
      while (!existsSync(join(folder, "started"))) await new Promise((resolve) => setTimeout(resolve, 5));
    };

    it("tells how a task ended", async () => {
      for (const code of [0, 1, 42]) {
        expect(await executor.start(task({ kind: "exit", code })).exit).toMatchObject({ kind: "exited", code });
      }
    });

    it("runs it in its directory with its environment and no other", async () => {
      process.env.CAIRN_TEST_LEAK = "leaked";
      const told = task({ kind: "tell", variable: "ONLY" }, { env: { PATH: process.env.PATH ?? "", ONLY: "this" } });
      await executor.start(told).exit;
      expect(readFileSync(join(folder, "value"), "utf8").trim()).toBe("this");
      await executor.start(task({ kind: "tell", variable: "CAIRN_TEST_LEAK" })).exit;
      expect(readFileSync(join(folder, "value"), "utf8").trim()).toBe("");
      delete process.env.CAIRN_TEST_LEAK;
    });

    it("ends it when its time is over", async () => {
      const exit = await executor.start(task({ kind: "hang" }, { timeout: 0.2 })).exit;
      expect(exit).toEqual({ kind: "timed-out", seconds: 0.2 });
    });

    it("cancels, more than once, and at any moment", async () => {
      const running = executor.start(task({ kind: "hang" }));
      await started();
      await Promise.all([running.cancel(), running.cancel()]);
      expect(await running.exit).toEqual({ kind: "cancelled" });
      await running.cancel();
      const early = executor.start(task({ kind: "hang" }));
      await early.cancel();
      expect(await early.exit).toEqual({ kind: "cancelled" });
      const late = executor.start(task({ kind: "exit", code: 3 }));
      expect(await late.exit).toMatchObject({ kind: "exited", code: 3 });
      await late.cancel();
      expect(await late.exit).toMatchObject({ kind: "exited", code: 3 });
    });

    it("runs many at once", async () => {
      const exits = Array.from({ length: 12 }, (_, code) => executor.start(task({ kind: "exit", code })).exit);
      expect(await Promise.all(exits)).toMatchObject(
        Array.from({ length: 12 }, (_, code) => ({ kind: "exited", code })),
      );
    });

    it("sweeps nothing that is live", async () => {
      const running = executor.start(task({ kind: "hang" }));
      await started();
      expect(await executor.sweepOrphans(async () => true)).toEqual([]);
      await running.cancel();
    });
  });
}
