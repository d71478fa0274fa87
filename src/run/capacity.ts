import type { Resources } from "../lab/lab.ts";
import type { Capacity } from "./runner.ts";

/** What one stage holds while it runs. */
export interface Grant {
  /** Names for CUDA_VISIBLE_DEVICES; no other grant has them at the same time. */
  readonly gpus: readonly string[];
  release(): void;
}

/** The machine's room, given out in order. */
export interface Room {
  /**
   * Waits for its turn. Earlier ranks come first, equal ranks in the order of asking; whoever is first waits until it
   * fits and nobody overtakes it, so that a large stage is not starved by small ones.
   * @returns null when the signal aborts first
   */
  acquire(resources: Resources, rank: number, signal: AbortSignal): Promise<Grant | null>;
}

interface Waiting {
  readonly needs: Needs;
  readonly rank: number;
  readonly grant: (grant: Grant) => void;
}

interface Needs {
  readonly cpus: number;
  readonly gpus: number;
  readonly memory: number;
}

/**
 * @param visible the host's own CUDA_VISIBLE_DEVICES: the GPUs that may be given out, by name
 *
 * A stage that asks for more cores or memory than there are gets all of them and runs alone: what it is does not change.
 * More GPUs than there are is the caller's to refuse.
 */
export function createRoom(limit: Capacity, visible: string | undefined): Room {
  const capacity = limit.kind === "machine" ? limit : { cpus: limit.jobs, gpus: 0, memory: 0 };
  let cpus = capacity.cpus;
  let memory = capacity.memory;
  const gpus = gpuNames(capacity.gpus, visible);
  const queue: Waiting[] = [];

  const serve = () => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const { needs, grant } = first;
      // Cores may be fractions: their sum is off by rounding.
      if (needs.cpus > cpus + 1e-9 || needs.memory > memory || needs.gpus > gpus.length) return;
      queue.shift();
      cpus -= needs.cpus;
      memory -= needs.memory;
      const own = gpus.splice(0, needs.gpus);
      let held = true;
      grant({
        gpus: own,
        release: () => {
          if (!held) return;
          held = false;
          cpus += needs.cpus;
          memory += needs.memory;
          gpus.push(...own);
          serve();
        },
      });
    }
  };

  return {
    acquire: (resources, rank, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(null);
        const needs =
          limit.kind === "jobs"
            ? { cpus: 1, gpus: 0, memory: 0 }
            : {
                cpus: Math.min(resources.cpus, capacity.cpus),
                gpus: resources.gpus,
                memory: Math.min(resources.memory ?? 0, capacity.memory),
              };
        const abort = () => {
          const at = queue.indexOf(waiting);
          if (at === -1) return;
          queue.splice(at, 1);
          resolve(null);
          serve();
        };
        const grant = (granted: Grant) => {
          signal.removeEventListener("abort", abort);
          resolve(granted);
        };
        const waiting: Waiting = { needs, rank, grant };
        signal.addEventListener("abort", abort, { once: true });
        const before = queue.findIndex((other) => other.rank > rank);
        queue.splice(before === -1 ? queue.length : before, 0, waiting);
        serve();
      }),
  };
}

function gpuNames(count: number, visible: string | undefined): string[] {
  const named = (visible ?? "").split(",").filter((name) => name !== "");
  return Array.from({ length: count }, (_, i) => named[i] ?? String(i));
}
