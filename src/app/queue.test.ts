import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunRow, RunState, Store } from "../store/store.ts";
import { originOf } from "./contexts.ts";
import { byHand, type QueueEvent, type QueueOptions, runAsked, runQueue } from "./queue.ts";
import { openSession, type Session } from "./session.ts";

/** The first run is done at once; the others wait for the file `go`. */
const train = `mkdir first 2>/dev/null || while [ ! -e go ]; do sleep 0.05; done
echo "{\\"loss\\": $CAIRN_SEED}" > "$CAIRN_OUT/metrics.json"
`;
const labText = `
cairn: 1
name: small
stages: { train: { run: sh train.sh, code: [train.sh], params: { width: 1, depth: 1, steps: 1 }, seeded: true } }
objectives: { loss: { stage: train, goal: minimize, matters: 1 } }
scales: { proxy: {}, full: { train.steps: 2 } }
`;

let dir = "";
const sessions: Session[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cairn-queue-"));
  mkdirSync(join(dir, "contributions"));
  writeFileSync(join(dir, "cairn.yaml"), labText);
  writeFileSync(join(dir, "train.sh"), train);
  for (const param of ["width", "depth"]) {
    const text = `title: More ${param}\nby: [a]\narea: architecture\nset: { train.${param}: 2 }\n`;
    writeFileSync(join(dir, "contributions", `more-${param}.yaml`), text);
  }
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(scale: string, generation?: number): Promise<Session> {
  const session = await openSession(dir, { scale, ...(generation !== undefined && { generation }) });
  sessions.push(session);
  return session;
}

const withStore = (session: Session, change: Partial<Store>): Session => ({
  ...session,
  store: { ...session.store, ...change },
});

function options(runs: number | null, onEvent: (event: QueueEvent) => void = () => {}): QueueOptions {
  const budget = { runs, hours: null, core_hours: null, gpu_hours: null };
  return { budget, capacity: { cpus: 2 }, signal: new AbortController().signal, onEvent };
}

const isUnfinished = ({ state }: RunRow) => state === "pending" || state === "running";
const unfinished = async ({ store }: Session) => (await store.listRuns()).filter(isUnfinished);

/** Works until the record refuses the end of the run that is done first. @returns changes of runs that were not over then */
async function breakQueue(session: Session): Promise<number> {
  let unwritten = 0;
  const broken = withStore(session, {
    updateRun: async (id, owner, change) => {
      if (change.state === "done") throw new Error("the record is full");
      unwritten++;
      // So slow that whoever does not wait for it is noticed.
      await delay(200);
      const row = await session.store.updateRun(id, owner, change);
      unwritten--;
      return row;
    },
  });
  await expect(runQueue(broken, options(4))).rejects.toThrow("the record is full");
  return unwritten;
}

describe("a queue that broke", () => {
  test("has written down all that it could, and the next one of its owner takes up what it left", async () => {
    const session = await open("full");
    expect(await breakQueue(session)).toBe(0);
    const left = await unfinished(session);
    expect(left.map(({ owner }) => owner)).toContain(session.owner);
    writeFileSync(join(dir, "go"), "");
    const events: QueueEvent[] = [];
    await runQueue(
      session,
      options(4, (event) => events.push(event)),
    );
    expect(events.find(({ kind }) => kind === "resumed")).toMatchObject({ runs: left.length });
    expect(await unfinished(session)).toEqual([]);
    const rows = await session.store.findRuns(left.map(({ id }) => id));
    expect(rows.map(({ state }) => state)).toEqual(left.map(() => "done"));
  });

  test("leaves the runs of its scale to whoever works at that", async () => {
    const first = await open("proxy", 0);
    await breakQueue(first);
    const left = await unfinished(first);
    expect(left.length).toBeGreaterThan(0);
    writeFileSync(join(dir, "go"), "");
    // Its predecessor is known to be gone.
    const full = await open("full", 1);
    await runQueue(full, options(2));
    expect(await unfinished(full)).toEqual(left);
    const proxy = await open("proxy", 2);
    await runQueue(proxy, options(2));
    const rows = await proxy.store.findRuns(left.map(({ id }) => id));
    expect(rows.map(({ state }) => state)).toEqual(left.map(() => "done"));
  });
});

describe("a run that is asked for while another process has it", () => {
  /** The other one ends it in this way as soon as it is waited for. */
  async function awaited(
    state: RunState,
  ): Promise<{ readonly events: readonly QueueEvent[]; readonly rows: readonly RunRow[] }> {
    writeFileSync(join(dir, "go"), "");
    const other = await open("full", 0);
    const own = await open("full");
    const { baseline } = own.loaded;
    const resolved = other.resolve(baseline);
    if (!resolved.ok) throw new Error("it cannot be built");
    const stage = { stage: "train", key: null, attempt: null, reused: false };
    const { owner } = other;
    await other.store.insertRun({
      ...{ id: "r1", levels: [], seed: 1, scale: "full", purpose: byHand.purpose, recipeDigest: resolved.value.digest },
      ...{ origin: originOf(other, baseline), why: byHand.why, owner, stages: [{ ...stage, state: "pending" }] },
    });
    const failed = { attempts: 2, cause: { kind: "exit", code: 7 } } as const;
    const ended = state === "failed" ? { ...stage, state, failed } : { ...stage, state: "cancelled" as const };
    const waiting = withStore(own, {
      findRuns: async (ids) => {
        if (ids.includes("r1")) await other.store.updateRun("r1", owner, { state, stages: [ended] });
        return own.store.findRuns(ids);
      },
    });
    const events: QueueEvent[] = [];
    const asked = [{ combination: baseline, seed: 1, ...byHand }];
    expect(
      await runAsked(
        waiting,
        asked,
        options(null, (event) => events.push(event)),
      ),
    ).toEqual({ kind: "exhausted" });
    return { events, rows: await own.store.listRuns() };
  }

  test("and that fails there is told, with its cause", async () => {
    const { events, rows } = await awaited("failed");
    expect(events).toMatchObject([
      { kind: "stage", event: { kind: "stage-failed", run: "r1", failure: { cause: { kind: "exit", code: 7 } } } },
      { kind: "run-finished", run: { id: "r1", state: "failed" } },
    ]);
    expect(rows).toHaveLength(1);
  });

  test("and that is given up there is made here", async () => {
    const { events, rows } = await awaited("cancelled");
    expect(rows.map(({ state }) => state)).toEqual(["cancelled", "done"]);
    expect(events.filter(({ kind }) => kind === "run-finished")).toMatchObject([{ run: { state: "done" } }]);
    expect(existsSync(join(dir, "first"))).toBe(true);
  });
});
