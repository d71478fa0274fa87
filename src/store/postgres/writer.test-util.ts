/** Writes to a record in a process of its own. Arguments: URL, schema, a name for this process, how often. */
import { writeSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { openPostgresStore } from "../postgres.ts";
import { placeAt } from "./place.ts";

const [url = "", schema = "", name = "", times = "0"] = process.argv.slice(2);
const store = await openPostgresStore({ place: placeAt(url, schema), clock: systemClock });
for (let n = 0; n < Number(times); n++) {
  await store.append("log", { process: name, n });
  writeSync(1, `${await store.noteChange("contribution", `c${n % 10}`)}\n`);
}
await store.close();
