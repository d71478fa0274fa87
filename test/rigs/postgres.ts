import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** A real PostgreSQL server on loopback, with everything of its own in a temporary directory. */
export interface PostgresRig {
  /** Of its one database, with a user who may do anything in it. */
  readonly url: string;
  /** Where it listens as a file. */
  readonly socket: string;
  readonly port: number;
  /** fast: an administrator stops it. kill: it is gone in an instant, as by a power cut. */
  stop(how: "fast" | "kill"): Promise<void>;
  start(): Promise<void>;
  /** Runs SQL in the database as its owner. */
  ask(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

const password = "a/b c%d";

/** @param program the path of `postgres`, beside which is `initdb` */
export async function startPostgres(program: string): Promise<PostgresRig> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-postgres-"));
  const data = join(folder, "data");
  const who = account();
  mkdirSync(data);
  chmodSync(folder, 0o755);
  if (who !== null) chownSync(data, who.uid, who.gid);
  const secret = join(folder, "password");
  writeFileSync(secret, `${password}\n`);
  const own = { ...who, env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" }, cwd: data };
  const basics = ["--username=lin", "--auth=scram-sha-256", `--pwfile=${secret}`, "--no-sync", "--encoding=UTF8"];
  execFileSync(join(dirname(program), "initdb"), [...basics, ...unhelpfulOrder(program), `--pgdata=${data}`], {
    ...own,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = await freePort();
  const url = `postgresql://lin:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const log = join(data, "log");
  let server: ChildProcess | null = null;
  const rig: PostgresRig = {
    url,
    socket: data,
    port,
    start: async () => {
      const settings = ["fsync=off", "max_connections=200", "log_min_messages=warning"];
      const args = ["-D", data, "-k", data, "-h", "127.0.0.1", "-p", String(port)];
      const command = `exec "$0" "$@" >> "${log}" 2>&1`;
      const all = [...args, ...settings.flatMap((one) => ["-c", one])];
      await until(async () => {
        // It gives up at once while processes of one that was killed are still ending: then it is started again.
        if (server === null || isOver(server))
          server = spawn("sh", ["-c", command, program, ...all], { ...own, stdio: "ignore" });
        return (await rig.ask("select 1")).length === 1;
      }, log);
    },
    stop: async (how) => {
      if (server === null || isOver(server)) return;
      const over = once(server, "exit");
      // Its processes notice that their parent is gone, and end too.
      server.kill(how === "kill" ? "SIGKILL" : "SIGINT");
      await over;
    },
    ask: async (sql) => {
      const client = new pg.Client({ connectionString: url });
      client.on("error", () => {});
      try {
        await client.connect();
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    close: async () => {
      await rig.stop("fast");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await rig.start();
  return rig;
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The server refuses to run as root. */
function account(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (option: string) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** An order of text that is not that of its bytes, as many databases have it, where the server knows one. */
function unhelpfulOrder(program: string): readonly string[] {
  const version = /\d+/.exec(execFileSync(program, ["--version"], { encoding: "utf8" }))?.[0];
  return Number(version) >= 15 ? ["--locale-provider=icu", "--icu-locale=en-US"] : [];
}

async function until(holds: () => Promise<boolean>, log: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`PostgreSQL did not start within 30 s\n${readFileSync(log, "utf8").slice(-2000)}`, {
          cause: error,
        });
    }
    await delay(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject()));
    });
  });
}
