import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../../src/base/rng.ts";
import type { FailPoint } from "../../../src/run/runner.ts";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { killStages, watchLab } from "../evidence.ts";
import { type Notes, type Part, type PartOrder, takeNotes } from "../part.ts";
import { startWorker } from "../workers.ts";

/** Where the first one is stopped. */
const points: readonly FailPoint[] = [
  ...(["measurements-published", "exited", "checked", "split", "output-published"] as const),
  ...(["claimed", "prepared", "spawned", "recorded"] as const),
];

/**
 * SIGSTOP of a scheduler past its lease; a second one takes the key over and wins; SIGCONT: what the first one then says
 * is refused. Half of the zombies go on while the second one's stage still runs, and some are killed at the moment in
 * which they learn that they were fenced.
 */
export const zombie: Part = {
  name: "zombie",
  title: "SIGSTOP past a lease, another wins, SIGCONT",
  run: async (order) => {
    const notes = takeNotes();
    const rounds = order.size === "long" ? 2 * points.length : 3;
    for (let i = 0; i < rounds; i++) {
      await stopOnce(notes, order, i);
      order.tell(`${i + 1} of ${rounds} zombies`);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

async function stopOnce(notes: Notes, order: PartOrder, round: number): Promise<void> {
  const random = createRng(`${order.seed}/zombie/${round}`);
  const point = points[round % points.length] ?? "exited";
  const early = random.uniform() < 0.5;
  const dies = random.uniform() < 0.3;
  const lab = makeLabFolder();
  const slow = join(lab, "slow");
  const watch = watchLab(lab, notes);
  try {
    const at = { point, visit: 1 + random.int(2), signal: "SIGSTOP" } as const;
    const stopped = Promise.withResolvers<void>();
    const first = startWorker({ lab, last: 2, at }, (line, _, child) => {
      if (line === `at ${point}`) visits++;
      if (visits === at.visit) stopped.resolve();
      if (dies && line === "at fenced") child.kill("SIGKILL");
    });
    let visits = 0;
    await stopped.promise;
    if (early) writeFileSync(slow, "0.15");
    const tookOver = Promise.withResolvers<void>();
    const second = startWorker({ lab, last: 2, clock: "hasty" }, (line) => {
      if (line.startsWith("started")) tookOver.resolve();
    });
    if (early) await Promise.race([tookOver.promise, second.ended]);
    else await second.ended;
    first.process.kill("SIGCONT");
    const [zombieEnd, winner] = await Promise.all([first.ended, second.ended]);
    rmSync(slow, { force: true });
    if (winner.code !== 0)
      notes.find("lost", `who took over ended with ${winner.code ?? winner.signal}: ${winner.errors}`);
    if (zombieEnd.signal === "SIGKILL") notes.killed();
    else if (zombieEnd.code !== 0) notes.find("lost", `the zombie ended with ${zombieEnd.code}: ${zombieEnd.errors}`);
    watch.look([...zombieEnd.lines, ...winner.lines]);
    // What a killed one left in the workspace goes with the next one's start.
    if (zombieEnd.signal === "SIGKILL") await startWorker({ lab, last: 2 }).ended;
    const { attempts } = watch.settle(2);
    notes.count("zombies");
    notes.count("attempts fenced", attempts.filter(({ state }) => state === "fenced").length);
    notes.count("zombies that were told so", zombieEnd.lines.filter((line) => line === "at fenced").length);
  } finally {
    killStages(lab);
    removeLab(lab);
  }
}
