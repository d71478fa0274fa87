/**
 * A Cairn in a process of its own, to be done bad things to: runs runs of the three-stage recipe below on a lab, two at a
 * time, and tells every step on standard output. Its one argument is its options, as JSON.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { createRng } from "../../src/base/rng.ts";
import { createRay } from "../../src/run/executors/ray.ts";
import { createRemoteExecutor } from "../../src/run/executors/remote.ts";
import type { RunEvent } from "../../src/run/run.ts";
import type { RunnerDeps } from "../../src/run/runner.ts";
import { ownerOfThisProcess } from "../../src/store/owner.ts";
import { openRig } from "../durability/rig.ts";
import { recipeStages } from "./recipe.ts";
import { workerOptions } from "./workers.ts";

const { lab, first, last, at, clock: kind, ray, retries } = workerOptions.parse(JSON.parse(process.argv[2] ?? ""));
const tell = (line: string) => writeSync(1, `${line}\n`);

function clockOf(): Clock {
  const { now, monotonic } = systemClock;
  const hour = 3_600_000;
  const random = createRng(`jumps/${process.pid}`);
  switch (kind) {
    case "system":
      return systemClock;
    case "hasty":
      return { now, monotonic: () => 25 * monotonic() };
    case "jumping":
      return { now: () => now() + hour * (random.int(3) - 1), monotonic };
  }
}
const clock = clockOf();

const quick = { pause: { least: 10, most: 50 }, patience: 1_500, lag: 4_000 };
const remote: Partial<RunnerDeps> =
  ray === null
    ? {}
    : {
        executor: createRemoteExecutor(createRay({ address: ray, token: null }), {
          ...quick,
          clock,
          wrapping: { modules: [], prefix: [] },
          onContact: () => {},
        }),
        capacity: { kind: "jobs", jobs: 4 },
      };

function lineOf(event: RunEvent): string {
  if (event.kind === "stage-started") return `started ${event.attempt}`;
  if (event.kind === "stage-finished") return `finished ${event.result.attempt}`;
  return event.kind;
}

let visits = 0;
const rig = await openRig({
  lab,
  clock,
  deps: {
    ...remote,
    retries,
    onEvent: (event) => tell(lineOf(event)),
    atPoint: (point) => {
      tell(`at ${point}`);
      if (point === at?.point && ++visits === at.visit) process.kill(process.pid, at.signal);
    },
  },
});

let cancelled = false;
process.on("SIGTERM", () => {
  cancelled = true;
  void rig.runner.cancel();
});

const owner = ownerOfThisProcess();
const recipe = await rig.recipe(...recipeStages(lab));
await rig.store.takeOverRuns(owner);

let seed = first;
const lane = async () => {
  while (seed <= last && !cancelled) {
    const own = seed++;
    const { run } = await rig.store.insertRun({
      id: `${own}-${randomBytes(4).toString("hex")}`,
      levels: [],
      seed: own,
      scale: "full",
      purpose: "search",
      recipeDigest: recipe.digest,
      origin: null,
      why: { kind: "baseline" },
      owner,
      stages: [],
    });
    const { stages: outcomes } = await rig.runner.run({ id: run.id, recipe, seed: own });
    if (cancelled) return;
    const bad = [...outcomes].filter(([, outcome]) => outcome.kind !== "done");
    for (const [name, outcome] of bad) tell(`bad ${name} ${JSON.stringify(outcome)}`);
    await rig.store.updateRun(run.id, owner, { state: bad.length > 0 ? "failed" : "done" });
    tell(`run ${own}`);
  }
};
await Promise.all([lane(), lane()]);
await rig.close();
tell("end");
