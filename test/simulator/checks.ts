import type { Digest } from "../../src/base/digest.ts";
import type { Attempt, Claim, StageOutcome, StageResult, Task } from "../../src/run/run.ts";
import type { Job } from "./jobs.ts";
import type { Lab } from "./lab.ts";
import type { Process } from "./world.ts";

/** How long an owner may be silent, as the store has it. */
const silence = 30_000;

interface Lease {
  readonly attempt: string;
  readonly fence: number;
  readonly process: Process;
  /** It is over for its watcher, and that could not be written yet. */
  owed: boolean;
}

/** What was done to a process and to the lab's files, by the time a run was answered. */
interface Told {
  readonly cancelled: boolean;
  readonly edited: boolean;
}

/**
 * What always holds, watched from outside: by what the journal was told and answered at the moment it took effect, by
 * what commands really did, and by what is on the disk. It believes nobody's own account.
 */
export class Checks {
  readonly #lab: () => Lab;
  readonly #leases = new Map<Digest, Lease>();
  readonly #newest = new Map<Digest, number>();
  readonly #valid = new Map<Digest, StageResult>();
  readonly #keys = new Map<string, Digest>();
  /** By attempt: whether the journal took its failure. */
  readonly #failed = new Set<string>();
  /** By process: what it has started, or watches on, and has not seen the end of. */
  readonly #busy = new Map<Process, Map<string, number>>();

  constructor(lab: () => Lab) {
    this.#lab = lab;
  }

  keyOf(attempt: string): Digest {
    const key = this.#keys.get(attempt);
    if (key === undefined) throw new Error(`${attempt} was never claimed`);
    return key;
  }

