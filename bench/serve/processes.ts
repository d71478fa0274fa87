import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Serving {
  /** Seconds from its start to the first answer. */
  readonly start: number;
  /** Resident memory of it and all that it started, in megabytes. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it answers at the address. @throws Error when it ends, or not within five minutes. */
export async function startServing(
  argv: readonly [string, ...string[]],
  address: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const [program, ...args] = argv;
  const begin = performance.now();
  const child: ChildProcess = spawn(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  while (!(await answers(address))) {
    if (child.exitCode !== null) throw new Error(`${argv.join(" ")} ended with ${child.exitCode}\n${said}`);
    if (performance.now() - begin > 300_000) {
      await stop();
      throw new Error(`${argv.join(" ")} did not answer at ${address}\n${said}`);
    }
    await delay(20);
  }
  const start = (performance.now() - begin) / 1000;
  return { start, memory: () => memoryOf(child.pid ?? 0), stop };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}

function memoryOf(pid: number): number {
  const kilobytes = Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return kilobytes / 1000 + children.reduce((sum, child) => sum + memoryOf(child), 0);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
