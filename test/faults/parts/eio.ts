import { spawnSync } from "node:child_process";
import { createRng } from "../../../src/base/rng.ts";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { firstUnfinished, killStages, watchLab } from "../evidence.ts";
import { type Part, takeNotes } from "../part.ts";
import { startWorker } from "../workers.ts";
import { finish, judgeFailures } from "./disk.ts";

const newSeeds = 3;
/** What a scheduler writes with: SQLite, artifacts, attempts' folders. */
const calls = ["fsync", "fdatasync", "pwrite64", "rename", "mkdir"];
/** Under strace a scheduler is slow; one that takes longer hangs, in milliseconds. */
const patience = 90_000;

/** Node says ENOENT when a folder that it makes with those above it cannot be made. */
const reason = /EIO|disk I\/O error|i\/o error|unable to open database|ENOENT: [^\n]*, mkdir/i;

/** The system answers EIO to some of a scheduler's writes. What was told as recorded is; the rest is made afterwards. */
export const eio: Part = {
  name: "eio",
  title: "a disk that fails (EIO)",
  run: async (order) => {
    const why = "EIO is injected into a scheduler's system calls";
    const { error, status } = spawnSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    if (error !== undefined)
      return { kind: "not-run", lacks: "program", why, get: "install Debian's package: apt-get install strace" };
    if (status !== 0)
      return { kind: "not-run", lacks: "right", why, get: "run it where processes may be traced (ptrace)" };
    const notes = takeNotes();
    const lab = makeLabFolder();
    const watch = watchLab(lab, notes);
    const rounds = order.size === "long" ? 4 * calls.length : 2;
    let last = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const random = createRng(`${order.seed}/eio/${round}`);
        const first = firstUnfinished(watch.look([]));
        last = Math.max(last, first + newSeeds);
        const call = calls[round % calls.length] ?? "fsync";
        const inject = `${call}:error=EIO:when=${1 + random.int(30)}+${2 + random.int(30)}`;
        const trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${inject}`];
        const worker = startWorker({ lab, first, last }, () => {}, trace);
        const timer = setTimeout(() => worker.process.kill("SIGKILL"), patience);
        const end = await worker.ended;
        clearTimeout(timer);
        notes.count(`schedulers with failing ${call}`);
        if (end.signal !== null) notes.find("lost", `a scheduler hung with ${inject}: ${end.lines.at(-1)}`);
        else judgeFailures(notes, end, reason, ["io", "spawn"]);
        watch.look(end.lines);
        order.tell(`${round + 1} of ${rounds} schedulers`);
      }
      await finish(notes, watch, lab, last);
    } finally {
      killStages(lab);
      removeLab(lab);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};
