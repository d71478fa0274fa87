import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createRng } from "../../../src/base/rng.ts";
import { createLocalExecutor } from "../../../src/run/executors/local.ts";
import { openRig, stage } from "../../durability/rig.ts";
import { commandOf } from "../evidence.ts";
import { type Part, takeNotes } from "../part.ts";

/** How long they may take to be gone, in milliseconds. */
const patience = 15_000;
const count = 20;

/** What a stage leaves behind, around the command that marks it. Some in their own way, some in several. */
const ways: readonly ((sleep: string) => string)[] = [
  (sleep) => `setsid ${sleep} &`,
  (sleep) => `( ( ${sleep} & ) & )`,
  (sleep) => `( setsid sh -c 'trap "" TERM INT HUP; ${sleep} & wait; while :; do ${sleep}; done' & )`,
  (sleep) => `sh -c 'trap "" TERM; while :; do ${sleep}; done' &`,
  (sleep) => `( setsid setsid nohup ${sleep} </dev/null >/dev/null 2>&1 & )`,
  // Asked to end, it begins another.
  (sleep) => `( setsid sh -c 'trap "setsid ${sleep} &" TERM; while :; do sleep 0.1; done; # ${sleep}' & )`,
];

/** Stages that leave children behind in every way there is, cancelled: all of them are gone soon. */
export const orphans: Part = {
  name: "orphans",
  title: `${count} stages that make orphans, cancelled`,
  run: async (order) => {
    const notes = takeNotes();
    // The time to sleep marks them: whoever looks for it depends on nothing that Cairn knows them by.
    const random = createRng(`${order.seed}/orphans`);
    const mark = `sleep 1${String(random.int(1e9)).padStart(9, "0")}${String(process.pid)}`;
    const rig = await openRig({
      deps: {
        executor: createLocalExecutor(),
        capacity: { kind: "machine", cpus: count, gpus: 0, memory: 1024 },
      },
    });
    try {
      const stages = Array.from({ length: count }, (_, i) => {
        const own = [ways[i % ways.length], ways[random.int(ways.length)]].map((way) => way?.(mark)).join("\n");
        return stage(`s${i}`, `trap '' TERM\n${own}\n${mark} & wait; ${mark}`);
      });
      const run = rig.runner.run({ id: "r", recipe: await rig.recipe(...stages), seed: 1 });
      const there = await most(mark);
      notes.count("processes that were there", there);
      if (there < 2 * count) notes.find("lost", `only ${there} processes came up`);
      const began = performance.now();
      await rig.runner.cancel();
      await run;
      const took = performance.now() - began;
      for (const pid of marked(mark)) notes.find("orphaned", `process ${pid} is left: ${commandOf(pid)}`);
      if (took > patience) notes.find("orphaned", `they were gone after ${(took / 1000).toFixed(1)} s only`);
      notes.count("milliseconds until they were gone", Math.round(took));
    } finally {
      for (const pid of marked(mark)) process.kill(pid, "SIGKILL");
      await rig.close();
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

function marked(mark: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && commandOf(pid).includes(mark));
}

/** How many there are when no more come. */
async function most(mark: string): Promise<number> {
  const deadline = performance.now() + 30_000;
  let before = -1;
  for (;;) {
    const now = marked(mark).length;
    if ((now === before && now >= 2 * count) || performance.now() > deadline) return now;
    before = now;
    await delay(700);
  }
}
