import { statfs, writeFile } from "node:fs/promises";
import type { Digest } from "../base/digest.ts";
import { canonicalJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isDiskFull } from "../base/system-error.ts";
import type { StageSpec } from "../lab/lab.ts";
import { renderCommand } from "../recipe/command.ts";
import type { KeyParts } from "../recipe/fingerprint.ts";
import type { Grant } from "./capacity.ts";
import { childEnvironment } from "./environment.ts";
import { createEventReader, type EventBatch } from "./events.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { checkOutput, rejoinOutput, splitOutput } from "./outputs.ts";
import type { Attempt, Execution, Exit, FailureCause, Metrics, PublishProblem } from "./run.ts";
import type { RunnerDeps } from "./runner.ts";
import { type AttemptPaths, attemptPaths, makeAttemptFolders } from "./workspace.ts";

/** Everything an attempt is made from. */
export interface AttemptOrder {
  readonly attempt: Attempt;
  /** Whether it was submitted, perhaps, by a process that is gone. */
  readonly adopted: boolean;
  /** Advanced up to `publishing` here; its end is the caller's, who records it. */
  readonly life: Lifecycle;
  readonly stage: StageSpec;
  readonly parts: KeyParts;
  /** Where it runs. */
  readonly directory: string;
  readonly inputs: ReadonlyMap<string, string>;
  /** The stage whose output, an input here, is not what was recorded any more; null: all of them are. */
  readonly lostInput: () => Promise<string | null>;
  readonly grant: Grant;
  readonly signal: AbortSignal;
  readonly onBatch: (batch: EventBatch) => Promise<void>;
  readonly onStarted: () => void;
}

/** How it ended, before anything of it is recorded. */
export type AttemptOutcome =
  | {
      readonly kind: "published";
      readonly output: Digest;
      readonly measurements: Digest;
      readonly metrics: Metrics;
      readonly seconds: number;
    }
  | { readonly kind: "failed"; readonly cause: FailureCause }
  /** It ended well, but an input was changed meanwhile: nobody knows what it was made from. */
  | { readonly kind: "lost-input"; readonly need: string }
  /** Its lease was taken while nobody heard of this process: what is in its directory may be another's to publish. */
  | { readonly kind: "passed-on" }
  /** What it submitted goes on. */
  | { readonly kind: "left" }
  /**
   * Adopted, and there is nothing to go on with: it was never submitted, or whoever watched it died with what it left
   * half put away. Says nothing about the stage.
   */
  | { readonly kind: "nothing-there" }
  | { readonly kind: "cancelled" };

type Effects = Pick<
  RunnerDeps,
  "journal" | "artifacts" | "executor" | "clock" | "workspace" | "rehash" | "objectives" | "hostEnvironment" | "atPoint"
>;

/** How often the events file is looked at, in milliseconds. */
const eventInterval = 250;
/** With less room than this, in bytes, a file that looks whole may have been cut off without anybody having noticed. */
export const leastRoom = 256 * 1024;

/** Runs a claimed attempt up to its published outputs. Failures are values; it throws for broken invariants only. */
export async function executeAttempt(deps: Effects, order: AttemptOrder): Promise<AttemptOutcome> {
  const { life } = order;
  const paths = attemptPaths(deps.workspace, order.attempt.id, order.attempt.key);
  const reach = (point: Parameters<NonNullable<Effects["atPoint"]>>[0]) => deps.atPoint?.(point);
  const failed = (cause: FailureCause): AttemptOutcome => ({ kind: "failed", cause });
  try {
    const began = deps.clock.monotonic();
    const execution = order.adopted ? await attach(deps, order, paths) : await start(deps, order, paths);
    if ("kind" in execution) return execution;
    life.advance("running");
    order.onStarted();
    reach("spawned");
    const exit = await follow(deps, execution, order, paths);
    const waited = (deps.clock.monotonic() - began) / 1000;
    const seconds = exit.kind === "exited" ? (exit.seconds ?? waited) : waited;
    reach("exited");
    if (exit.kind === "cancelled" || exit.kind === "left") return exit;
    if (!(await hasRoom(deps.workspace))) return failed({ kind: "disk-full" });
    const cause = causeOf(exit, order);
    if (cause !== null) return failed(cause);

    life.advance("checking");
    if (order.adopted && !(await rejoinOutput(paths))) return { kind: "nothing-there" };
    const changed = await changedCode(deps, order);
    if (changed !== null) return failed(changed);
    const metrics = await checkOutput(paths.output, order.stage.outputs, deps.objectives.get(order.stage.name) ?? []);
    if (!metrics.ok) return failed(metrics.error);
    const lost = await order.lostInput();
    if (lost !== null) return { kind: "lost-input", need: lost };
    reach("checked");

    if (!(await deps.journal.holds(order.attempt))) return { kind: "passed-on" };
    life.advance("publishing");
    await splitOutput(paths);
    reach("split");
    const output = await publish(deps, paths.output);
    if (!output.ok) return failed(output.error);
    reach("output-published");
    const measurements = await publish(deps, paths.measurements);
    if (!measurements.ok) return failed(measurements.error);
    reach("measurements-published");
    return {
      kind: "published",
      output: output.value,
      measurements: measurements.value,
      metrics: metrics.value,
      seconds,
    };
  } catch (error) {
    return failed(systemCause(error, undoneAt(life)));
  }
}

