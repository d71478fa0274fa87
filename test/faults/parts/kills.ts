import type { ChildProcess } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRng, type Rng } from "../../../src/base/rng.ts";
import type { FailPoint } from "../../../src/run/runner.ts";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { firstUnfinished, killStages, orphansOf, watchLab } from "../evidence.ts";
import { type Notes, type Part, type PartOrder, takeNotes } from "../part.ts";
import { startWorker } from "../workers.ts";

/** What is done in a round: once in every cycle, in an order of its own. */
type Round =
  | { readonly kind: "point"; readonly point: FailPoint }
  /** At some line that the worker tells. */
  | { readonly kind: "line" }
  /** At some moment of its life, its start among them. */
  | { readonly kind: "moment" }
  /** While stages run that start processes in sessions of their own. */
  | { readonly kind: "hanging" }
  | { readonly kind: "stages" };

/** Points that a worker which nobody contends with reaches; the others are reached in the parts zombie and remote. */
const points: readonly FailPoint[] = [
  ...(["claimed", "prepared", "spawned", "exited", "checked", "split"] as const),
  ...(["output-published", "measurements-published", "recorded", "failed", "released"] as const),
];
const cycle: readonly Round[] = [
  ...points.map((point): Round => ({ kind: "point", point })),
  ...(["line", "moment", "hanging"] as const).flatMap((kind): Round[] => [{ kind }, { kind }, { kind }]),
  ...[1, 2, 3, 4].map((): Round => ({ kind: "stages" })),
];

/** New runs that a worker has, so that there is something to be killed in. */
const newSeeds = 4;
/** In one worker's life. */
const mostStageKills = { short: 1, long: 6 };

/**
 * The scheduler is killed again and again, at every named moment and at random ones, and so are its stages; after each
 * kill the next one takes over. What was recorded stays, is recorded once and is never executed again.
 */
export const kills: Part = {
  name: "kills",
  title: "SIGKILL of the scheduler and of stages",
  run: async (order) => {
    const notes = takeNotes();
    // Labs of their own: one waits for the disk while another computes.
    const lanes = order.size === "long" ? ["a", "b"] : ["a"];
    await Promise.all(lanes.map((lane) => killOn(notes, order, `${order.seed}/kills/${lane}`)));
    return { kind: "ran", tally: notes.tally() };
  },
};

async function killOn(notes: Notes, order: PartOrder, label: string): Promise<void> {
  const lab = makeLabFolder();
  const watch = watchLab(lab, notes);
  let last = 0;
  let lastTold = performance.now();
  try {
    for (let i = 0; notes.kills() < order.kills; i++) {
      const turn = Math.floor(i / cycle.length);
      const round = createRng(`${label}/${turn}`).shuffle(cycle)[i % cycle.length] ?? { kind: "moment" };
      const first = firstUnfinished(watch.look([]));
      // One that is done already is taken from the record.
      last = Math.max(last, first + newSeeds);
      const random = createRng(`${label}/round/${i}`);
      const place = { lab, first: Math.max(1, first - 1), last, mostStageKills: mostStageKills[order.size] };
      watch.look(await killOnce(notes, random, round, place));
      if (performance.now() - lastTold < 5000) continue;
      lastTold = performance.now();
      order.tell(`${notes.kills()} of ${order.kills} kills`);
    }
    const end = await startWorker({ lab, first: firstUnfinished(watch.look([])), last }).ended;
    if (end.code !== 0) notes.find("lost", `the last one did not end: ${end.errors}`);
    watch.settle(last);
  } finally {
    killStages(lab);
    removeLab(lab);
  }
}

interface Place {
  readonly lab: string;
  readonly first: number;
  readonly last: number;
  readonly mostStageKills: number;
}

/** Returns what the worker told. */
async function killOnce(notes: Notes, random: Rng, round: Round, place: Place): Promise<readonly string[]> {
  const { lab, first, last } = place;
  const behaviours = behavioursFor(round).map((name) => join(lab, name));
  for (const path of behaviours) writeFileSync(path, "0.15");
  const at =
    round.kind === "point" ? ({ point: round.point, visit: 1 + random.int(3), signal: "SIGKILL" } as const) : null;
  const line = 1 + random.int(30);
  const moment = random.int(1500);
  let stageKills = 0;
  const kill = (worker: ChildProcess) => worker.kill("SIGKILL");
  const worker = startWorker({ lab, first, last, at }, (text, number, child) => {
    // The first thing told comes after the sweep: nothing of an earlier worker runs any more.
    if (number === 1) for (const pid of orphansOf(lab, child.pid)) notes.find("orphaned", `process ${pid} is left`);
    if (round.kind === "line" && number >= line) kill(child);
    if (round.kind === "hanging" && text.startsWith("started")) kill(child);
    if (round.kind === "point" && round.point === "released" && text === "at spawned") child.kill("SIGTERM");
    if (
      round.kind === "stages" &&
      text.startsWith("started") &&
      stageKills < place.mostStageKills &&
      random.uniform() < 0.8
    )
      stageKills += Math.sign(killStages(lab));
  });
  const timer = round.kind === "moment" ? setTimeout(() => kill(worker.process), moment) : undefined;
  const end = await worker.ended;
  clearTimeout(timer);
  for (const path of behaviours) rmSync(path, { force: true });
  notes.killed(stageKills);
  notes.count("stages killed", stageKills);
  if (end.signal === "SIGKILL") {
    notes.killed();
    notes.count(round.kind === "point" ? `scheduler killed at ${round.point}` : `scheduler killed: ${round.kind}`);
  } else if (end.code !== 0) {
    notes.find("lost", `a scheduler that nobody killed ended with ${end.code ?? end.signal}: ${end.errors}`);
  }
  for (const bad of end.lines.filter((text) => text.startsWith("bad")))
    notes.find("lost", `a stage was given up: ${bad}`);
  return end.lines;
}

function behavioursFor(round: Round): readonly string[] {
  if (round.kind === "hanging") return ["hang"];
  if (round.kind === "stages") return ["slow"];
  if (round.kind !== "point") return [];
  if (round.point === "failed") return ["flaky"];
  return round.point === "released" ? ["slow"] : [];
}
