import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Behaviour, executorContract } from "../../../test/contracts/executor.ts";
import { noteAbsence } from "../../../test/needs.ts";
import { type RayRig, startRay } from "../../../test/rigs/ray.ts";
import { systemClock } from "../../base/clock.ts";
import type { Executor, Task } from "../run.ts";
import { createRay } from "./ray.ts";
import { createRemoteExecutor } from "./remote.ts";

const quick = { pause: { least: 10, most: 50 }, patience: 400, lag: 4_000 };

/** A cluster is started by hand: it takes a Python of its own, and a minute. */
function realRay(): string | null {
  const address = process.env.CAIRN_TEST_RAY;
  if (address !== undefined) return address;
  noteAbsence({
    name: "ray",
    why: "the executor for Ray is tested against the documented API only",
    get: "pip install 'ray[default]', ray start --head, and CAIRN_TEST_RAY=http://127.0.0.1:8265 ./cairn test",
    optional: true,
  });
  return null;
}

function create(
  address: string,
  token: string | null = null,
  onContact: (p: string | null) => void = () => {},
): Executor {
  return createRemoteExecutor(createRay({ address, token }), {
    clock: systemClock,
    wrapping: { modules: [], prefix: [] },
    onContact,
    ...quick,
  });
}

function argvOf(behaviour: Behaviour): readonly string[] {
  if (behaviour.kind === "exit") return ["sh", "-c", `exit ${behaviour.code}`];
  if (behaviour.kind === "hang") return ["sh", "-c", 'echo "$CAIRN_ATTEMPT" >> started; while :; do sleep 1000; done'];
  return ["sh", "-c", `printenv ${behaviour.variable} > value`];
}

const real = realRay();
describe.skipIf(real === null)("a real Ray", { timeout: 180_000 }, () => {
  executorContract({ name: "a real Ray", create: () => create(real ?? ""), argv: argvOf });
});

describe("Ray's Jobs API", () => {
  let ray: RayRig;
  let folder = "";
  beforeAll(async () => {
    ray = await startRay();
  });
  afterAll(() => ray.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-ray-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  executorContract({ name: "Ray", create: () => create(ray.address), argv: argvOf });

  const task = (argv: readonly string[]): Task => {
    const attempt = `stage-0123456789-1-${randomBytes(4).toString("hex")}`;
    mkdirSync(join(folder, attempt));
    return {
      attempt,
      folder: join(folder, attempt),
      argv,
      cwd: folder,
      env: { PATH: process.env.PATH ?? "" },
      logFile: join(folder, "log"),
      resources: { cpus: 1, gpus: 0, memory: 64 },
      timeout: null,
    };
  };
  const begun = async ({ folder }: Task) => {
    while (!existsSync(join(folder, "begun"))) await delay(5);
  };
  const times = (task: Task) => ray.started.filter((id) => id === task.attempt).length;

  it("is submitted to once, though its answers are lost", async () => {
    const told = task(["sh", "-c", "sleep 0.2; exit 9"]);
    ray.cutOff(1);
    expect(await create(ray.address).start(told).exit).toMatchObject({ kind: "exited", code: 9 });
    expect(times(told)).toBe(1);
  });

  it("is out of reach while it restarts; what it forgot is lost, and only that", async () => {
    const contacts: (string | null)[] = [];
    const executor = create(ray.address, null, (problem) => contacts.push(problem));
    const victim = task(["sleep", "100"]);
    const execution = executor.start(victim);
    await begun(victim);
    await ray.crash();
    await delay(200);
    await ray.revive();
    expect(await execution.exit).toEqual({ kind: "lost", message: "Ray does not know it any more" });
    expect(contacts).toEqual([expect.stringContaining("does not answer"), null]);
  });

  it("is not asked for what has ended: the exit file says it", async () => {
    const told = task(["sh", "-c", "exit 4"]);
    const execution = create(ray.address).start(told);
    await execution.exit;
    ray.forget(told.attempt);
    expect(await (await create(ray.address).attach?.(told))?.exit).toMatchObject({ kind: "exited", code: 4 });
  });

  it("has jobs of dead sessions swept, and others are not", async () => {
    const [orphan, kept] = [task(["sleep", "100"]), task(["sleep", "100"])];
    for (const each of [orphan, kept]) {
      const execution = create(ray.address).start(each);
      await begun(each);
      execution.leave?.();
    }
    expect(await create(ray.address).sweepOrphans(async (id) => id !== orphan.attempt)).toEqual([orphan.attempt]);
    const back = await create(ray.address).attach?.(kept);
    await back?.cancel();
    expect(await back?.exit).toEqual({ kind: "cancelled" });
  });

  it("says which variable holds a token that it does not take", async () => {
    const guarded = await startRay("secret");
    const refusal = await create(guarded.address, "expired").start(task(["true"])).exit;
    expect(refusal).toEqual({ kind: "refused", message: expect.stringContaining("CAIRN_RAY_TOKEN") });
    expect(await create(guarded.address, "secret").start(task(["true"])).exit).toMatchObject({
      kind: "exited",
      code: 0,
    });
    await guarded.stop();
  });
});
