/**
 * A Cairn in a process of its own, to be killed: runs runs of the three-stage recipe below on the lab, two at a
 * time, and tells every step on standard output. Arguments: lab, last seed, fail point or -, at which visit.
 */
import { writeSync } from "node:fs";
import { openRig, stage } from "./rig.ts";

const [lab, last, failPoint, visit] = process.argv.slice(2);
if (lab === undefined) throw new Error("which lab?");
const tell = (line: string) => writeSync(1, `${line}\n`);

let visits = 0;
const rig = await openRig({
  lab,
  deps: {
    retries: 1,
    onEvent: (event) => tell(event.kind === "stage-started" ? `started ${event.attempt}` : event.kind),
    atPoint: (point) => {
      tell(`at ${point}`);
      if (point === failPoint && ++visits === Number(visit)) process.kill(process.pid, "SIGKILL");
    },
  },
});

// While there is a file `hang`, stages start a process in a session of its own and never end.
const hang = `echo "$CAIRN_ATTEMPT" >> "${lab}/executions"; if [ -e "${lab}/hang" ]; then setsid sleep 1000 & sleep 1000; fi`;
const stages = [
  stage("data", `${hang}; echo data > $CAIRN_OUT/data; mkdir $CAIRN_OUT/sub; echo more > $CAIRN_OUT/sub/more`, {
    outputs: ["data"],
  }),
  stage("train", `${hang}; echo "$CAIRN_SEED" > $CAIRN_OUT/model; cat $CAIRN_IN_DATA/data >> $CAIRN_OUT/model`, {
    needs: ["data"],
    seeded: true,
    outputs: ["model"],
  }),
  stage("eval", `${hang}; printf '{{"loss": %s}}' "$CAIRN_SEED" > $CAIRN_OUT/metrics.json`, {
    needs: ["train"],
    seeded: true,
  }),
];
const recipe = await rig.recipe(...stages);
let seed = 1;
const lane = async () => {
  while (seed <= Number(last)) {
    const own = seed++;
    const { stages: outcomes } = await rig.runner.run({ id: `run-${own}`, recipe, seed: own });
    for (const [name, outcome] of outcomes) if (outcome.kind !== "done") tell(`bad ${name} ${JSON.stringify(outcome)}`);
    tell(`run ${own}`);
  }
};
await Promise.all([lane(), lane()]);
await rig.close();
tell("end");
