import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A real Slurm of one node, on loopback, with everything of its own in a temporary directory. */
export interface SlurmRig {
  readonly folder: string;
  /** What its clients need in their environment. */
  readonly environment: { readonly SLURM_CONF: string };
  /** Ends the controller as a power cut would. */
  killController(): Promise<void>;
  startController(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSlurm(): Promise<SlurmRig> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-slurm-"));
  chmodSync(folder, 0o755);
  for (const name of ["state", "spool", "log", "run"]) mkdirSync(join(folder, name));
  const conf = join(folder, "slurm.conf");
  writeFileSync(join(folder, "munge.key"), randomBytes(1024), { mode: 0o600 });
  const host = hostname().split(".")[0] ?? "localhost";
  writeFileSync(conf, configuration(folder, host, [await freePort(), await freePort()]));
  process.env.SLURM_CONF = conf;
  const munged = daemon("munged", [
    "--foreground",
    "--force",
    `--key-file=${join(folder, "munge.key")}`,
    `--socket=${join(folder, "run", "munge.socket")}`,
    `--pid-file=${join(folder, "run", "munged.pid")}`,
    `--log-file=${join(folder, "log", "munged.log")}`,
    `--seed-file=${join(folder, "munge.seed")}`,
  ]);
  await until("munged", () => existsSync(join(folder, "run", "munge.socket")));
  let controller = daemon("slurmctld", ["-D", "-f", conf]);
  const node = daemon("slurmd", ["-D", "-f", conf, "-N", host]);
  const ready = () => until("Slurm", () => /idle|mix|alloc/.test(ask("sinfo", ["--noheader", "--format=%t"])), folder);
  await ready();
  return {
    folder,
    environment: { SLURM_CONF: conf },
    killController: () => end(controller, "SIGKILL"),
    startController: async () => {
      controller = daemon("slurmctld", ["-D", "-f", conf]);
      await delay(1_000);
      await until("Slurm", () => {
        // Drained when it is handed a job under the number of one that it still runs.
        ask("scontrol", ["update", `NodeName=${host}`, "State=RESUME"]);
        return /idle|mix|alloc/.test(ask("sinfo", ["--noheader", "--format=%t"]));
      });
    },
    stop: async () => {
      ask("scancel", ["--me"]);
      await end(controller, "SIGTERM");
      await end(node, "SIGTERM");
      await end(munged, "SIGTERM");
      delete process.env.SLURM_CONF;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, host: string, [controller, node]: readonly [number, number]): string {
  const settings: Record<string, string | number> = {
    ClusterName: "rig",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmUser: process.env.USER ?? "root",
    SlurmdUser: process.env.USER ?? "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${join(folder, "run", "munge.socket")}`,
    CredType: "cred/munge",
    SlurmctldPort: controller,
    SlurmdPort: node,
    StateSaveLocation: join(folder, "state"),
    SlurmdSpoolDir: join(folder, "spool"),
    SlurmctldPidFile: join(folder, "run", "slurmctld.pid"),
    SlurmdPidFile: join(folder, "run", "slurmd.pid"),
    SlurmctldLogFile: join(folder, "log", "slurmctld.log"),
    SlurmdLogFile: join(folder, "log", "slurmd.log"),
    ProctrackType: "proctrack/pgid",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    SchedulerParameters: "batch_sched_delay=0,sched_interval=1,sched_min_interval=0",
    AccountingStorageType: "accounting_storage/none",
    JobAcctGatherType: "jobacct_gather/none",
    MpiDefault: "none",
    ReturnToService: 2,
    KillWait: 2,
    MinJobAge: 30,
    SlurmdParameters: "config_overrides",
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=2000 State=UNKNOWN`,
    `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    "",
  ].join("\n");
}

function daemon(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: "ignore" });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await Promise.race([over, delay(5_000).then(() => child.kill("SIGKILL"))]);
  await over;
}

function ask(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

async function until(what: string, holds: () => boolean, folder?: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) {
      const log = folder === undefined ? "" : readFileSync(join(folder, "log", "slurmctld.log"), "utf8").slice(-2000);
      throw new Error(`${what} did not start within 30 s\n${log}`);
    }
    await delay(100);
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
