import type { Digest } from "../../src/base/digest.ts";
import { digestJson, sha256 } from "../../src/base/digest.ts";
import type { StageSpec } from "../../src/lab/lab.ts";
import type { RunRequest } from "../../src/run/run.ts";
import type { Capacity } from "../../src/run/runner.ts";
import type { SimulatedArtifacts } from "./artifacts.ts";
import type { Checks } from "./checks.ts";
import type { Disk } from "./disk.ts";
import type { Job } from "./jobs.ts";
import type { World } from "./world.ts";

/** The one lab that all processes of a history work on. */
export interface Lab {
  readonly world: World;
  readonly disk: Disk;
  readonly artifacts: SimulatedArtifacts;
  readonly checks: Checks;
  readonly jobs: Job[];
  readonly shape: Shape;
  /** The lab's files as they are now. */
  readonly code: Map<string, Digest>;
  keyOf(attempt: string): Digest;
  /** Whether its stage writes measurements. */
  isMeasured(attempt: string): boolean;
  /** Whether its stage never gives the same output twice. */
  isNoisy(attempt: string): boolean;
}

export const workspace = "/lab/.cairn";
export const sourceFile = "train.py";
export const sourceAsItWas = sha256("as it was");

/** What is asked of whom, drawn by the seed. */
export interface Shape {
  readonly kind: "machine" | "cluster";
  readonly requests: readonly RunRequest[];
  readonly noisy: ReadonlySet<string>;
  /** The stage that writes measurements. */
  readonly measured: string;
  readonly capacity: Capacity;
  readonly retries: number;
  readonly processes: number;
  /** Whether a process can see that another one is gone, or must judge by its silence. */
  readonly seesDeath: boolean;
  /** Until when faults happen, in virtual milliseconds. */
  readonly chaos: number;
}

export function drawShape(world: World): Shape {
  const { rng } = world;
  const kind = world.chance(0.5) ? "machine" : "cluster";
  const names = ["data", "train", "tune", "score"].slice(0, 1 + rng.int(4));
  const stages = names.map((name, i) => drawStage(world, name, names.slice(0, i)));
  const measured = names.at(-1) ?? "data";
  const variants = Array.from({ length: 1 + rng.int(2) }, (_, v) =>
    stages.map((stage, i) => ({ ...stage, params: i === stages.length - 1 ? { v } : {} })),
  );
  const tree = new Map([[sourceFile, sourceAsItWas]]);
  const requests = Array.from({ length: 1 + rng.int(4) }, (_, i) => {
    const own = world.pick(variants);
    const recipe = {
      recipe: { stages: own },
      tree,
      edits: new Map<string, string>(),
      digest: digestJson([names.length]),
    };
    return { id: `run-${i + 1}`, recipe, seed: rng.int(2) };
  });
  return {
    kind,
    requests,
    noisy: new Set(names.filter(() => world.chance(0.3))),
    measured,
    capacity:
      kind === "machine"
        ? { kind: "machine", cpus: 1 + rng.int(3), gpus: 0, memory: 1024 }
        : { kind: "jobs", jobs: 1 + rng.int(3) },
    retries: rng.int(3),
    processes: 1 + rng.int(3),
    seesDeath: kind === "machine" && world.chance(0.7),
    chaos: world.between({ least: 10_000, most: 300_000 }),
  };
}

function drawStage(world: World, name: string, before: readonly string[]): StageSpec {
  const last = before.at(-1);
  return {
    name,
    command: ["stage", name],
    needs: last === undefined ? [] : [...new Set([last, world.pick(before)])],
    seeded: world.chance(0.6),
    params: {},
    code: world.chance(0.5) ? [sourceFile] : [],
    outputs: ["second"],
    env: {},
    resources: { cpus: 1 + world.rng.int(2), gpus: 0, memory: null },
    timeout: world.chance(0.4) ? 1 + world.rng.int(60) : null,
  };
}
