import { afterAll, beforeAll, describe } from "vitest";
import { outboxContract } from "../../test/contracts/outbox.ts";
import { type StoreBackend, storeContract } from "../../test/contracts/store.ts";
import { teamContract } from "../../test/contracts/team.ts";
import { needs } from "../../test/needs.ts";
import { type PostgresRig, startPostgres } from "../../test/rigs/postgres.ts";
import { placeAt } from "./postgres/place.ts";
import { openPostgresStore } from "./postgres.ts";

/** Quicker than a new schema a test. */
const emptied = `do $$ declare tables text; begin
  select string_agg(format('cairn_test.%I', tablename), ', ') into tables from pg_tables
    where schemaname = 'cairn_test' and tablename <> 'migrations';
  if tables is not null then execute 'truncate ' || tables || ' restart identity'; end if;
end $$`;

const program = needs("postgres");

describe.skipIf(program === null)("a store in PostgreSQL", () => {
  let rig: PostgresRig | null = null;
  beforeAll(async () => {
    rig = await startPostgres(program ?? "");
  });
  afterAll(() => rig?.close());

  const backend: StoreBackend = {
    name: "PostgreSQL",
    open: (clock, isDead) => openPostgresStore({ place: placeAt(rig?.url ?? "", "cairn_test"), clock, isDead }),
    reset: async () => {
      await rig?.ask(emptied);
    },
  };
  storeContract(backend);
  outboxContract(backend);
  teamContract(backend);
});
