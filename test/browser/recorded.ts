import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { addContribution, cairn, copyLab } from "./rig.ts";

/** Points of a curve, so that there is one to draw; one is not a number. */
const curve = `
awk 'BEGIN { for (i = 0; i < 60; i++) printf "{\\"type\\":\\"metric\\",\\"name\\":\\"train_loss\\",\\"step\\":%d,\\"value\\":%s}\\n", i, i == 40 ? "NaN" : 2 + 3 / (i + 1) }' >>"$CAIRN_EVENTS"
`;

const crashing = `
title: A crash
by: [optimization]
area: optimization
why: What happens then is to be seen.
set: { train.optimizer: crashing }
`;
const crash = '\n[ "$1" != crashing ] || exit 3\n';

/** A lab with a past: a decision that landed, and after it another question that is open, and a change that crashes. */
export async function recordedLab(): Promise<string> {
  const dir = copyLab(["muon", "lion", "dedupe", "tidy-logs"]);
  appendFileSync(join(dir, "stages", "train.sh"), crash + curve);
  await cairn(dir, "run", "--runs", "80");
  await cairn(dir, "land");
  addContribution(dir, "big-batch");
  addContribution(dir, "beam-search");
  await cairn(dir, "run", "--runs", "3");
  writeFileSync(join(dir, "contributions", "crash.yaml"), crashing);
  await expect(cairn(dir, "run", "crash")).rejects.toThrow("train exited with 3");
  return dir;
}
