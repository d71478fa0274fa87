import type { StageSpec } from "../../src/lab/lab.ts";
import { stage } from "../durability/rig.ts";

/**
 * What the workers run. Every execution of an attempt leaves a line in the lab's `executions`. Files in the lab change how
 * stages behave: with `hang` they start a process in a session of its own and never end, with `slow` they take as
 * many seconds as it says, with `flaky` the first try at a key fails.
 */
export function recipeStages(lab: string): readonly StageSpec[] {
  const begin = [
    "set -e",
    `echo "$CAIRN_ATTEMPT" >> "${lab}/executions"`,
    `if [ -e "${lab}/hang" ]; then setsid sleep 1000 & sleep 1000; fi`,
    `if [ -e "${lab}/slow" ]; then sleep "$(cat "${lab}/slow")"; fi`,
    `if [ -e "${lab}/flaky" ] && [ ! -e "$CAIRN_RESUME/tried" ]; then echo > "$CAIRN_RESUME/tried"; exit 3; fi`,
  ].join("; ");
  return [
    stage("data", `${begin}; echo data > $CAIRN_OUT/data; mkdir $CAIRN_OUT/sub; echo more > $CAIRN_OUT/sub/more`, {
      outputs: ["data"],
    }),
    stage("train", `${begin}; echo "$CAIRN_SEED" > $CAIRN_OUT/model; cat $CAIRN_IN_DATA/data >> $CAIRN_OUT/model`, {
      needs: ["data"],
      seeded: true,
      outputs: ["model"],
    }),
    stage("eval", `${begin}; printf '{{"loss": %s}}' "$CAIRN_SEED" > $CAIRN_OUT/metrics.json`, {
      needs: ["train"],
      seeded: true,
    }),
  ];
}

export const stagesPerSeed = 2;

/** The files that a stage's output must hold, and with what in them. */
export function expectedFiles(stageName: string, seed: number | null): Readonly<Record<string, string>> {
  if (stageName === "data") return { data: "data\n", "sub/more": "more\n" };
  if (stageName === "train") return { model: `${seed}\ndata\n` };
  return {};
}

export function expectedMetrics(stageName: string, seed: number | null): Readonly<Record<string, number | null>> {
  return stageName === "eval" ? { loss: seed } : {};
}
