import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSlurm } from "../test/rigs/slurm.ts";
import { type Bench, hasProgram, inTurns, type Measurement, measurement, timeCommand, withFolder } from "./harness.ts";

/**
 * Jobs that do nothing but make a file, all at once: through Cairn, and by the cluster's own means alone. Cairn's are hashed,
 * synced and recorded; the others' are files. Slurm is a real one of one node, started here; a Ray is used where
 * `CAIRN_TEST_RAY` says where it is.
 */
const jobs = 24;
const turns = 2;
const cairn = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

function writeLab(folder: string, executor: string): void {
  mkdirSync(join(folder, "contributions"), { recursive: true });
  const stages = Array.from({ length: jobs }, (_, i) => {
    const say = i === 0 ? `printf "{{\\"x\\": 1}}" > "$CAIRN_OUT/metrics.json"` : `: > "$CAIRN_OUT/done"`;
    return `  s${i}: { run: [sh, -c, '${say}'], params: { n: ${i} }, resources: { cpus: 1 } }`;
  });
  const objectives = "objectives:\n  x: { stage: s0, goal: maximize, matters: 1 }";
  const text = `cairn: 1\nname: bench\nstages:\n${stages.join("\n")}\n${objectives}\nexecutor: ${executor}\n`;
  writeFileSync(join(folder, "cairn.yaml"), text);
  const change = "title: Other\nby: [bench]\narea: data\nwhy: A lab needs one.\nset: { s0.n: 1 }\n";
  writeFileSync(join(folder, "contributions", "other.yaml"), change);
}

/** One run decides nothing, which 3 says. */
const runOnce = `rm -rf .cairn; "$1" --disable-warning=ExperimentalWarning "$2" run --runs 1; code=$?; [ $code -eq 0 ] || [ $code -eq 3 ]`;
const eachAlone = `mkdir -p out; for i in $(seq ${jobs}); do sbatch --wait --quiet --output=/dev/null --wrap=": > $PWD/out/$i" & done; wait`;
const arrayAlone = `mkdir -p out; sbatch --wait --quiet --output=/dev/null --array=1-${jobs} --wrap=": > $PWD/out/\\$SLURM_ARRAY_TASK_ID"`;
const rayAlone = `set -e
for i in $(seq ${jobs}); do
  curl -sf -o /dev/null -H 'Content-Type: application/json' -d "{\\"entrypoint\\": \\"true\\", \\"submission_id\\": \\"bench-$$-$i\\"}" "$1/api/jobs/"
done
for i in $(seq ${jobs}); do
  until curl -sf "$1/api/jobs/bench-$$-$i" | grep -q '"status": *"SUCCEEDED"'; do sleep 0.25; done
done`;

type Contenders = Readonly<Record<string, readonly string[]>>;

/** @param peer the one that all are beside */
async function compare(folder: string, executor: string, peer: string, alone: Contenders): Promise<Measurement[]> {
  writeLab(folder, executor);
  const cluster = executor.includes("slurm") ? "Slurm" : "Ray";
  const all: Contenders = { ...alone, [`Cairn over ${cluster}`]: ["sh", "-c", runOnce, "sh", process.execPath, cairn] };
  const work = Object.entries(all).map(
    ([name, argv]) => [name, async () => timeCommand(argv, { cwd: folder })] as const,
  );
  const times = await inTurns(turns, Object.fromEntries(work));
  const base = times.get(peer);
  return [...times].map(([name, seconds]) => {
    const beside = base === undefined || name === peer ? null : { name: peer, seconds: base };
    const each = `${((seconds.wall / jobs) * 1000).toFixed(0)} ms a job`;
    return measurement(name, seconds, { value: jobs, unit: "jobs" }, beside, each);
  });
}

async function onSlurm(folder: string): Promise<Measurement[]> {
  const lacking = ["munged", "slurmctld", "slurmd", "sbatch"].filter((program) => !hasProgram(program));
  if (lacking.length > 0) {
    console.log(`Slurm: not run, ${lacking.join(", ")} not installed\n`);
    return [];
  }
  const rig = await startSlurm();
  try {
    const alone = { "sbatch alone": ["bash", "-c", eachAlone], "sbatch array alone": ["bash", "-c", arrayAlone] };
    return await compare(folder, "{ kind: slurm, partition: main }", "sbatch alone", alone);
  } finally {
    await rig.stop();
  }
}

async function onRay(folder: string): Promise<Measurement[]> {
  const address = process.env.CAIRN_TEST_RAY;
  if (address === undefined) {
    console.log("Ray: not run, CAIRN_TEST_RAY names none\n");
    return [];
  }
  const alone = { "jobs API alone": ["bash", "-c", rayAlone, "bash", address] };
  return compare(folder, `{ kind: ray, address: "${address}" }`, "jobs API alone", alone);
}

export const clustersBench: Bench = {
  name: "clusters",
  about: `${jobs} jobs that do nothing, at once, through Cairn and by the cluster alone`,
  run: () =>
    withFolder(async (folder) => [...(await onSlurm(join(folder, "slurm"))), ...(await onRay(join(folder, "ray")))]),
};
