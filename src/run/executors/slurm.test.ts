import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { executorContract } from "../../../test/contracts/executor.ts";
import { needs } from "../../../test/needs.ts";
import { type SlurmRig, startSlurm } from "../../../test/rigs/slurm.ts";
import { systemClock } from "../../base/clock.ts";
import type { Executor, Task } from "../run.ts";
import { jobFiles } from "./job-script.ts";
import { createRemoteExecutor } from "./remote.ts";
import { type Call, createSlurm, type SlurmOptions, trySubmission } from "./slurm.ts";

const defaults: SlurmOptions = { partition: null, account: null, qos: null, arguments: [] };
const quick = { pause: { least: 50, most: 300 }, patience: 5_000, lag: 10_000 };

function create(options: Partial<SlurmOptions> = {}, onContact: (problem: string | null) => void = () => {}): Executor {
  return createRemoteExecutor(createSlurm({ ...defaults, ...options }), {
    clock: systemClock,
    wrapping: { modules: [], prefix: [] },
    onContact,
    ...quick,
  });
}

describe("what a site says of a submission", () => {
  const job: Task = {
    attempt: "stage-0123456789-1-00000000",
    folder: "/folder",
    argv: ["true"],
    cwd: "/",
    env: {},
    logFile: "/folder/log",
    resources: { cpus: 1, gpus: 0, memory: null },
    timeout: null,
  };
  const policy =
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n";
  const saying =
    (stderr: string): Call =>
    async () => ({ kind: "exited", code: 1, stdout: "", stderr });

  it.each([
    ["sbatch: error: AssocMaxSubmitJobLimit\n", "unknown"],
    ["sbatch: error: AssocGrpSubmitJobsLimit\n", "unknown"],
    ["sbatch: error: QOSMaxSubmitJobPerUserLimit\n", "unknown"],
    ["sbatch: error: MaxSubmitJobsPerAccount\n", "unknown"],
    ["", "unknown"],
    ["sbatch: error: QOSMaxCpuPerUserLimit\n", "refused"],
    ["sbatch: error: AssocMaxWallDurationPerJobLimit\n", "refused"],
    ["sbatch: error: MaxMemPerLimit\n", "refused"],
  ] as const)("%j: %s", async (named, kind) => {
    const submission = await createSlurm(defaults, saying(named + policy)).submit(job, "/folder/script");
    expect(submission).toEqual({ kind, message: expect.stringContaining("job submit limit") });
    expect(await trySubmission(defaults, job, saying(named + policy))).toEqual(
      kind === "unknown" ? null : expect.stringContaining("job submit limit"),
    );
  });

  it("is asked again within the same attempt when no more jobs are taken for now", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cairn-job-"));
    let submissions = 0;
    const call: Call = async ([program]) => {
      if (program !== "sbatch") return { kind: "exited", code: 0, stdout: "", stderr: "" };
      if (++submissions < 3) return { kind: "exited", code: 1, stdout: "", stderr: policy };
      writeFileSync(jobFiles(folder).exit, "0 1 2\n");
      return { kind: "exited", code: 0, stdout: "17\n", stderr: "" };
    };
    const options = { clock: systemClock, wrapping: { modules: [], prefix: [] }, onContact: () => {} };
    const executor = createRemoteExecutor(createSlurm(defaults, call), {
      ...options,
      ...{ pause: { least: 1, most: 2 }, patience: 5, lag: 10_000 },
    });
    expect(await executor.start({ ...job, folder }).exit).toMatchObject({ kind: "exited", code: 0 });
    expect(submissions).toBe(3);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(needs("slurm") === null)("Slurm", () => {
  let rig: SlurmRig;
  beforeAll(async () => {
    rig = await startSlurm();
  });
  afterAll(() => rig.stop());

  executorContract({
    name: "Slurm",
    create: () => create(),
    argv: (behaviour) => {
      if (behaviour.kind === "exit") return ["sh", "-c", `exit ${behaviour.code}`];
      if (behaviour.kind === "hang")
        return ["sh", "-c", 'echo "$CAIRN_ATTEMPT" >> started; while :; do sleep 1000; done'];
      return ["sh", "-c", `printenv ${behaviour.variable} > value`];
    },
  });

  describe("jobs", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "cairn-job-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const task = (argv: readonly string[], change: Partial<Task> = {}): Task => {
      const attempt = `stage-0123456789-1-${randomBytes(4).toString("hex")}`;
      mkdirSync(join(folder, attempt));
      return {
        attempt,
        folder: join(folder, attempt),
        argv,
        cwd: folder,
        env: { PATH: process.env.PATH ?? "" },
        logFile: join(folder, `${attempt}.log`),
        resources: { cpus: 1, gpus: 0, memory: null },
        timeout: null,
        ...change,
      };
    };
    const begun = async ({ folder }: Task) => {
      while (!existsSync(join(folder, "begun"))) await delay(20);
    };

    it("get their words as they are, and their output is in the log", async () => {
      const words = ["a b", "it's", '"', "$HOME", "`id`", "\\", "ü\n%j", ""];
      const told = task(["printf", "%s|", ...words]);
      expect(await create().start(told).exit).toMatchObject({ kind: "exited", code: 0 });
      expect(readFileSync(told.logFile, "utf8")).toBe(words.map((word) => `${word}|`).join(""));
    });

    it("that are asked for wrongly are refused in the site's words", async () => {
      const refusal = await create({ partition: "nowhere" }).start(task(["true"])).exit;
      expect(refusal).toEqual({ kind: "refused", message: expect.stringContaining("nvalid partition") });
      const tooMuch = await create().start(task(["true"], { resources: { cpus: 1, gpus: 0, memory: 999_999 } })).exit;
      expect(tooMuch).toEqual({ kind: "refused", message: expect.stringContaining("Memory specification") });
    });

    it("that would be refused are known before anything is submitted", async () => {
      const small = { resources: { cpus: 1, gpus: 0, memory: null }, timeout: 90, cwd: folder };
      expect(await trySubmission(defaults, small)).toBe(null);
      expect(await trySubmission({ ...defaults, partition: "nowhere" }, small)).toMatch(/nvalid partition/);
      const large = { ...small, resources: { cpus: 1, gpus: 0, memory: 2 ** 40 } };
      expect(await trySubmission(defaults, large)).toMatch(/[Mm]emory|node configuration/);
      expect(await createSlurm(defaults).list()).toEqual({ ok: true, value: [] });
    });

    it("go on when they are left, and are attached to by the next process, also after they ended", async () => {
      const long = task(["sh", "-c", "sleep 1; exit 7"]);
      const first = create();
      const left = first.start(long);
      await begun(long);
      left.leave?.();
      expect(await left.exit).toEqual({ kind: "left" });
      const second = await create().attach?.(long);
      expect(await second?.exit).toMatchObject({ kind: "exited", code: 7 });
      expect(await (await create().attach?.(long))?.exit).toMatchObject({ kind: "exited", code: 7 });
      expect(await create().attach?.(task(["true"]))).toBeNull();
    });

    it("that somebody cancels are said to be stopped", async () => {
      const victim = task(["sleep", "100"]);
      const execution = create().start(victim);
      await begun(victim);
      await createSlurm(defaults).cancel([victim.attempt]);
      expect(await execution.exit).toEqual({ kind: "stopped", message: expect.stringContaining("Slurm") });
    });

    it("that nobody wants are swept, and others are not", async () => {
      const [orphan, kept] = [task(["sleep", "100"]), task(["sleep", "100"])];
      const [a, b] = [create().start(orphan), create().start(kept)];
      await Promise.all([begun(orphan), begun(kept)]);
      a.leave?.();
      b.leave?.();
      expect(await create().sweepOrphans(async (attempt) => attempt !== orphan.attempt)).toEqual([orphan.attempt]);
      const back = await create().attach?.(kept);
      await back?.cancel();
      expect(await back?.exit).toEqual({ kind: "cancelled" });
    });

    it("outlive their controller, and are never taken for one another", async () => {
      const executor = create();
      const survivor = task(["sh", "-c", "sleep 4; exit 5"]);
      const execution = executor.start(survivor);
      await begun(survivor);
      await rig.killController();
      const later = task(["sh", "-c", "exit 6"]);
      const submittedBlind = executor.start(later);
      await delay(1_500);
      await rig.startController();
      expect(await execution.exit).toMatchObject({ kind: "exited", code: 5 });
      // A controller that lost the first job gives its number to the second, and the node then refuses that one.
      const blind = await submittedBlind.exit;
      if (blind.kind === "exited") expect(blind).toMatchObject({ code: 6 });
      else expect(blind).toEqual({ kind: "lost", message: expect.stringContaining("before it began") });
    });
  });
});
