import type { Kysely } from "kysely";
import type { Digest } from "../../src/base/digest.ts";
import { ok } from "../../src/base/result.ts";
import type { Artifacts, Journal } from "../../src/run/run.ts";
import type { Schema } from "../../src/store/schema.ts";

/** Something broken on purpose, that the simulator must find. */
export interface Breakage {
  journal(journal: Journal, db: Kysely<Schema>): Journal;
  /** @param digestOf the name that a directory would have */
  artifacts(artifacts: Artifacts, digestOf: (directory: string) => Digest): Artifacts;
}

const sound: Breakage = { journal: (journal) => journal, artifacts: (artifacts) => artifacts };

export const breakages: Readonly<Record<string, Breakage>> = {
  none: sound,

  "fence-not-checked": {
    ...sound,
    journal: (journal, db) => ({
      ...journal,
      holds: async () => true,
      record: async (attempt, result) => {
        // Whoever has the key now, it is this attempt's.
        await db
          .updateTable("attempts")
          .set({ state: "fenced" })
          .where("key", "=", attempt.key)
          .where("state", "=", "started")
          .execute();
        await db
          .updateTable("attempts")
          .set({ state: "started", fence: attempt.fence })
          .where("id", "=", attempt.id)
          .execute();
        return journal.record(attempt, result);
      },
    }),
  },

  "lease-not-renewed": {
    ...sound,
    journal: (journal) => ({ ...journal, heartbeat: async () => {} }),
  },

  "recorded-before-published": {
    ...sound,
    artifacts: (artifacts, digestOf) => ({
      ...artifacts,
      // It knows the name at once, and lets the files follow.
      publish: async (directory) => {
        void artifacts.publish(directory).catch(() => {});
        return ok(digestOf(directory));
      },
    }),
  },
};
