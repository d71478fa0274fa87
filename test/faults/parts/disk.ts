import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../../src/base/rng.ts";
import { isDiskFull } from "../../../src/base/system-error.ts";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { firstUnfinished, killStages, type Watch, watchLab } from "../evidence.ts";
import { type Notes, type Part, takeNotes } from "../part.ts";
import { startWorker, type WorkerEnd } from "../workers.ts";

const newSeeds = 6;

/** Bytes left when the disk is filled: nothing at all, less than a database page, a few files. */
const leftovers = [0, 0, 4096, 16_384, 65_536];

/**
 * A lab on a disk of its own, which is filled at random moments and has room again at others. What was told as recorded
 * is, whole; everything else is made when there is room.
 */
export const disk: Part = {
  name: "disk",
  title: "a disk that is full now and then",
  run: async (order) => {
    const notes = takeNotes();
    const lab = makeLabFolder();
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", lab], { stdio: "ignore" }).status !== 0) {
      removeLab(lab);
      return {
        kind: "not-run",
        lacks: "right",
        why: "a tmpfs of 12 MB is filled while a lab on it works",
        get: "run as root, or in a container that may mount",
      };
    }
    const watch = watchLab(lab, notes);
    const filler = join(lab, "filler");
    const rounds = order.size === "long" ? 30 : 3;
    let last = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const random = createRng(`${order.seed}/disk/${round}`);
        const first = firstUnfinished(watch.look([]));
        last = Math.max(last, first + newSeeds);
        const line = 1 + random.int(40);
        const left = leftovers[random.int(leftovers.length)] ?? 0;
        const forMs = 100 + random.int(900);
        const timers: NodeJS.Timeout[] = [];
        const worker = startWorker({ lab, first, last }, (_, number) => {
          if (number !== line) return;
          fill(filler, lab, left);
          notes.count("disk filled");
          timers.push(setTimeout(() => rmSync(filler, { force: true }), forMs));
        });
        const end = await worker.ended;
        for (const timer of timers) clearTimeout(timer);
        rmSync(filler, { force: true });
        judgeFailures(notes, end, /no space left|disk is full|SQLITE_FULL|ENOSPC/i, ["disk-full", "io", "exit"]);
        watch.look(end.lines);
        order.tell(`${round + 1} of ${rounds} times`);
      }
      await finish(notes, watch, lab, last);
    } finally {
      killStages(lab);
      execFileSync("umount", ["--lazy", lab]);
      removeLab(lab);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

/** Writes until so many bytes are left. */
function fill(path: string, on: string, left: number): void {
  const file = openSync(path, "w");
  try {
    const { bavail, bsize } = statfsSync(on);
    const block = Buffer.alloc(bsize);
    for (let room = bavail * bsize; room > left; room -= bsize) writeSync(file, block);
  } catch (error) {
    // The worker was quicker to take the last of it.
    if (!isDiskFull(error)) throw error;
  } finally {
    closeSync(file);
  }
}

/** A worker may give up, and a stage may fail, for the reason that the disk gave and for no other. */
export function judgeFailures(notes: Notes, end: WorkerEnd, reason: RegExp, causes: readonly string[]): void {
  const failed = end.lines.filter((line) => line.startsWith("bad"));
  notes.count("stages refused", failed.length);
  for (const line of failed) {
    const known = causes.some((cause) => line.includes(`"cause":{"kind":"${cause}"`));
    if (!known && !line.includes('"kind":"blocked"')) notes.find("lost", `a stage failed for another reason: ${line}`);
  }
  if (end.code === 0) return;
  notes.count("schedulers that gave up");
  if (!reason.test(end.errors)) notes.find("lost", `a scheduler ended with ${end.code ?? end.signal}: ${end.errors}`);
}

/** Everything that is left to do is done, with nothing in the way. */
export async function finish(notes: Notes, watch: Watch, lab: string, last: number): Promise<void> {
  const end = await startWorker({ lab, first: firstUnfinished(watch.look([])), last }).ended;
  const failed = end.lines.filter((line) => line.startsWith("bad"));
  if (end.code !== 0 || failed.length > 0) notes.find("lost", `it did not resume: ${failed.join("; ")} ${end.errors}`);
  watch.look(end.lines);
  watch.settle(last);
}
