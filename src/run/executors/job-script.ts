import { join } from "node:path";
import type { Task } from "../run.ts";

/**
 * What is submitted elsewhere for an attempt: a POSIX shell script, made of quoted words, in the attempt's directory on
 * the shared file system.
 *
 * ```
 * job.sh         this script
 * submitted      there before anything is submitted: without it, nothing ever was
 * begun/         made by the script when it begins
 * exit           `<code> <begin> <end>` (seconds since 1970), renamed into place when the command has ended
 * running-since  when it was first seen to have begun (milliseconds since 1970), by whoever watched it then
 * time-is-up     its time limit in seconds, written by whoever watches it before it is ended for that
 * ```
 *
 * The exit file is the evidence of how the command ended: queues forget, lag, and may keep no accounts.
 */
export interface JobFiles {
  readonly script: string;
  readonly submitted: string;
  readonly begun: string;
  readonly exit: string;
  readonly runningSince: string;
  readonly timeIsUp: string;
}

export function jobFiles(folder: string): JobFiles {
  const at = (name: string) => join(folder, name);
  return {
    script: at("job.sh"),
    submitted: at("submitted"),
    begun: at("begun"),
    exit: at("exit"),
    runningSince: at("running-since"),
    timeIsUp: at("time-is-up"),
  };
}

/** Attempts are named `<stage>-<10 of the key>-<fence>-<8 random>`: no other job of this user's looks so. */
export const attemptName = /^[a-z][a-z0-9_]*-[0-9a-f]{10}-[0-9]+-[0-9a-f]{8}$/;

/** What a site puts around every command. */
export interface Wrapping {
  /** Environment modules to load first. */
  readonly modules: readonly string[];
  /** Words before the command: `apptainer exec --nv image.sif`. */
  readonly prefix: readonly string[];
}

/** Variables of the scheduler's that a task needs to find its GPUs and its peers. */
const schedulers = ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ASCEND_RT_VISIBLE_DEVICES"];

/**
 * The script of a task. A second start (a job that was requeued) finds an empty output directory, as the first did. When
 * the attempt's directory is gone, nobody waits for it any more and it ends at once.
 */
export function jobScript(task: Task, wrapping: Wrapping): string {
  const files = jobFiles(task.folder);
  const output = task.env.CAIRN_OUT;
  const assignments = Object.entries(task.env).map(([name, value]) => quote(`${name}=${value}`));
  const kept = schedulers.map((name) => `\${${name}+"${name}=$${name}"}`);
  const modules = wrapping.modules.map(quote).join(" ");
  // Modules work by changing the environment, so it cannot be emptied after them.
  const clean = modules === "" ? ["env", "-i", ...kept] : ["env"];
  const command = [...clean, ...assignments, ...[...wrapping.prefix, ...task.argv].map(quote)];
  return [
    "#!/bin/sh",
    "# Written by Cairn for one attempt at one stage.",
    `[ -d ${quote(task.folder)} ] || exit 0`,
    `exec >>${quote(task.logFile)} 2>&1 </dev/null`,
    `cd ${quote(task.cwd)} || exit 127`,
    ...(output === undefined
      ? [`mkdir ${quote(files.begun)} 2>/dev/null`]
      : [
          `mkdir ${quote(files.begun)} 2>/dev/null || { chmod -R u+w ${quote(output)}; rm -rf ${quote(output)}; mkdir ${quote(output)}; }`,
        ]),
    ...(modules === ""
      ? []
      : [
          "[ -r /etc/profile ] && . /etc/profile",
          `module load ${modules} || { echo "module load failed"; exit 126; }`,
        ]),
    "begin=$(date +%s.%N)",
    command.join(" "),
    "code=$?",
    "end=$(date +%s.%N)",
    `printf '%s %s %s\\n' "$code" "$begin" "$end" > ${quote(`${files.exit}.part`)} && mv ${quote(`${files.exit}.part`)} ${quote(files.exit)}`,
    'exit "$code"',
    "",
  ].join("\n");
}

/** null: not the whole of what the script writes. */
export function parseExit(text: string): { readonly code: number; readonly seconds: number } | null {
  const match = /^(\d{1,3}) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\n$/.exec(text);
  if (match === null) return null;
  const [code, begin, end] = match.slice(1).map(Number);
  if (code === undefined || begin === undefined || end === undefined) return null;
  return { code, seconds: Math.max(0, end - begin) };
}

/** One word of a POSIX shell, whatever is in it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
