import { chmod, lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, isDigest } from "../base/digest.ts";
import { isMissing, unlessMissing } from "../base/system-error.ts";
import type { Journal } from "./run.ts";

/**
 * Where attempts live in the workspace:
 *
 * ```
 * attempts/<attempt>/   in flight: output/, params.json, events.jsonl, tmp/
 * failed/<attempt>/     the same after a failure, the last few of a stage, to be looked at
 * logs/<attempt>.log    what it printed; kept
 * resume/<key>/         what a stage keeps from one attempt at a key to the next; gone once the key is recorded
 * ```
 */
export interface AttemptPaths {
  readonly root: string;
  readonly output: string;
  /** Where metrics.json and items/ are put apart from the output. Its parent tells, once it is published, that it was there. */
  readonly measurements: string;
  readonly params: string;
  readonly events: string;
  readonly temporary: string;
  readonly resume: string;
  readonly log: string;
}

export function attemptPaths(workspace: string, attempt: string, key: Digest): AttemptPaths {
  const root = join(workspace, "attempts", attempt);
  return {
    root,
    output: join(root, "output"),
    measurements: join(root, "apart", "measurements"),
    params: join(root, "params.json"),
    events: join(root, "events.jsonl"),
    temporary: join(root, "tmp"),
    resume: join(workspace, "resume", key),
    log: join(workspace, "logs", `${attempt}.log`),
  };
}

export async function makeAttemptFolders(workspace: string, paths: AttemptPaths): Promise<void> {
  for (const path of [paths.output, paths.temporary, paths.resume, join(workspace, "logs")]) {
    await mkdir(path, { recursive: true });
  }
}

/** How many failures of one stage are kept to be looked at. */
const keptFailures = 5;

/** Puts a failed attempt's directory where it can be looked at, and lets go of the oldest of that stage. */
export async function keepFailure(workspace: string, attempt: string, stage: string): Promise<void> {
  const folder = join(workspace, "failed");
  await mkdir(folder, { recursive: true });
  await rename(join(workspace, "attempts", attempt), join(folder, attempt)).catch(ignoreMissing);
  const aged: { path: string; at: number }[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    // One that is gone was let go by another failure of the stage at the same time.
    const found = stageOfAttempt(name) === stage ? await stat(path).catch(ignoreMissing) : undefined;
    if (found !== undefined) aged.push({ path, at: found.ctimeMs });
  }
  aged.sort((a, b) => b.at - a.at);
  for (const { path } of aged.slice(keptFailures)) await removeFolder(path);
}

/** Clears what killed processes left: directories of attempts that are not live, resume directories of recorded keys. */
export async function cleanWorkspace(
  workspace: string,
  journal: Journal,
  isLive: (attempt: string) => Promise<boolean>,
): Promise<void> {
  for (const name of await namesIn(join(workspace, "attempts"))) {
    if (!(await isLive(name))) await removeFolder(join(workspace, "attempts", name));
  }
  for (const name of await namesIn(join(workspace, "resume"))) {
    if (isDigest(name) && (await journal.findResult(name)) !== null)
      await removeFolder(join(workspace, "resume", name));
  }
}

/** Removes a directory, read-only folders in it too: stages copy their read-only inputs. */
export async function removeFolder(path: string): Promise<void> {
  await makeWritable(path).catch(ignoreMissing);
  await rm(path, { recursive: true, force: true });
}

async function makeWritable(folder: string): Promise<void> {
  // A stage may have put a link in the place of a folder that it was given: what that leads to is not Cairn's.
  if (!(await lstat(folder)).isDirectory()) return;
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}

/** Attempts are named `<stage>-<10 of the key>-<fence>-<8 random>`. */
function stageOfAttempt(attempt: string): string | null {
  return /^(.+)-[0-9a-f]{10}-[0-9]+-[0-9a-f]{8}$/.exec(attempt)?.[1] ?? null;
}

async function namesIn(folder: string): Promise<string[]> {
  return unlessMissing(readdir(folder), []);
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
  return undefined;
}
