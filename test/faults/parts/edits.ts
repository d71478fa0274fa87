import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { StageSpec } from "../../../src/lab/lab.ts";
import type { RunResult } from "../../../src/run/run.ts";
import { openRig, type Rig, stage } from "../../durability/rig.ts";
import { artifactFolder, readEvidence } from "../evidence.ts";
import { type Notes, type Part, takeNotes } from "../part.ts";

/**
 * Things change under a stage while it runs, or it ends well without what it declares. What it has made then is never
 * recorded: not as a result of what was there before, nor of what is there now.
 */
export const edits: Part = {
  name: "edits",
  title: "inputs edited while a stage runs, declared outputs that are missing",
  run: async (order) => {
    const notes = takeNotes();
    const rounds = order.size === "long" ? 4 : 1;
    for (let round = 0; round < rounds; round++) {
      for (const change of ["write", "delete", "put back its time"] as const) {
        await withRig((rig) => editInput(notes, rig, change));
        if (change !== "put back its time") await withRig((rig) => editCode(notes, rig, change));
      }
      await withRig((rig) => leaveOut(notes, rig));
      order.tell(`${round + 1} of ${rounds} rounds`);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

type Change = "write" | "delete" | "put back its time";

async function withRig(work: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await openRig();
  try {
    await work(rig);
  } finally {
    await rig.close();
  }
}

function change(file: string, how: Change): void {
  const { mode } = lstatSync(file);
  // To the nanosecond, which Node's own dates are not.
  const clock = join(tmpdir(), `cairn-edits-${process.pid}`);
  execFileSync("touch", ["-r", file, clock]);
  const folderMode = lstatSync(dirname(file)).mode;
  chmodSync(dirname(file), 0o755);
  chmodSync(file, 0o644);
  if (how === "delete") unlinkSync(file);
  else writeFileSync(file, readFileSync(file, "utf8").replace("1", "2"));
  // As if nobody had been there: the same size, mode and time of modification.
  if (how === "put back its time") {
    chmodSync(file, mode);
    execFileSync("touch", ["-r", clock, file]);
  }
  chmodSync(dirname(file), folderMode);
  unlinkSync(clock);
}

/** Runs the stages; when the stage `s` says that it runs, something is done, and then it goes on. */
async function runWhile(rig: Rig, stages: readonly StageSpec[], work: () => Promise<void>): Promise<RunResult> {
  const running = rig.runner.run({ id: "r", recipe: await rig.recipe(...stages), seed: 1 });
  while (!existsSync(join(rig.lab, "runs"))) await delay(5);
  await work();
  writeFileSync(join(rig.lab, "go"), "");
  return running;
}

/** Said once, and waited for once: a second execution goes through. */
const waits = (lab: string) => `echo > ${lab}/runs; while [ ! -e ${lab}/go ]; do sleep 0.02; done`;

async function editInput(notes: Notes, rig: Rig, how: Change): Promise<void> {
  const input = stage("input", "echo 1 > $CAIRN_OUT/x; echo same > $CAIRN_OUT/y", { outputs: ["x", "y"] });
  // It reads before and after: what it makes of an edited input would be half of one and half of the other.
  const s = stage("s", `${waits(rig.lab)}; cat $CAIRN_IN_INPUT/* > $CAIRN_OUT/z`, { needs: ["input"], outputs: ["z"] });
  await runWhile(rig, [input, s], async () => {
    const [first] = readEvidence(rig.lab).results;
    change(join(artifactFolder(rig.lab, first?.output ?? ""), "x"), how);
  });
  notes.count("inputs edited");
  const { results } = readEvidence(rig.lab);
  const made = results.filter(({ stage: name, invalid }) => name === "s" && invalid === null);
  for (const { output } of made) {
    const text = readFileSync(join(artifactFolder(rig.lab, output), "z"), "utf8");
    if (text !== "1\nsame\n") notes.find("damaged", `made from an edited input (${how}): ${JSON.stringify(text)}`);
  }
  if (made.length !== 1) notes.find("lost", `after an edited input (${how}), ${made.length} results`);
  const again = results.filter(({ stage: name }) => name === "input").map(({ invalid }) => invalid === null);
  if (again.join() !== "false,true") notes.find("damaged", `an edited input (${how}) was not made again`);
}

async function editCode(notes: Notes, rig: Rig, how: Change): Promise<void> {
  rig.write("train.sh", "echo 1");
  const s = stage("s", `sh train.sh > $CAIRN_OUT/x; ${waits(rig.lab)}`, { code: ["*.sh"], outputs: ["x"] });
  const { stages } = await runWhile(rig, [s], async () => change(join(rig.lab, "train.sh"), how));
  notes.count("code edited");
  const { results } = readEvidence(rig.lab);
  if (results.length > 0) notes.find("damaged", `a result of edited code (${how}) was recorded`);
  const outcome = stages.get("s");
  if (outcome?.kind !== "failed" || outcome.failure.cause.kind !== "code-changed")
    notes.find("damaged", `edited code (${how}) was not named: ${JSON.stringify(outcome)}`);
}

async function leaveOut(notes: Notes, rig: Rig): Promise<void> {
  const s = stage("s", "echo x > $CAIRN_OUT/there; exit 0", { outputs: ["there", "absent/file"] });
  const { stages } = await rig.runner.run({ id: "r", recipe: await rig.recipe(s), seed: 1 });
  notes.count("outputs left out");
  if (readEvidence(rig.lab).results.length > 0)
    notes.find("damaged", "a result without a declared output was recorded");
  const outcome = stages.get("s");
  if (outcome?.kind !== "failed" || outcome.failure.cause.kind !== "missing-output")
    notes.find("damaged", `a missing output was not named: ${JSON.stringify(outcome)}`);
}
