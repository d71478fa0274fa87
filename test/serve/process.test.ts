import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { isTaken, portTaken } from "../../src/cli/port.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { processesOfLab, removeLab } from "../durability/rig.ts";
import { copyLab, listen, root, until, watchLive } from "./rig.ts";

const labs: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  for (const dir of labs.splice(0)) removeLab(dir);
});

function lab(...contributions: string[]): string {
  const dir = copyLab(contributions);
  labs.push(dir);
  return dir;
}

/** A program of Node's in a process of its own, and what it has printed. */
function start(...argv: string[]) {
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  return { child, said };
}

async function recorded(dir: string) {
  const store = await openSqliteStore(join(dir, ".cairn", "cairn.db"), systemClock);
  try {
    return { runs: await store.listRuns(), results: await store.listResults(), last: await store.lastChange() };
  } finally {
    await store.close();
  }
}

test("kill -9 of what serves, and again: nothing is lost, what was begun is taken up", {
  timeout: 240_000,
}, async () => {
  const dir = lab("muon", "dedupe", "high-lr", "rotary");
  const { child, said } = start(join(root, "test/serve/host.ts"), dir);
  await until("some runs are made", () => (said.out.match(/^run /gm)?.length ?? 0) > 12);
  child.kill("SIGKILL");
  await once(child, "exit");
  const before = await recorded(dir);
  const done = before.runs.filter((run) => run.state === "done");
  expect(done.length).toBeGreaterThan(0);

  // A client that comes back with the last number it was told.
  const { live, close } = await watchLive(dir);
  const known = Number(/ (\d+)\n$/.exec(said.out)?.[1]);
  expect(known).toBeLessThanOrEqual(before.last);
  const client = listen(live, known);
  await until("what had begun is done", async () => {
    const runs = new Map((await live.session.store.listRuns()).map((run) => [run.id, run.state]));
    return before.runs.every(({ id }) => runs.get(id) === "done");
  });
  const unfinished = before.runs.filter((run) => run.state !== "done").map(({ id }) => id);
  await until("the client has heard of it", () => unfinished.every((id) => client.seen.some((c) => c.id === id)));
  await client.stop();
  await close();
  const after = await recorded(dir);
  expect(after.runs.slice(0, before.runs.length).map(({ id }) => id)).toEqual(before.runs.map(({ id }) => id));
  expect(after.results.slice(0, before.results.length)).toEqual(before.results);
  expect(new Set(after.results.map(({ key }) => key)).size).toBe(after.results.length);
  expect(processesOfLab(dir)).toEqual([]);
});

test("cairn serve: says where it is, answers, gives way to nobody, and stops at once", {
  timeout: 240_000,
}, async () => {
  const dir = lab("muon");
  const main = join(root, "src/cli/main.ts");
  const first = start(main, "-C", dir, "serve", "--port", "0", "--no-open");
  await until("it says where", () => /http:\/\/localhost:\d+/.test(first.said.out));
  const url = /http:\/\/localhost:\d+/.exec(first.said.out)?.[0] ?? "";
  const health = await fetch(`${url}/api/v1/health`);
  expect(health.status).toBe(200);
  const page = await fetch(url);
  expect(await page.text()).toContain('<div id="root">');
  const queue = await (await fetch(`${url}/api/v1/queue`)).json();
  expect(queue).toMatchObject({ state: "working" });

  const { port } = new URL(url);
  const second = start(main, "-C", dir, "serve", "--port", port, "--no-open");
  const [code] = await once(second.child, "exit");
  expect(code).toBe(2);
  expect(second.said.err).toContain(`port ${port} is taken by the Cairn of the lab planted`);
  expect(second.said.err).toContain("cairn serve --port");

  const third = start(main, "-C", dir, "serve", "--port", "0", "--no-open", "--no-run", "--log", "json");
  await until("the third says where", () => /http:\/\/localhost:\d+/.test(third.said.out));
  expect(third.said.err).toContain(`served at ${url} already`);

  for (const { child, said } of [third, first]) {
    child.kill("SIGINT");
    const [exit] = await once(child, "exit");
    expect(exit).toBe(0);
    expect(said.err.split("\n").filter((line) => line.startsWith("Stopping"))).toHaveLength(1);
  }
  expect(processesOfLab(dir)).toEqual([]);
  const { runs } = await recorded(dir);
  expect(runs.filter((run) => run.state === "running")).toEqual([]);
});

test("a port that another program has is said to be, and a free one is named", async () => {
  const server = createServer((_, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  expect(await isTaken("127.0.0.1", port)).toBe(true);
  const { failure } = await portTaken("127.0.0.1", port);
  expect(failure).toMatchObject({ kind: "usage", message: `port ${port} is taken by another program` });
  const named = /--port (\d+)/.exec(failure.kind === "usage" ? (failure.help ?? "") : "")?.[1];
  expect(await isTaken("127.0.0.1", Number(named))).toBe(false);
  server.close();
});
