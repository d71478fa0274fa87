import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { err, ok } from "../../base/result.ts";
import type { Task } from "../run.ts";
import { createRemoteExecutor, type JobState, type Remote } from "./remote.ts";

/** A remote that answers each look with the next of a list, and after that with its last. */
function scripted(looks: readonly (JobState | null | "silent")[]): Remote & { asked: number; cancelled: number } {
  const remote = {
    name: "Elsewhere",
    asked: 0,
    cancelled: 0,
    submit: async () => ({ kind: "accepted" }) as const,
    look: async (attempts: ReadonlySet<string>) => {
      const answer = looks[Math.min(remote.asked++, looks.length - 1)] ?? null;
      if (answer === "silent") return err("it does not answer");
      return ok(new Map(answer === null ? [] : [...attempts].map((name) => [name, answer] as const)));
    },
    list: async () => ok([]),
    cancel: async () => {
      remote.cancelled++;
      return ok(null);
    },
  };
  return remote;
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-remote-"));
  mkdirSync(join(folder, "attempt"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const task = (timeout: number | null = null): Task => ({
  attempt: "stage-0123456789-1-00000000",
  folder: join(folder, "attempt"),
  argv: ["true"],
  cwd: folder,
  env: {},
  logFile: join(folder, "log"),
  resources: { cpus: 1, gpus: 0, memory: null },
  timeout,
});

describe("a job that is not known", () => {
  /** Ten seconds pass between two looks; a minute of not knowing is enough. */
  const watch = async (looks: readonly (JobState | null | "silent")[]) => {
    const remote = scripted(looks);
    const clock = { now: () => 0, monotonic: () => 10_000 * remote.asked };
    const executor = createRemoteExecutor(remote, {
      clock,
      wrapping: { modules: [], prefix: [] },
      onContact: () => {},
      pause: { least: 0, most: 0 },
      patience: 60_000,
    });
    const exit = await executor.start(task()).exit;
    await turn();
    return { exit, asked: remote.asked, cancelled: remote.cancelled };
  };

  it("is lost after a minute of answers without it, and is cancelled by its name", async () => {
    const { exit, asked, cancelled } = await watch([{ kind: "running" }, null]);
    expect(exit).toEqual({ kind: "lost", message: "Elsewhere does not know it any more" });
    expect(asked).toBe(8);
    expect(cancelled).toBe(1);
  });

  it("is not lost by silence: it takes as many answers, however long nobody answered between them", async () => {
    const quiet = Array.from({ length: 20 }, () => "silent" as const);
    const { asked } = await watch([{ kind: "running" }, null, null, ...quiet, null]);
    expect(asked).toBe(1 + 2 + 20 + 4);
  });

  it("is known again, and nothing of what was counted stays", async () => {
    const { asked } = await watch([null, null, null, { kind: "waiting" }, null]);
    expect(asked).toBe(4 + 7);
  });
});

describe("a job whose time is up", () => {
  it("is told so by whoever adopts it while it is being ended, not that somebody cancelled it", async () => {
    const state: { now: JobState } = { now: { kind: "running" } };
    const remote: Remote = {
      ...scripted([null]),
      look: async (attempts) => ok(new Map([...attempts].map((name) => [name, state.now]))),
      cancel: async () => {
        state.now = { kind: "cancelled" };
        // Its watcher is stopped before it hears of the end.
        first.leave?.();
        return ok(null);
      },
    };
    let now = 0;
    const clock = { now: () => 0, monotonic: () => (now += 1000) };
    const create = () =>
      createRemoteExecutor(remote, {
        clock,
        wrapping: { modules: [], prefix: [] },
        onContact: () => {},
        pause: { least: 0, most: 0 },
      });
    mkdirSync(join(folder, "attempt", "begun"));
    const first = create().start(task(30));
    expect(await first.exit).toEqual({ kind: "left" });
    const second = await create().attach?.(task(30));
    expect(await second?.exit).toEqual({ kind: "timed-out", seconds: 30 });
  });

  it("has its time counted from when it began, whoever watched it, and is not given it again", async () => {
    const wall = { at: 1_700_000_000_000 };
    const start = wall.at;
    const create = (cancelled: () => void, step: number) => {
      let passed = 0;
      const clock = {
        now: () => wall.at,
        monotonic: () => {
          wall.at += step;
          passed += step;
          return passed;
        },
      };
      const remote: Remote = {
        ...scripted([{ kind: "running" }]),
        cancel: async () => {
          cancelled();
          return ok(null);
        },
      };
      return createRemoteExecutor(remote, {
        clock,
        wrapping: { modules: [], prefix: [] },
        onContact: () => {},
        pause: { least: 0, most: 0 },
      });
    };
    mkdirSync(join(folder, "attempt", "begun"));
    // Twenty seconds are watched, a hundred more pass with nobody there, and the limit is two minutes and a half.
    const first = create(() => expect.fail("its time is not up"), 1000).start(task(150));
    while (wall.at < start + 20_000) await turn();
    first.leave?.();
    expect(await first.exit).toEqual({ kind: "left" });
    wall.at = start + 120_000;
    let endedAt = 0;
    const write = () => {
      endedAt = wall.at;
      writeFileSync(join(folder, "attempt", "exit"), "143 1 2\n");
    };
    const second = await create(write, 1000).attach?.(task(150));
    expect(await second?.exit).toEqual({ kind: "timed-out", seconds: 150 });
    expect((endedAt - start) / 1000).toBeGreaterThan(150);
    expect((endedAt - start) / 1000).toBeLessThan(165);
  });

  it("is given all of it again when the clock was set back meanwhile, and never less than none", async () => {
    mkdirSync(join(folder, "attempt", "begun"));
    writeFileSync(join(folder, "attempt", "running-since"), "2000000\n");
    let passed = 0;
    const clock = { now: () => 1_000_000, monotonic: () => (passed += 1000) };
    const remote = scripted([{ kind: "running" }, { kind: "running" }, { kind: "cancelled" }]);
    const executor = createRemoteExecutor(remote, {
      clock,
      wrapping: { modules: [], prefix: [] },
      onContact: () => {},
      pause: { least: 0, most: 0 },
    });
    expect((await executor.start(task(30)).exit).kind).toBe("stopped");
  });

  it("was cancelled by somebody when nobody's time was up", async () => {
    mkdirSync(join(folder, "attempt", "begun"));
    const executor = createRemoteExecutor(scripted([{ kind: "cancelled" }]), {
      clock: { now: () => 0, monotonic: () => 0 },
      wrapping: { modules: [], prefix: [] },
      onContact: () => {},
      pause: { least: 0, most: 0 },
    });
    const exit = await executor.start(task(30)).exit;
    expect(exit).toEqual({ kind: "stopped", message: "somebody cancelled it in Elsewhere" });
  });
});
