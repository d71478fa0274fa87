import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { formatDuration } from "../../report/format.ts";
import { leastRoom } from "../../run/attempt.ts";
import { workspaceFolder } from "../load.ts";
import { type Finding, fine, problem, warning } from "./finding.ts";

/** The machine, and the programs that Cairn calls. */
export function machineFindings(): readonly Finding[] {
  const cores = `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`;
  return [nodeFinding(), gitFinding(), fine("machine", cores), gpuFinding(), clockFinding()];
}

/** What the lab's folder lies on, and who may write there. */
export function folderFindings(dir: string): readonly Finding[] {
  return [diskFinding(dir), workspaceFinding(dir)];
}

function nodeFinding(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 24) return fine("node", process.version);
  return problem("node", "unavailable", process.version, "Cairn needs Node.js 24; `./cairn` fetches it.");
}

function gitFinding(): Finding {
  const output = tryRun("git", ["--version"]);
  if (output === null) return warning("git", "not found", "Needed for contributions that are branches; install git.");
  return fine("git", output.replace("git version ", ""));
}

function gpuFinding(): Finding {
  const gpus = tryRun("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"])?.split("\n").filter(Boolean) ?? [];
  if (gpus.length === 0) return fine("gpus", "none seen by nvidia-smi");
  return fine("gpus", `${gpus.length} × ${gpus[0]} (give them with \`cairn run --gpus ${gpus.length}\`)`);
}

function clockFinding(): Finding {
  const now = new Date().toISOString();
  if (Date.now() > Date.UTC(2024, 0)) return fine("clock", now);
  return warning("clock", now, clockHelp);
}

export const clockHelp =
  "Set the clock (`timedatectl set-ntp true`). Leases do not go by it and nothing is lost, but dates are wrong, and storage refuses what is signed at a wrong time.";

/** Less than this, in milliseconds, is the network's and the answer's own delay. */
const leastSkew = 30_000;

/** Another clock beside this machine's; null: they agree. @param theirs milliseconds since 1970 */
export function skewFinding(theirs: number, whose: string): Finding | null {
  const ahead = Date.now() - theirs;
  if (Math.abs(ahead) < leastSkew) return null;
  const way = ahead > 0 ? "ahead of" : "behind";
  return warning("clock", `${formatDuration(Math.abs(ahead) / 1000)} ${way} ${whose}`, clockHelp);
}

/** In bytes. */
const littleRoom = 2 ** 30;

function diskFinding(dir: string): Finding {
  const { bavail, bsize, blocks, files, ffree } = statfsSync(dir);
  const free = bavail * bsize;
  const detail = `${(free / 2 ** 30).toFixed(1)} GiB free`;
  const mend = "`cairn gc` removes outputs that nothing uses any more.";
  // A file system that says it has none at all does not tell.
  if (files > 0 && ffree === 0) return problem("disk", "unavailable", "no room for another file (inodes)", mend);
  if (blocks > 0 && free < leastRoom) return problem("disk", "unavailable", detail, mend);
  return free < littleRoom ? warning("disk", detail, mend) : fine("disk", detail);
}

/** File systems over a network by their magic numbers (statfs(2)): SQLite's locks do not hold on them. */
const networks: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x0bd00bd3, "Lustre"],
  [0x47504653, "GPFS"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x19830326, "BeeGFS"],
]);

function workspaceFinding(dir: string): Finding {
  const name = "folder";
  const workspace = join(dir, workspaceFolder);
  const parts = ["cairn.db", "artifacts", "attempts", "logs", "resume"].map((part) => join(workspace, part));
  const there = [existsSync(workspace) ? workspace : dir, ...parts.filter((path) => existsSync(path))];
  const refused = there.find((path) => !isWritable(path));
  if (refused !== undefined) {
    const mend = "Let whoever runs Cairn own it (`chown -R`), or run Cairn as its owner.";
    return problem(name, "unavailable", `${refused} cannot be written to`, mend);
  }
  const network = networks.get(statfsSync(dir).type);
  if (network !== undefined && !process.env.CAIRN_DATABASE_URL) {
    const mend = "Run Cairn on this machine alone, or keep the record in PostgreSQL: docs/database.md.";
    return warning(name, `${workspace} is on ${network}, where a SQLite file may be used by one machine only`, mend);
  }
  return fine(name, `${workspace} can be written to`);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function tryRun(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5000 }).trim();
  } catch {
    return null;
  }
}
