import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { addContribution, cairn, copyLab } from "./rig.ts";

/** Points of a curve, so that there is one to draw; one is not a number. */
const curve = `
awk 'BEGIN { for (i = 0; i < 60; i++) printf "{\\"type\\":\\"metric\\",\\"name\\":\\"train_loss\\",\\"step\\":%d,\\"value\\":%s}\\n", i, i == 40 ? "NaN" : 2 + 3 / (i + 1) }' >>"$CAIRN_EVENTS"
`;

/** A lab with a past: a decision that landed, and after it another question that is open. */
export async function recordedLab(): Promise<string> {
  const dir = copyLab(["muon", "lion", "dedupe", "tidy-logs"]);
  appendFileSync(join(dir, "stages", "train.sh"), curve);
  await cairn(dir, "run", "--runs", "80");
  await cairn(dir, "land");
  addContribution(dir, "big-batch");
  addContribution(dir, "beam-search");
  await cairn(dir, "run", "--runs", "3");
  return dir;
}