/**
 * What the system refused to do. Anything else that is thrown is a mistake in Cairn, and is not hidden as a failed stage.
 * @param what could not be done
 */
export function systemCause(error: unknown, what: string): FailureCause {
  if (isDiskFull(error)) return { kind: "disk-full" };
  if (error instanceof Error && "syscall" in error) return { kind: "io", message: `${what}: ${error.message}` };
  throw error;
}

/** What an attempt was about to do. */
function undoneAt(life: Lifecycle): string {
  switch (life.phase()) {
    case "started":
      return "it cannot be started";
    case "running":
      return "it cannot be followed";
    default:
      return "what it put out cannot be kept";
  }
}

async function start(deps: Effects, order: AttemptOrder, paths: AttemptPaths): Promise<Execution | AttemptOutcome> {
  const stale = await changedCode(deps, order);
  if (stale !== null) return { kind: "failed", cause: stale };
  await prepare(deps, order, paths);
  deps.atPoint?.("prepared");
  // Whoever was silent meanwhile would start it beside the one that took the key, where both resume.
  if (!(await deps.journal.holds(order.attempt))) return { kind: "passed-on" };
  return deps.executor.start(taskOf(deps, order, paths));
}

async function attach(deps: Effects, order: AttemptOrder, paths: AttemptPaths): Promise<Execution | AttemptOutcome> {
  return (await deps.executor.attach?.(taskOf(deps, order, paths))) ?? { kind: "nothing-there" };
}

async function prepare(deps: Effects, order: AttemptOrder, paths: AttemptPaths): Promise<void> {
  await makeAttemptFolders(deps.workspace, paths);
  await writeFile(paths.params, `${canonicalJson(order.stage.params)}\n`);
  await writeFile(paths.events, "");
}

function taskOf(deps: Effects, order: AttemptOrder, paths: AttemptPaths) {
  const { stage, parts, attempt } = order;
  const env = childEnvironment({
    host: deps.hostEnvironment,
    stage,
    attempt: attempt.id,
    paths,
    inputs: order.inputs,
    seed: parts.seed,
    gpus: order.grant.gpus,
  });
  return {
    attempt: attempt.id,
    folder: paths.root,
    argv: renderCommand(stage.command, stage.params, env),
    cwd: order.directory,
    env,
    logFile: paths.log,
    resources: stage.resources,
    timeout: stage.timeout,
  };
}

/** Waits for the end, reading events meanwhile. When the signal says so, it ends it, or leaves it where it can go on. */
async function follow(deps: Effects, execution: Execution, order: AttemptOrder, paths: AttemptPaths): Promise<Exit> {
  const reader = createEventReader(paths.events, deps.clock);
  const cancel = () => (execution.leave === undefined ? void execution.cancel() : execution.leave());
  if (order.signal.aborted) cancel();
  else order.signal.addEventListener("abort", cancel, { once: true });
  const readOn = async (last: boolean) => {
    for await (const batch of reader.read(last)) await order.onBatch(batch);
  };
  let reading: Promise<void> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    reading = readOn(false).finally(() => {
      idle = true;
    });
    // Looked at when the stage has ended; until then it must not count as unhandled.
    reading.catch(() => {});
  }, eventInterval);
  try {
    return await execution.exit;
  } finally {
    clearInterval(timer);
    order.signal.removeEventListener("abort", cancel);
    await reading;
    await readOn(true);
  }
}

function causeOf(exit: Exclude<Exit, { kind: "cancelled" | "left" }>, order: AttemptOrder): FailureCause | null {
  switch (exit.kind) {
    case "exited":
      return exit.code === 0 ? null : { kind: "exit", code: exit.code };
    case "signalled":
      return { kind: "signal", signal: exit.signal };
    case "timed-out":
      return { kind: "timeout", seconds: exit.seconds };
    case "lost":
    case "out-of-memory":
    case "stopped":
    case "refused":
      return exit;
    case "not-started":
      return { kind: "spawn", command: order.stage.command[0] ?? "", message: exit.message };
  }
}

/** The stage's code must be what its key says, before and after: else nobody knows what ran. */
async function changedCode(deps: Effects, order: AttemptOrder): Promise<FailureCause | null> {
  const now = await deps.rehash(order.directory, Object.keys(order.parts.code));
  const files = Object.entries(order.parts.code)
    .filter(([path, digest]) => now.get(path) !== digest)
    .map(([path]) => path);
  return files.length === 0 ? null : { kind: "code-changed", files };
}

async function publish(deps: Effects, directory: string): Promise<Result<Digest, FailureCause>> {
  const published = await deps.artifacts.publish(directory);
  return published.ok ? ok(published.value) : err(badOutput(published.error));
}

function badOutput(problem: PublishProblem): FailureCause {
  const { path } = problem;
  switch (problem.kind) {
    case "escaping-link":
      return {
        kind: "bad-output",
        path,
        message: `it links to ${problem.target}, outside the output; copy the file instead`,
      };
    case "broken-link":
      return { kind: "bad-output", path, message: `it links to ${problem.target}, which is not there` };
    case "special-file":
      return { kind: "bad-output", path, message: "it is a socket, a pipe or a device, which cannot be kept" };
  }
}

async function hasRoom(workspace: string): Promise<boolean> {
  const { blocks, bavail, bsize } = await statfs(workspace);
  // A file system that says it has no blocks at all does not tell.
  return blocks === 0 || bavail * bsize >= leastRoom;
}
