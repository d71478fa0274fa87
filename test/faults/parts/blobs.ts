import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fsck } from "../../../src/app/upkeep.ts";
import { createRng, type Rng } from "../../../src/base/rng.ts";
import { createArtifacts } from "../../../src/cache/artifacts.ts";
import type { StageResult } from "../../../src/run/run.ts";
import { ownerOfThisProcess } from "../../../src/store/owner.ts";
import { doneOf, openRig, type Rig, stage } from "../../durability/rig.ts";
import { readEvidence } from "../evidence.ts";
import { type Notes, type Part, takeNotes } from "../part.ts";

const damages = ["flip", "truncate", "delete"] as const;
type Damage = (typeof damages)[number];

const stages = [
  stage("data", "echo data > $CAIRN_OUT/data; mkdir $CAIRN_OUT/sub; seq 500 > $CAIRN_OUT/sub/more", {
    outputs: ["data", "sub/more"],
  }),
  stage(
    "train",
    `echo "$CAIRN_SEED" > $CAIRN_OUT/model; seq "$CAIRN_SEED" | head -n 2000 > $CAIRN_OUT/weights; mkdir $CAIRN_OUT/items; printf '{{"id":1,"score":%s}}\\n' $CAIRN_SEED > $CAIRN_OUT/items/loss.jsonl; printf '{{"loss": %s}}' $CAIRN_SEED > $CAIRN_OUT/metrics.json`,
    { needs: ["data"], seeded: true, outputs: ["model", "weights"] },
  ),
];

/**
 * One bit of a file in the artifact store is flipped, its end is cut off, or it is deleted; every file of every artifact,
 * one after another, in each of these ways. A flip leaves the file's times as they were. Whoever reads it then must find
 * it, set it aside and have it made again, as it was.
 */
export const blobs: Part = {
  name: "blobs",
  title: "every file of the artifact store, flipped, cut off or deleted",
  run: async (order) => {
    const notes = takeNotes();
    const rig = await openRig();
    try {
      const seeds = order.size === "long" ? [1, 2, 3, 4, 5, 6] : [1];
      const uses = new Map<string, Use>();
      for (const seed of seeds)
        for (const [digest, use] of usesOf(seed, await runOn(rig, seed, null))) uses.set(digest, use);
      const files = blobsOf(rig);
      notes.count("files", files.length);
      for (const [i, path] of files.entries()) {
        for (const damage of damages) {
          const use = uses.get(path.split("/")[1] ?? "");
          if (use === undefined) throw new Error(`${path} is no run's`);
          await damageOne(notes, rig, { path, damage, use, label: `${order.seed}/blobs/${path}/${damage}` });
        }
        if (i % 10 === 9) order.tell(`${i + 1} of ${files.length} files`);
      }
      const after = blobsOf(rig);
      if (after.join() !== files.join()) notes.find("damaged", "the artifacts are other ones than before");
      const report = await createArtifacts(rig.workspace).fsck();
      for (const { digest } of report.damaged) notes.find("damaged", `${digest} is damaged in the end`);
    } finally {
      await rig.close();
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

/** Paths of all files in artifacts, relative to the store. */
function blobsOf(rig: Rig): string[] {
  const root = join(rig.workspace, "artifacts");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * The run of a seed as a process makes it that has looked at no artifact yet.
 * @param reader of a stage that is new by it, and so is executed and given all of its inputs; null: none is
 */
async function runOn(rig: Rig, seed: number, reader: string | null): Promise<readonly StageResult[]> {
  const read = stage("read", ":", { needs: ["data", "train"], params: { reader: reader ?? "" } });
  const recipe = await rig.recipe(...stages, ...(reader === null ? [] : [read]));
  const runner = rig.another({ artifacts: createArtifacts(rig.workspace) });
  const { stages: outcomes } = await runner.run({ id: `${seed}-${reader}`, recipe, seed });
  return [...outcomes.values()].map(doneOf);
}

/** Of an artifact: a seed whose run has it, and whether stages read it. */
interface Use {
  readonly seed: number;
  readonly isOutput: boolean;
}

function usesOf(seed: number, results: readonly StageResult[]): (readonly [string, Use])[] {
  return results.flatMap(({ output, measurements }) => [
    [output, { seed, isOutput: true }] as const,
    [measurements, { seed, isOutput: false }] as const,
  ]);
}

interface Harmed {
  /** Relative to the artifact store. */
  readonly path: string;
  readonly damage: Damage;
  readonly use: Use;
  readonly label: string;
}

async function damageOne(notes: Notes, rig: Rig, { path, damage, use, label }: Harmed): Promise<void> {
  const file = join(rig.workspace, "artifacts", path);
  const digest = path.split("/")[1] ?? "";
  const whole = readFileSync(file);
  const before = (await runOn(rig, use.seed, null)).find(({ output, measurements }) =>
    [output, measurements].some((own) => own === digest),
  );
  const aside = quarantined(rig);
  harm(file, damage, createRng(label));
  notes.count(`${damage}s`);
  // Measurements are read by people and reports; what looks for them on purpose is fsck.
  const { store } = rig;
  if (!use.isOutput)
    await fsck({ store, artifacts: createArtifacts(rig.workspace), owner: ownerOfThisProcess() }, () => {});
  await runOn(rig, use.seed, use.isOutput ? label : null);
  if (quarantined(rig) !== aside + 1) notes.find("damaged", `${path}, ${damage}: it was not set aside`);
  const now = existsSync(file) ? readFileSync(file) : null;
  if (now === null) notes.find("lost", `${path}, ${damage}: it was not made again`);
  else if (!now.equals(whole)) notes.find("damaged", `${path}, ${damage}: it is not as it was`);
  const row = readEvidence(rig.lab).results.find(({ attempt }) => attempt === before?.attempt);
  if (row === undefined) notes.find("lost", `${path}, ${damage}: what was recorded is deleted`);
  else if (row.invalid === null) notes.find("damaged", `${path}, ${damage}: its result still stands`);
}

function quarantined(rig: Rig): number {
  const folder = join(rig.workspace, "quarantine");
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

function harm(file: string, damage: Damage, random: Rng): void {
  const { mode, size, atime, mtime } = lstatSync(file);
  const folder = dirname(file);
  const folderMode = lstatSync(folder).mode;
  chmodSync(folder, 0o755);
  chmodSync(file, 0o644);
  if (damage === "delete") unlinkSync(file);
  if (damage === "truncate") truncateSync(file, random.int(size));
  if (damage === "flip") {
    const bytes = readFileSync(file);
    const at = random.int(size);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
  }
  if (damage !== "delete") chmodSync(file, mode);
  chmodSync(folder, folderMode);
}
