import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRng } from "../../../src/base/rng.ts";
import { makeLabFolder, processesOfLab, removeLab } from "../../durability/rig.ts";
import { startRay } from "../../rigs/ray.ts";
import { firstUnfinished, killStages, watchLab } from "../evidence.ts";
import { type Part, takeNotes } from "../part.ts";
import { startWorker } from "../workers.ts";

/** New runs that a worker has. */
const newSeeds = 4;

/**
 * Stages are jobs of a Ray (its Jobs API over real processes), which go on when the scheduler is killed; the next one
 * adopts them: one result a key, one execution an attempt, no job left. A third of the schedulers are asked to end, and
 * killed when they leave their jobs.
 */
export const remote: Part = {
  name: "remote",
  title: "SIGKILL of the scheduler while its jobs run elsewhere",
  run: async (order) => {
    const notes = takeNotes();
    const lab = makeLabFolder();
    const ray = await startRay();
    const watch = watchLab(lab, notes);
    const wanted = order.size === "long" ? Math.ceil(order.kills / 20) : Math.ceil(order.kills / 4);
    let last = 0;
    try {
      writeFileSync(join(lab, "slow"), "0.5");
      for (let i = 0; notes.kills() < wanted; i++) {
        const random = createRng(`${order.seed}/remote/${i}`);
        const leaves = random.uniform() < 1 / 3;
        const number = 1 + random.int(25);
        const later = random.int(500);
        const first = firstUnfinished(watch.look([]));
        last = Math.max(last, first + newSeeds);
        const at = leaves ? ({ point: "left", visit: 1, signal: "SIGKILL" } as const) : null;
        const end = await startWorker({ lab, first, last, ray: ray.address, at }, (_, line, child) => {
          // What it has told is ahead of what has reached the Ray.
          if (line === number) setTimeout(() => child.kill(leaves ? "SIGTERM" : "SIGKILL"), later);
        }).ended;
        notes.count("kills while jobs ran", processesOfLab(lab).length > 0 ? 1 : 0);
        if (end.signal === "SIGKILL") {
          notes.killed();
          notes.count(leaves ? "scheduler killed at left" : "scheduler killed: line");
        } else if (end.code !== 0)
          notes.find("lost", `a scheduler ended with ${end.code ?? end.signal}: ${end.errors}`);
        watch.look(end.lines);
        if (i % 10 === 9) order.tell(`${notes.kills()} of ${wanted} kills`);
      }
      rmSync(join(lab, "slow"));
      const end = await startWorker({ lab, first: firstUnfinished(watch.look([])), last, ray: ray.address }).ended;
      if (end.code !== 0) notes.find("lost", `the last one did not end: ${end.errors}`);
      // A job's shell outlives its exit file by a moment.
      for (let waited = 0; waited < 100 && processesOfLab(lab).length > 0; waited++) await delay(50);
      const { attempts } = watch.settle(last);
      // An attempt is named by the fencing number that it began with, and has another when it was adopted.
      const adopted = attempts.filter(({ id, fence }) => !new RegExp(`-${fence}-[0-9a-f]+$`).test(id));
      notes.count("jobs adopted", adopted.length);
      notes.count("jobs", ray.started.length);
      if (new Set(ray.started).size !== ray.started.length) notes.find("duplicated", "a job was started twice");
    } finally {
      await ray.stop();
      killStages(lab);
      removeLab(lab);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};
