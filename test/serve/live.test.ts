import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { CairnError } from "../../src/app/errors.ts";
import { openLive } from "../../src/app/live/open.ts";
import type { ThreadData } from "../../src/app/live/orders.ts";
import { processesOfLab, removeLab } from "../durability/rig.ts";
import { copyLab, listen, propose, root, until, type Watched, watchLive } from "./rig.ts";

const labs: string[] = [];
const open: Watched[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((watched) => watched.close()));
  for (const dir of labs.splice(0)) removeLab(dir);
});

function lab(...contributions: string[]): string {
  const dir = copyLab(contributions);
  labs.push(dir);
  return dir;
}

async function watched(...args: Parameters<typeof watchLive>): Promise<Watched> {
  const made = await watchLive(...args);
  open.push(made);
  return made;
}

async function failureOf(promise: Promise<unknown>) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CairnError) return error.failure;
    throw error;
  }
  return null;
}

const done = async ({ live }: Watched) =>
  (await live.session.store.listRuns()).filter((run) => run.state === "done").length;

test("from a proposal to a landing, with nobody but the lab itself", { timeout: 240_000 }, async () => {
  const dir = lab("muon");
  const watching = await watched(dir);
  const { live, seen } = watching;
  propose(dir, "dedupe", "prepare.dedupe: lines");
  await until("the proposal is seen", () => seen.some((c) => c.kind === "contribution" && c.id === "dedupe"));
  expect(live.session.loaded.contributions.map(({ id }) => id)).toEqual(["dedupe", "muon"]);
  await until("it is decided", () => live.queue().state === "resting");
  expect(live.queue().because).toContain("decision is made");
  await until("the report says so", () => {
    const { report, computing } = live.report();
    return !computing && report?.state === "decided";
  });
  const { report } = live.report();
  expect(report?.recommended).toEqual(["dedupe", "muon"]);

  const prediction = await live.predict(["muon", "dedupe"]);
  expect(prediction.utility).toEqual(report?.set.utility);
  expect(prediction.objectives.map(({ objective, difference }) => ({ objective, difference }))).toEqual(
    report?.set.objectives.map(({ objective, difference }) => ({ objective, difference })),
  );
  expect((await live.predict([])).utility).toEqual({ mean: 0, low: 0, high: 0 });

  expect(await failureOf(live.land(["muon"]))).toMatchObject({ kind: "conflict" });
  const { landing, file } = await live.land(["dedupe", "muon"]);
  expect(landing.set).toEqual(["dedupe", "muon"]);
  expect(readdirSync(join(dir, "landings"))).toEqual([file.replace("landings/", "")]);
  expect(live.session.loaded.landings).toHaveLength(1);
  expect((await live.landingReport(1))?.landing).toBe(1);
  expect(await live.landingReport(2)).toBeNull();
  await until("the landing is told of", () => seen.some((c) => c.kind === "landing"));

  // Told in the order of the numbers, so that the last one seen is where to go on from.
  const numbers = seen.map(({ number }) => number);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test("what another process does is seen, once each and soon", { timeout: 240_000 }, async () => {
  const dir = lab("muon");
  const watching = await watched(dir, { run: false });
  const { live, seen } = watching;
  expect(live.queue().state).toBe("watching");
  await until("a first report", () => !live.report().computing);
  expect(live.report().report?.runs).toEqual([]);
  const before = seen.length;
  execFileSync(process.execPath, [join(root, "src/cli/main.ts"), "-C", dir, "run", "baseline", "--seeds", "2"], {
    stdio: "ignore",
  });
  await until(
    "the runs are told of",
    async () => {
      const numbers = new Map(
        (await live.session.store.changesSince(0, 100)).map(({ number, kind, id }) => [`${kind}/${id}`, number]),
      );
      const told = new Map(seen.slice(before).map(({ number, kind, id }) => [`${kind}/${id}`, number]));
      return [...numbers]
        .filter(([subject]) => subject.startsWith("run/"))
        .every(([subject, n]) => told.get(subject) === n);
    },
    5,
  );
  expect(await done(watching)).toBe(2);
  await until("a report with them", () => live.report().report?.runs.length === 2);

  // Whoever comes back is told of what changed since, each subject once; a second time of nothing but what is unnumbered.
  const last = Math.max(...seen.map(({ number }) => number));
  const again = listen(live, 0);
  await until("all is told again", () => again.seen.some(({ kind }) => kind === "queue"));
  await again.stop();
  const subjects = again.seen.map(({ kind, id }) => `${kind}/${id}`);
  expect(new Set(subjects).size).toBe(subjects.length);
  expect(subjects.filter((subject) => subject.startsWith("run/"))).toHaveLength(2);
  const rest = listen(live, last);
  await delay(400);
  await rest.stop();
  expect(rest.seen.map(({ kind }) => kind)).toEqual(["report", "queue"]);
});

test("a pause lets what runs finish, holds over a restart, and is lifted", { timeout: 240_000 }, async () => {
  const dir = lab("muon", "dedupe", "high-lr", "rotary");
  const first = await watched(dir);
  await until("something runs", () => first.live.queue().running > 0);
  const state = await first.live.order(true);
  expect(state.state).toBe("paused");
  await until("it has ended", () => first.live.queue().running === 0);
  await delay(500);
  const count = await done(first);
  expect(count).toBeGreaterThan(0);
  expect((await first.live.session.store.listRuns()).every((run) => run.state === "done")).toBe(true);
  await first.close();

  const second = await watched(dir);
  expect(second.live.queue().state).toBe("paused");
  await delay(1000);
  expect(await done(second)).toBe(count);
  // By another server of the same lab.
  const third = await watched(dir, { run: false });
  await third.live.order(false);
  await until("the pause is lifted here too", () => second.live.queue().state === "working");
  await until("it goes on", async () => (await done(second)) > count);
});

test("closing ends what runs: it is pending again, and nothing of it is left", { timeout: 240_000 }, async () => {
  const dir = lab("muon", "dedupe");
  slow(dir);
  const first = await watched(dir);
  await until("a stage runs", () => processesOfLab(dir).length > 0);
  await first.close();
  expect(processesOfLab(dir)).toEqual([]);
  const second = await watched(dir, { run: false });
  const runs = await second.live.session.store.listRuns();
  expect(runs.length).toBeGreaterThan(0);
  expect(runs.every((run) => run.state === "pending")).toBe(true);
});

test("a lab file that is broken while it works is shown, and what was right goes on", {
  timeout: 240_000,
}, async () => {
  const dir = lab("muon", "dedupe", "high-lr", "rotary");
  const { live, seen } = await watched(dir);
  await until("something runs", () => live.queue().running > 0);
  const file = join(dir, "cairn.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("objectives:", "objektives:"));
  await until("it is noticed", () => live.diagnostics.length > 0);
  expect(live.diagnostics[0]).toMatchObject({ severity: "error", path: "cairn.yaml" });
  expect(live.diagnostics[0]?.line).not.toBeNull();
  expect(live.session.loaded.lab.objectives.length).toBe(4);
  const before = (await live.session.store.listRuns()).length;
  await until("it goes on", async () => (await live.session.store.listRuns()).length > before);
  const count = seen.filter(({ kind }) => kind === "lab").length;
  writeFileSync(file, text.replace("matters: 0.01", "matters: 0.02"));
  await until("it is mended", () => live.diagnostics.length === 0);
  expect(live.session.loaded.lab.objectives[0]?.matters).toMatchObject({ value: 0.02 });
  await until("that is told", () => seen.filter(({ kind }) => kind === "lab").length > count);
});

test("a baseline that does not run is why it rests, after a restart too, until it is mended", {
  timeout: 240_000,
}, async () => {
  const dir = lab("muon");
  const script = join(dir, "stages/prepare.sh");
  const text = readFileSync(script, "utf8");
  writeFileSync(script, "echo no such corpus >&2; exit 3\n");
  const first = await watched(dir);
  await until("it rests", () => first.live.queue().state === "resting");
  expect(first.live.queue().because).toContain("The baseline does not run");
  await first.close();
  const { live } = await watched(dir);
  await until("it rests again", () => live.queue().state === "resting");
  expect(live.queue().because).toContain("The baseline does not run");
  writeFileSync(script, text);
  await until("it works again", () => live.queue().state === "working");
});

test("a queue whose thread dies rests with the reason, and is started again", { timeout: 240_000 }, async () => {
  const dir = lab("muon", "dedupe");
  slow(dir);
  const threads: Worker[] = [];
  const startQueueThread = (workerData: ThreadData) => {
    const file = new URL("../../src/app/live/queue-thread.ts", import.meta.url);
    const thread = new Worker(file, { workerData, execArgv: [] });
    threads.push(thread);
    return thread;
  };
  const { live } = await watched(dir, { startQueueThread });
  await until("a stage runs", () => processesOfLab(dir).length > 0);
  const [orphan] = processesOfLab(dir);
  await threads[0]?.terminate();
  expect(live.queue().state).toBe("resting");
  expect(live.queue().because).toContain("started again in 1 s");
  expect((await live.plan(1)).toGo.runs).toBeGreaterThan(0);
  await until("it works again", () => live.queue().state === "working");
  expect(threads).toHaveLength(2);
  rmSync(join(dir, "slow"));
  // It takes up its predecessor's runs as those of a process that is gone, and ends what ran on.
  await until("the orphan is ended", () => !processesOfLab(dir).includes(orphan ?? 0));
  await until("what had begun is done", async () => {
    const runs = await live.session.store.listRuns();
    return runs.slice(0, 2).every((run) => run.state === "done");
  });
});

test("what cannot be predicted is said why, and what is not there is not found", { timeout: 240_000 }, async () => {
  const dir = lab("muon", "lion", "context", "rotary");
  const { live } = await watched(dir, { run: false });
  expect((await live.predict(["muon", "lion"])).impossible?.levels).toEqual(["muon", "lion"]);
  const needy = await live.predict(["context=long"]);
  expect(needy.impossible?.message).toContain("requires rotary");
  expect(needy.objectives).toEqual([]);
  expect((await live.predict(["muon", "rotary"])).impossible).toBeNull();
  expect(await failureOf(live.predict(["nonsense"]))).toMatchObject({ kind: "not-found" });
});

test("a directory that is no lab, or not a right one, is refused as everywhere", async () => {
  const dir = lab("muon");
  writeFileSync(join(dir, "cairn.yaml"), "cairn: 1\nname: [");
  const options = { scale: null, run: true, cpus: null, gpus: null };
  expect(await failureOf(openLive(dir, options))).toMatchObject({ kind: "invalid" });
  rmSync(join(dir, "cairn.yaml"));
  expect(await failureOf(openLive(dir, options))).toMatchObject({ kind: "no-lab" });
});

/** Stages that take long while there is a file `slow`. */
function slow(dir: string): void {
  writeFileSync(join(dir, "slow"), "");
  const script = join(dir, "stages/train.sh");
  writeFileSync(script, `if [ -e "${dir}/slow" ]; then sleep 60; fi\n${readFileSync(script, "utf8")}`);
}
