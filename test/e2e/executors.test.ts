import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { askedByHand, type Findings, findingsOf } from "../findings.ts";
import { needs } from "../needs.ts";
import { startRay } from "../rigs/ray.ts";
import { startSlurm } from "../rigs/slurm.ts";
import { createRig, type Rig } from "./rig.ts";

/** Where stages run is not part of what they are: the whole path, on each executor. */

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function rigOn(executor: string, lab: string | null = "planted"): Rig {
  const rig = createRig(lab);
  stops.push(() => rig.dispose());
  if (lab !== null) appendFileSync(join(rig.dir, "cairn.yaml"), `\nexecutor: ${executor}\n`);
  return rig;
}

async function ray(): Promise<{ readonly executor: string; readonly rig: Awaited<ReturnType<typeof startRay>> }> {
  const rig = await startRay();
  stops.push(() => rig.stop());
  return { executor: `{ kind: ray, address: '${rig.address}' }`, rig };
}

async function decided(rig: Rig): Promise<Findings> {
  for (const levels of askedByHand) {
    const { code, err } = await rig.cairn("run", ...levels, "--seeds", "2");
    expect([0, 3], err).toContain(code);
  }
  return findingsOf((await rig.cairn("report", "--json")).out);
}

describe("the same lab", { timeout: 200_000 }, () => {
  test("comes to the same decision on this machine and on Ray", async () => {
    const { executor, rig } = await ray();
    const elsewhere = await decided(rigOn(executor));
    expect(elsewhere.runs).toHaveLength(8);
    expect(elsewhere).toEqual(await decided(rigOn("{ kind: local }")));
    // Once a stage that was not in the cache, and never twice.
    expect(new Set(rig.started).size).toBe(rig.started.length);
  });

  test.skipIf(needs("slurm") === null)("comes to the same decision on this machine and on Slurm", async () => {
    const slurm = await startSlurm();
    stops.push(() => slurm.stop());
    const elsewhere = await decided(rigOn("{ kind: slurm, partition: main }"));
    expect(elsewhere.runs).toHaveLength(8);
    expect(elsewhere).toEqual(await decided(rigOn("{ kind: local }")));
  });

  test("says what is wrong with a cluster that is not there, and runs nothing", async () => {
    const rig = rigOn("{ kind: ray, address: 'http://127.0.0.1:9' }");
    const { out } = await rig.cairn("doctor");
    expect(out).toContain("Ray at http://127.0.0.1:9 does not answer");
    expect(out).toContain("docs/clusters.md");
  });
});

test("a cluster that takes no stage any more ends the queue, and is laid at no combination's door", {
  timeout: 120_000,
}, async () => {
  const cluster = await startRay("right");
  stops.push(() => cluster.stop());
  stops.push(() => void delete process.env.CAIRN_RAY_TOKEN);
  const rig = rigOn("", null);
  const lab = [
    "cairn: 1",
    "name: one",
    "stages: { train: { run: 'sh train.sh {size}', code: [train.sh], params: { size: 1 } } }",
    "objectives: { loss: { stage: train, goal: minimize, matters: 0.1 } }",
    `executor: { kind: ray, address: '${cluster.address}' }`,
    "",
  ];
  writeFileSync(join(rig.dir, "cairn.yaml"), lab.join("\n"));
  writeFileSync(join(rig.dir, "train.sh"), 'printf \'{"loss": %s}\' "$1" > "$CAIRN_OUT/metrics.json"\n');
  mkdirSync(join(rig.dir, "contributions"));
  writeFileSync(
    join(rig.dir, "contributions", "large.yaml"),
    "title: Large\nby: [lin]\narea: architecture\nset: { train.size: 2 }\n",
  );
  process.env.CAIRN_RAY_TOKEN = "right";
  const first = await rig.cairn("run", "baseline");
  expect([first.code, first.err]).toEqual([0, expect.any(String)]);
  const before = cluster.started.length;
  process.env.CAIRN_RAY_TOKEN = "expired";
  const states = async () => {
    const { out } = await rig.cairn("report", "--json");
    return findingsOf(out).runs.map(({ state }) => state);
  };
  for (const argv of [["run"], ["run", "large", "--seeds", "3"]]) {
    const { code, err } = await rig.cairn(...argv);
    expect([code, err]).toEqual([7, expect.stringMatching(/nothing more is started: .*refuses the token/)]);
  }
  expect(await states()).not.toContain("failed");
  expect(cluster.started).toHaveLength(before);
  process.env.CAIRN_RAY_TOKEN = "right";
  expect((await rig.cairn("run", "large")).code).toBe(0);
  expect((await states()).filter((state) => state === "done")).toHaveLength(2);
});

describe("jobs elsewhere", { timeout: 120_000 }, () => {
  /** One stage that says when it is there and then waits for the file `go`. */
  async function waiting(): Promise<{ readonly lab: Rig; readonly cluster: Awaited<ReturnType<typeof startRay>> }> {
    const { executor, rig: cluster } = await ray();
    const lab = rigOn(executor, null);
    writeFileSync(
      join(lab.dir, "train.sh"),
      'touch there\nwhile [ ! -e go ]; do sleep 0.05; done\nprintf \'{"loss": 1}\' > "$CAIRN_OUT/metrics.json"\n',
    );
    writeFileSync(
      join(lab.dir, "cairn.yaml"),
      [
        "cairn: 1",
        "name: waiting",
        "stages: { train: { run: sh train.sh, code: [train.sh] } }",
        "objectives: { loss: { stage: train, goal: minimize, matters: 0.1 } }",
        `executor: ${executor}`,
        "",
      ].join("\n"),
    );
    return { lab, cluster };
  }

  async function startRun(lab: Rig): Promise<ChildProcess> {
    const child = spawn(process.execPath, [main, "-C", lab.dir, "run", "baseline"], { stdio: "ignore" });
    stops.push(() => void child.kill("SIGKILL"));
    while (!existsSync(join(lab.dir, "there"))) {
      expect(child.exitCode).toBe(null);
      await delay(20);
    }
    return child;
  }

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    test(`outlive Cairn (${signal}), and the next run takes them up`, async () => {
      const { lab, cluster } = await waiting();
      const child = await startRun(lab);
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
      writeFileSync(join(lab.dir, "go"), "");
      const { code, err } = await lab.cairn("run", "baseline");
      expect([0, 3], err).toContain(code);
      expect(cluster.started).toHaveLength(1);
      const report = findingsOf((await lab.cairn("report", "--json")).out);
      expect(report.runs).toMatchObject([{ state: "done", values: { loss: 1 } }]);
    });
  }

  test("are ended by `cairn cancel`, and their run is made anew when it is asked for", async () => {
    const { lab, cluster } = await waiting();
    const child = await startRun(lab);
    const during = await lab.cairn("cancel");
    expect(during.err).toContain("another Cairn");
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
    expect((await lab.cairn("cancel")).out).toContain("1 runs cancelled, 1 attempts ended");
    expect((await lab.cairn("cancel")).out).toContain("0 runs cancelled, 0 attempts ended");
    expect(cluster.states()).toEqual(["STOPPED"]);
    writeFileSync(join(lab.dir, "go"), "");
    await lab.cairn("run", "baseline");
    expect(cluster.started).toHaveLength(2);
  });
});
