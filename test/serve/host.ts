/** An open lab in a process of its own, to be killed. Argument: the lab. A line for every change. */
import { writeSync } from "node:fs";
import { openLive } from "../../src/app/live/open.ts";

const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("which lab?");
const live = await openLive(dir, { scale: null, run: true, cpus: 2, gpus: null });
for await (const change of live.changes(null, new AbortController().signal)) {
  writeSync(1, `${change.kind} ${change.number}\n`);
}
