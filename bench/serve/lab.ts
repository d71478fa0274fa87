import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A lab of a team that has been at it for long, as files. Nothing in it is run. */

const objectives = `
  loss: { stage: train, goal: minimize, unit: nats, matters: 0.01, guardrail: 2% }
  accuracy: { stage: train, goal: maximize, matters: 0.01 }
  tokens_per_second: { stage: train, goal: maximize, matters: 5%, guardrail: 10%, weight: 0 }
  memory: { stage: train, goal: minimize, unit: GB, matters: 1, weight: 0 }`;

export const objectiveNames = ["loss", "accuracy", "tokens_per_second", "memory"] as const;
export const areas = ["data", "architecture", "optimization", "sft"] as const;

/** @returns the contributions' ids, which end with their numbers */
export function writeLab(dir: string, contributions: number): readonly string[] {
  const ids = Array.from({ length: contributions }, (_, i) => `change-${String(i + 1).padStart(2, "0")}`);
  const params = ids.map((_, i) => `p${i}: 0`).join(", ");
  mkdirSync(join(dir, "contributions"), { recursive: true });
  writeFileSync(
    join(dir, "cairn.yaml"),
    `cairn: 1
name: large
stages:
  corpus: { run: cat corpus.txt, code: [corpus.txt], params: { filter: none } }
  train: { needs: [corpus], seeded: true, run: cat train.txt, code: [train.txt], params: { steps: 1000, ${params} } }
objectives:${objectives}
scales: { proxy: { train.steps: 100 }, full: {} }
`,
  );
  for (const name of ["corpus.txt", "train.txt"]) writeFileSync(join(dir, name), `${name}\n`);
  for (const [i, id] of ids.entries()) {
    const text = `title: Change ${i + 1}\nby: [somebody]\narea: ${areas[i % areas.length]}\nset: { train.p${i}: 1 }\n`;
    writeFileSync(join(dir, "contributions", `${id}.yaml`), text);
  }
  return ids;
}
