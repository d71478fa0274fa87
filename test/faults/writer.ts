/** Appends to the log of a store. Arguments: folder, a name for this process, how often. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

const [folder = "", name = "", times = "0"] = process.argv.slice(2);
const store = await openSqliteStore(join(folder, "cairn.db"), systemClock);
for (let n = 0; n < Number(times); n++) await store.append("log", { process: name, n });
await store.close();
writeSync(1, "done\n");
