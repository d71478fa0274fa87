import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { executionsOf, killStages, watchLab } from "../evidence.ts";
import { type Part, takeNotes } from "../part.ts";
import { stagesPerSeed } from "../recipe.ts";
import { startWorker } from "../workers.ts";

/**
 * Three schedulers on one lab, whose wall clocks are an hour off, either way, at two of three looks: no lease is taken
 * from who holds it, every key is executed once, every run is done.
 */
export const clock: Part = {
  name: "clock",
  title: "a clock that jumps by an hour, back and forth",
  run: async (order) => {
    const notes = takeNotes();
    const lab = makeLabFolder();
    const last = order.size === "long" ? 60 : 6;
    try {
      writeFileSync(join(lab, "slow"), "0.15");
      const workers = [1, 2, 3].map(() => startWorker({ lab, last, clock: "jumping" }).ended);
      for (const end of await Promise.all(workers)) {
        if (end.code !== 0) notes.find("lost", `a scheduler ended with ${end.code ?? end.signal}: ${end.errors}`);
      }
      const { attempts } = watchLab(lab, notes).settle(last);
      for (const { id, state } of attempts) if (state !== "recorded") notes.find("lost", `${id} is ${state}`);
      const executions = executionsOf(lab).length;
      const keys = 1 + stagesPerSeed * last;
      if (executions !== keys) notes.find("duplicated", `${executions} executions of ${keys} keys`);
      notes.count("keys executed", executions);
    } finally {
      killStages(lab);
      removeLab(lab);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};
