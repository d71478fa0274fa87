import { createServer } from "node:net";
import { z } from "zod";
import { type CairnError, usage } from "../app/errors.ts";

const patience = 1000;
const mostTries = 50;

/** Whether it can be listened on. What else may be wrong with the address is found by listening. */
export function isTaken(host: string, port: number): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}

/** Says who has the port, if it is a Cairn, and which is free. */
export async function portTaken(host: string, port: number): Promise<CairnError> {
  const lab = await labAt(host, port);
  const by = lab === null ? "another program" : lab === "" ? "another Cairn" : `the Cairn of the lab ${lab}`;
  const free = await freePort(host, port + 1);
  const use = lab === null ? "" : `Open http://${nameOf(host)}:${port}, or `;
  const other = free === null ? "choose another with --port" : `take another port: cairn serve --port ${free}`;
  const help = `${use}${other}`;
  return usage(`port ${port} is taken by ${by}`, `${help.charAt(0).toUpperCase()}${help.slice(1)}.`);
}

async function freePort(host: string, from: number): Promise<number | null> {
  for (let port = from; port < from + mostTries && port < 65_536; port++) {
    if (!(await isTaken(host, port))) return port;
  }
  return null;
}

/** The name of the lab that a Cairn serves there; empty: it tells only those who log in. null: no Cairn. */
async function labAt(host: string, port: number): Promise<string | null> {
  const health = z.object({ status: z.string(), version: z.string() });
  if (!health.safeParse(await ask(host, port, "health")).success) return null;
  const lab = z.object({ name: z.string() }).safeParse(await ask(host, port, "lab"));
  return lab.success ? lab.data.name : "";
}

async function ask(host: string, port: number, what: string): Promise<unknown> {
  try {
    const url = `http://${nameOf(host)}:${port}/api/v1/${what}`;
    return await (await fetch(url, { signal: AbortSignal.timeout(patience) })).json();
  } catch {
    return null;
  }
}

/** An address that stands for all of a machine's cannot be asked: this machine can. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
