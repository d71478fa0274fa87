import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { change } from "../../src/api/lab.ts";
import { CairnError } from "../../src/app/errors.ts";
import { type Served, startServer } from "../../src/server/serve.ts";
import type { RunStage } from "../../src/store/store.ts";
import { newRun } from "../contracts/store.ts";
import { openDoor, openRig, type Rig } from "./rig.ts";

/** The server over a real socket. */

let rig: Rig;
let served: Served;
const start = (from: Rig, port = 0) =>
  startServer({ app: from.app, host: "127.0.0.1", port, log: noLog, closing: from.closing, publicUrl: null });
const noLog = { debug: () => {}, info: () => {}, error: () => {} };

beforeAll(async () => {
  rig = await openRig(openDoor);
  served = await start(rig);
});
afterAll(async () => {
  await served.close();
  await rig.close();
});

interface Event {
  readonly id: string | null;
  readonly data: string;
}

/** Events until one is what is waited for. */
async function eventsUntil(
  url: string,
  headers: Record<string, string>,
  isLast: (event: Event) => boolean,
): Promise<Event[]> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const events: Event[] = [];
  let text = "";
  for await (const chunk of (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) events.push({ id: /^id: (.*)$/m.exec(block)?.[1] ?? null, data });
    }
    if (events.some(isLast)) break;
  }
  abort.abort();
  return events;
}

/** Raw bytes to the server, and what it says before it hangs up. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(served.port, "127.0.0.1", () => socket.write(text));
    let heard = "";
    socket.on("data", (data) => {
      heard += data.toString("latin1");
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });
}

describe("a server", () => {
  it("listens on a port that is free, and says where", async () => {
    expect(served.url).toBe(`http://localhost:${served.port}`);
    const response = await fetch(`http://127.0.0.1:${served.port}/api/v1/health`);
    expect(await response.json()).toMatchObject({ status: "ok", checks: { store: { ok: true } } });
  });

  it("says so where the port is taken, in words", async () => {
    const failed = await start(rig, served.port).catch((error: unknown) => error);
    expect(failed instanceof CairnError ? failed.failure : failed).toMatchObject({
      kind: "usage",
      message: `port ${served.port} is taken`,
    });
  });

  it.each([
    ["GET /api/v1/health HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["GET /api/v1/health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
    ["GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404],
    ["GET http://evil.example/api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421],
    ["GET /api/v1/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421],
    ["nonsense\r\n\r\n", 400],
    [`GET /${"a".repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 431],
  ])("answers what is no request with a refusal: %j", async (request, status) => {
    const heard = await say(request);
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(heard).not.toMatch(/at .*\.ts:\d+|node:internal|root:/);
  });

  it("does not wait for the rest of a body that is too large", async () => {
    const request =
      "POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n{";
    expect(await say(request)).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe("events", () => {
  const url = () => `${served.url}/api/v1/events`;
  const numberOf = (event: Event) => change.parse(JSON.parse(event.data)).number;
  const note = (id: string) => rig.live.session.store.noteChange("contribution", id);
  const isOf = (id: string) => (event: Event) => change.parse(JSON.parse(event.data)).id === id;

  it("come as they happen, and are taken up where they were left", async () => {
    const before = await rig.live.session.store.lastChange();
    const heard = eventsUntil(`${url()}?since=${before}`, {}, isOf("first"));
    await note("first");
    const [first] = (await heard).filter(isOf("first"));
    expect(first?.id).toBe(String(first === undefined ? null : numberOf(first)));

    await note("second");
    await note("third");
    await note("second");
    const last = await rig.live.session.store.lastChange();
    const isNewest = ({ id }: Event) => id === String(last);
    await eventsUntil(`${url()}?since=${first?.id}`, {}, isNewest);
    // By now the server has told all of it; who comes back is told again, from where they were.
    const later = await eventsUntil(url(), { "last-event-id": first?.id ?? "" }, isNewest);
    const ids = later.map((event) => change.parse(JSON.parse(event.data)).id);
    expect(ids.filter((id) => id === "second")).toHaveLength(1);
    expect(ids).toContain("third");
    expect(ids).not.toContain("first");
    const numbers = later.flatMap(({ id }) => (id === null ? [] : [Number(id)]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it("are counted while they are open, and not after", async () => {
    const streams = async () =>
      /cairn_open_streams (\d+)/.exec(await (await fetch(`${served.url}/api/v1/metrics`)).text())?.[1];
    const abort = new AbortController();
    const open = await Promise.all([1, 2, 3].map(() => fetch(url(), { signal: abort.signal })));
    expect(open.every(({ ok }) => ok)).toBe(true);
    expect(await streams()).toBe("3");
    abort.abort();
    await expect.poll(streams).toBe("0");
  });
});

describe("metrics", () => {
  it("count runs by state, their stages, and what they took", async () => {
    const { store } = rig.live.session;
    const stage = (name: string, state: RunStage["state"], reused = false): RunStage => {
      return { stage: name, key: null, attempt: null, reused, state };
    };
    const stages = [stage("a", "done"), stage("b", "done", true), stage("c", "failed"), stage("d", "blocked")];
    await store.insertRun(newRun("metered", { owner: "test", stages, seed: 4711 }));
    await store.updateRun("metered", "test", { state: "failed", coreSeconds: 12.5, gpuSeconds: 3 });
    const text = await (await fetch(`${served.url}/api/v1/metrics`)).text();
    const values = new Map(
      text.split("\n").map((line) => [line.slice(0, line.lastIndexOf(" ")), line.split(" ").at(-1)]),
    );
    const names = ["done", "reused", "failed", "blocked", "running"].map(
      (state) => `cairn_run_stages{state="${state}"}`,
    );
    expect(names.map((name) => values.get(name))).toEqual(["1", "1", "1", "1", "0"]);
    expect(values.get('cairn_runs{state="failed"}')).toBe("1");
    expect(values.get("cairn_spent_core_seconds")).toBe("12.5");
    expect(values.get("cairn_spent_gpu_seconds")).toBe("3");
  });
});

describe("a server that closes", () => {
  it("ends its streams and is gone", async () => {
    const own = await openRig(openDoor);
    const other = await start(own);
    const stream = await fetch(`${other.url}/api/v1/events`);
    const end = stream.text();
    await other.close();
    // Ended by its own word: one that was cut off has no end, and this would throw.
    expect(await end).toMatch(/^retry: 2000\n\n/);
    await expect(fetch(`${other.url}/api/v1/health`)).rejects.toThrow();
    await own.close();
  });
});
