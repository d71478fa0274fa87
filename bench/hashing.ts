import { randomFillSync } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createArtifacts } from "../src/cache/artifacts.ts";
import { scanTree } from "../src/cache/tree.ts";
import { type KeyParts, stageKey } from "../src/recipe/fingerprint.ts";
import { type Bench, inTurns, type Measurement, measurement, timeCommand, timeHere, withFolder } from "./harness.ts";

interface Shape {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

const shapes: readonly Shape[] = [
  { name: "8 files of 32 MB", files: 8, bytes: 32_000_000 },
  { name: "4,000 files of 16 kB", files: 4000, bytes: 16_000 },
];

function writeFiles(folder: string, { files, bytes }: Shape): void {
  mkdirSync(folder);
  const content = Buffer.alloc(bytes);
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `file-${i}.bin`), randomFillSync(content));
}

/** The key of a stage with twenty code files, and sha256 over as many bytes in one go. */
async function keys(): Promise<Measurement[]> {
  const count = 20_000;
  const digest = stageKey(partsOf(0, {}));
  const code = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`model/part-${i}.py`, digest]));
  const seconds = await timeHere(() => {
    for (let i = 0; i < count; i++) stageKey(partsOf(i, code));
  });
  return [measurement("stage key, 20 code files", seconds, { value: count, unit: "keys" }, null)];
}

function partsOf(seed: number, code: KeyParts["code"]): KeyParts {
  const params = { width: 512, layers: 8, norm: "rms", lr: 3e-4, steps: 5000, batch: 16 };
  const command = ["python", "train.py", "--lr", "{lr}", "--steps", "{steps}"];
  return { schema: 1, stage: "train", command, params, code, inputs: {}, seed, env: {}, outputs: ["model.pt"] };
}

async function bytes(shape: Shape): Promise<Measurement[]> {
  return withFolder(async (folder) => {
    const files = join(folder, "files");
    writeFiles(files, shape);
    let turn = 0;
    const fresh = (name: string) => join(folder, `${name}-${turn}`);
    const best = await inTurns(2, {
      sha256sum: async () => {
        turn++;
        return timeCommand(["sh", "-c", "find files -type f -print0 | xargs -0 sha256sum"], { cwd: folder });
      },
      scan: async () => {
        cpSync(files, fresh("lab"), { recursive: true, preserveTimestamps: true });
        // A file that changed within two seconds may change again unseen, so its digest would not be remembered.
        await sleep(2100);
        return timeHere(async () => void (await scanTree(fresh("lab"))));
      },
      rescan: () => timeHere(async () => void (await scanTree(fresh("lab")))),
      publish: async () => {
        cpSync(files, fresh("out"), { recursive: true });
        return timeHere(async () => void (await createArtifacts(fresh("cache")).publish(fresh("out"))));
      },
      verify: async () => timeHere(async () => void (await createArtifacts(fresh("cache")).fsck())),
    });
    const sha256sum = best.get("sha256sum");
    if (sha256sum === undefined) return [];
    const peer = { name: "sha256sum", seconds: sha256sum };
    const amount = { value: (shape.files * shape.bytes) / 1e6, unit: "MB" };
    const row = (name: string, what: string, note: string) => {
      const seconds = best.get(name);
      return seconds === undefined ? [] : [measurement(`${what}, ${shape.name}`, seconds, amount, peer, note)];
    };
    return [
      measurement(`sha256sum, ${shape.name}`, sha256sum, amount, null),
      ...row("scan", "a lab's files, first time", "what keys are made of"),
      ...row("rescan", "a lab's files, again", "unchanged files are not read"),
      ...row("publish", "an output into the cache", "hashed, synced to disk, renamed"),
      ...row("verify", "the cache verified", "fsck"),
    ];
  });
}

export const hashingBench: Bench = {
  name: "hashing",
  about: "keys, and the cache beside sha256sum on the same bytes",
  run: async () => [...(await keys()), ...(await bytesOfAll())],
};

async function bytesOfAll(): Promise<Measurement[]> {
  const rows: Measurement[] = [];
  for (const shape of shapes) rows.push(...(await bytes(shape)));
  return rows;
}
