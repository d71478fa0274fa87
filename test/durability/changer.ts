/** Notes changes in a store's outbox, and prints their numbers. Arguments: folder, a name for this process, how often. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

const [folder = "", name = "", times = "0"] = process.argv.slice(2);
const store = await openSqliteStore(join(folder, "cairn.db"), systemClock);
for (let n = 0; n < Number(times); n++) {
  // Some subjects are this process's own, one is everybody's.
  const number = await store.noteChange("contribution", n % 4 === 0 ? "shared" : `${name}-${n % 4}`);
  writeSync(1, `${number}\n`);
}
await store.close();
