import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { loadLab } from "../src/app/load.ts";
import { type Bench, inTurns, measurement, timeCommand, timeHere, withFolder } from "./harness.ts";

const contributions = 200;
const params = 120;
const cairn = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** Most set a parameter of their own; some share one, some carry a patch, some have levels, some require another. */
function contributionText(i: number): string {
  const head = `title: Change ${i}\nby: [team]\narea: optimization\nwhy: It may help in a way that takes a sentence to say.\n`;
  if (i % 10 === 7) return `${head}patch: contributions/change-${i}.patch\n`;
  if (i % 10 === 8)
    return `${head}levels:\n  low: { set: { train.p${i % params}: ${1000 + i} } }\n  high: { set: { train.p${i % params}: ${2000 + i} } }\n`;
  const requires = i % 10 === 9 ? `requires: [change-${i - 1}]\n` : "";
  return `${head}set: { train.p${i % params}: ${2 + i} }\n${requires}`;
}

function patchText(i: number): string {
  const line = 1 + (i % contributions) * 4;
  const hunk = `@@ -${line},2 +${line},2 @@\n-x${line} = 0\n+x${line} = ${i}\n x${line + 1} = 0\n`;
  return `--- a/train.py\n+++ b/train.py\n${hunk}`;
}

function writeLab(folder: string): void {
  const values = Array.from({ length: params }, (_, i) => `      p${i}: 1`).join("\n");
  const lab = `cairn: 1\nname: wide\nstages:\n  train:\n    run: python train.py\n    code: [train.py]\n    params:\n${values}\nobjectives:\n  loss: { stage: train, goal: minimize, matters: 0.01 }\n`;
  writeFileSync(join(folder, "cairn.yaml"), lab);
  writeFileSync(
    join(folder, "train.py"),
    Array.from({ length: contributions * 4 }, (_, i) => `x${i + 1} = 0\n`).join(""),
  );
  mkdirSync(join(folder, "contributions"));
  for (let i = 0; i < contributions; i++) {
    writeFileSync(join(folder, "contributions", `change-${i}.yaml`), contributionText(i));
    if (i % 10 === 7) writeFileSync(join(folder, "contributions", `change-${i}.patch`), patchText(i));
  }
}

function yamlFiles(folder: string): string[] {
  const names = readdirSync(join(folder, "contributions")).filter((name) => name.endsWith(".yaml"));
  return [join(folder, "cairn.yaml"), ...names.map((name) => join(folder, "contributions", name))];
}

export const checkBench: Bench = {
  name: "check",
  about: `a lab of ${contributions} contributions, beside nothing but parsing its YAML`,
  run: () =>
    withFolder(async (folder) => {
      writeLab(folder);
      const best = await inTurns(5, {
        yaml: () =>
          timeHere(() => {
            for (const file of yamlFiles(folder)) parse(readFileSync(file, "utf8"));
          }),
        load: () => timeHere(async () => void (await loadLab(folder))),
        node: async () => timeCommand([process.execPath, "-e", "0"], { cwd: folder }),
        check: async () =>
          timeCommand([process.execPath, "--disable-warning=ExperimentalWarning", cairn, "check"], { cwd: folder }),
      });
      const [yaml, load, node, check] = [best.get("yaml"), best.get("load"), best.get("node"), best.get("check")];
      if (yaml === undefined || load === undefined || node === undefined || check === undefined) return [];
      const amount = { value: contributions, unit: "contributions" };
      return [
        measurement("YAML parsed, nothing more", yaml, amount, null, "in a warm process"),
        measurement("lab read and checked", load, amount, { name: "YAML", seconds: yaml }, "in a warm process"),
        measurement("an empty Node program", node, amount, null, "what starting costs"),
        measurement("`cairn check`", check, amount, { name: "empty Node", seconds: node }, "the whole command"),
      ];
    }),
};
