import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outboxContract } from "../../test/contracts/outbox.ts";
import { type StoreBackend, storeContract } from "../../test/contracts/store.ts";
import { teamContract } from "../../test/contracts/team.ts";
import { openSqliteStore } from "./sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-store-"));
let number = 0;
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const backend: StoreBackend = {
  name: "SQLite",
  open: (clock, isDead) => openSqliteStore(join(folder, `${number}.db`), clock, isDead),
  reset: async () => {
    number++;
  },
};
storeContract(backend);
outboxContract(backend);
teamContract(backend);