  claimed(process: Process, key: Digest, claim: Claim): void {
    const { world } = this.#lab();
    if (claim.kind === "held") return;
    const valid = this.#valid.get(key);
    if (claim.kind === "recorded") {
      if (valid?.attempt !== claim.result.attempt) world.violate(`${claim.result.attempt} is said to be recorded`);
      return;
    }
    const { attempt, from } = claim;
    if (valid !== undefined) world.violate(`${attempt.id} was granted, and ${valid.attempt} has the key's result`);
    const before = this.#leases.get(key);
    if (before !== undefined) this.#mayTake(process, before, attempt.id);
    if (from === "nobody" ? before !== undefined && !before.owed : before === undefined)
      world.violate(`${attempt.id} was granted as ${from}, after ${before?.attempt ?? "nobody"}`);
    if (attempt.fence <= (this.#newest.get(key) ?? 0)) world.violate(`the fence of ${attempt.id} is not the newest`);
    world.count(from === "nobody" ? "claim" : from === "adopted" ? "adopted" : "taken over");
    this.#newest.set(key, attempt.fence);
    this.#keys.set(attempt.id, key);
    this.#leases.set(key, { attempt: attempt.id, fence: attempt.fence, process, owed: false });
  }

  #mayTake(process: Process, before: Lease, attempt: string): void {
    const { world } = this.#lab();
    const owner = before.process;
    if (before.owed || owner.life === "dead" || world.time - owner.lastBeat >= silence) return;
    // Its own, of a turn that ended without its being able to say so.
    if (owner === process) return;
    world.violate(`${attempt} took ${before.attempt} of ${owner.name}, who lives and was heard of`);
  }

  recorded(process: Process, attempt: Attempt, result: StageResult): void {
    const { world, artifacts, jobs } = this.#lab();
    const { id, key, fence } = attempt;
    const lease = this.#leases.get(key);
    if (fence !== this.#newest.get(key) || lease?.attempt !== id || lease.process !== process)
      world.violate(`${id} of ${process.name} was recorded, and another has the key`);
    const valid = this.#valid.get(key);
    if (valid !== undefined) world.violate(`${id} was recorded beside ${valid.attempt}`);
    const ends = jobs.filter((job) => job.attempt === id && job.left !== null);
    if (ends.length === 0) world.violate(`${id} was recorded, and its command never ended well`);
    for (const digest of [result.output, result.measurements]) {
      if (artifacts.content(digest) === null && !artifacts.isHarmed(digest))
        world.violate(`${id} was recorded before ${digest.slice(0, 6)} was published`);
    }
    const output = artifacts.content(result.output);
    if (output !== null && !ends.some((job) => job.left === output))
      world.violate(`what was recorded for ${id} is not what its command left`);
    this.#valid.set(key, result);
    this.#leases.delete(key);
    world.count("recorded");
  }

  owes(attempt: Attempt): void {
    const lease = this.#leases.get(attempt.key);
    if (lease?.attempt === attempt.id && lease.fence === attempt.fence) lease.owed = true;
  }

  ended(attempt: Attempt, how: "failed" | "released"): void {
    const lease = this.#leases.get(attempt.key);
    if (lease?.attempt !== attempt.id || lease.fence !== attempt.fence) return;
    this.#leases.delete(attempt.key);
    if (how === "failed") this.#failed.add(attempt.id);
    this.#lab().world.count(how);
  }

  /** Leases that somebody gave back for those who are gone. */
  givenBack(attempts: readonly string[]): void {
    for (const [key, lease] of this.#leases) if (attempts.includes(lease.attempt)) this.#leases.delete(key);
  }

  invalidated(result: StageResult): void {
    if (this.#valid.get(result.key)?.attempt !== result.attempt) return;
    this.#valid.delete(result.key);
    this.#lab().world.count("result set aside");
  }

  /** A command is started for an attempt, or watched on. */
  watches(process: Process, task: Task, fresh: boolean): void {
    const { world, shape } = this.#lab();
    const { attempt } = task;
    const key = this.keyOf(attempt);
    const own = this.#leases.get(key);
    const isHolder = own?.attempt === attempt && own.process === process;
    const valid = this.#valid.get(key);
    if (fresh && isHolder && valid !== undefined) world.violate(`${attempt} starts, and ${valid.attempt} is recorded`);
    if (fresh && !isHolder) world.violate(`${attempt} starts, and is not the newest any more`);
    const busy = this.#busy.get(process) ?? new Map<string, number>();
    const { capacity } = shape;
    busy.set(attempt, capacity.kind === "jobs" ? 1 : Math.min(task.resources.cpus, capacity.cpus));
    this.#busy.set(process, busy);
    const used = [...busy.values()].reduce((sum, cpus) => sum + cpus, 0);
    if (used > (capacity.kind === "jobs" ? capacity.jobs : capacity.cpus))
      world.violate(`${process.name} has more going on than it may`);
  }

  sawEnd(process: Process, attempt: string): void {
    this.#busy.get(process)?.delete(attempt);
  }

  /** A command of an attempt begins. */
  began(job: Job): void {
    const { world, jobs } = this.#lab();
    const key = this.keyOf(job.attempt);
    for (const other of jobs) {
      if (other === job || other.state !== "running" || this.keyOf(other.attempt) !== key) continue;
      world.violate(`${job.attempt} begins beside ${other.attempt}, which runs at the same key`);
    }
  }

  /** What a run was told of a stage. */
  told(stage: string, outcome: StageOutcome, by: Told): void {
    const { world } = this.#lab();
    if (outcome.kind === "cancelled" && !by.cancelled) world.violate(`${stage} was cancelled by nobody`);
    if (outcome.kind === "done") {
      if (!this.#keys.has(outcome.result.attempt)) world.violate(`${stage} is done by nobody`);
      world.count(outcome.reused ? "stage reused" : "stage done");
    }
    if (outcome.kind !== "failed") return;
    const { attempt, cause } = outcome.failure;
    world.count(`failure: ${cause.kind}`);
    if (attempt !== null && !this.#failed.has(attempt))
      world.violate(`${stage} failed by ${attempt}, which was another's by then (${cause.kind})`);
    const problem = this.#unexplained(outcome, by.edited);
    if (problem !== null) world.violate(`${stage} failed, and why is not true: ${problem} ${JSON.stringify(cause)}`);
  }

  #unexplained({ failure }: Extract<StageOutcome, { kind: "failed" }>, edited: boolean): string | null {
    const { world, jobs, shape } = this.#lab();
    const { attempt, cause } = failure;
    const own = jobs.filter((job) => job.attempt === attempt);
    const planned = (ends: Job["plan"]["ends"]) => own.some((job) => job.plan.ends === ends);
    const injected = (what: string) => world.counts.has(what);
    switch (cause.kind) {
      case "exit":
        // A shell says 139 of a command that a signal ended.
        return planned("exit") || (planned("crash") && shape.kind === "cluster") ? null : "no command ended so";
      case "signal":
        return planned("crash") ? null : "no command ended so";
      case "timeout":
        return own.every((job) => job.task.timeout === null) ? "it had all the time it wanted" : null;
      case "missing-output":
        return planned("no-output") ? null : "its command wrote all of it";
      case "bad-metrics":
        return planned("bad-metrics") || injected("input/output error") ? null : "its command wrote numbers";
      case "code-changed":
        return edited ? null : "nobody edited anything";
      case "disk-full":
        return injected("disk full") || injected("disk filled") ? null : "there was room";
      case "io":
        return injected("input/output error") || injected("artifact lost") || injected("artifact damaged")
          ? null
          : "the disk was sound";
      case "spawn":
        return injected("input/output error") || injected("disk full") ? null : "it could be started";
      case "lost":
        // Its watcher may have died while it submitted: then it was never there.
        return injected("node failed") || injected("contact lost") || own.length === 0
          ? null
          : "it was there all the time";
      case "refused":
        return shape.kind === "cluster" ? null : "nobody refused it";
      default:
        return "nothing of the kind can happen here";
    }
  }

  /** After everything has come to rest. @param open what the store says is still going on */
  atRest(open: number, workspace: string): void {
    const { world, jobs, disk } = this.#lab();
    for (const job of jobs) if (job.state !== "over") world.violate(`${job.attempt} runs on, and nobody is there`);
    if (open > 0) world.violate(`${open} leases are held, and nobody is there`);
    for (const name of this.#names(`${workspace}/attempts`)) world.violate(`attempts/${name} was left behind`);
    for (const key of this.#names(`${workspace}/resume`)) {
      for (const recorded of this.#valid.keys())
        if (recorded === key) world.violate(`resume/${key.slice(0, 10)} was left behind`);
    }
    if (disk.full) world.violate("the disk is still full");
  }

  #names(path: string): string[] {
    const { tree } = this.#lab().disk;
    return tree.exists(path) ? [...tree.folder(path).children.keys()] : [];
  }
}
