import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeContract } from "../../test/contracts/store.ts";
import { openSqliteStore } from "./sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-store-"));
let number = 0;
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

storeContract({
  name: "SQLite",
  open: (clock, isDead) => openSqliteStore(join(folder, `${number}.db`), clock, isDead),
  reset: async () => {
    number++;
  },
});
