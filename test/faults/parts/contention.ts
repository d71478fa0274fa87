import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { makeLabFolder, removeLab } from "../../durability/rig.ts";
import { type Part, takeNotes } from "../part.ts";
import { script, startProcess } from "../workers.ts";

const writers = 8;
const row = z.object({ number: z.number(), body: z.string().transform((text) => entry.parse(JSON.parse(text))) });
const entry = z.object({ process: z.string(), n: z.number() });

/** Eight processes that append to one ledger: none is told that the store is busy, and all of it is there, in order. */
export const contention: Part = {
  name: "contention",
  title: "eight processes that write to one store",
  run: async (order) => {
    const notes = takeNotes();
    const folder = makeLabFolder();
    const each = order.size === "long" ? 300 : 60;
    try {
      const names = Array.from({ length: writers }, (_, i) => String(i));
      const started = names.map((name) =>
        startProcess([process.execPath, script("writer.ts"), folder, name, String(each)]),
      );
      for (const end of await Promise.all(started.map((writer) => writer.ended))) {
        if (end.code !== 0) notes.find("lost", `a writer ended with ${end.code ?? end.signal}: ${end.errors}`);
      }
      const db = new DatabaseSync(join(folder, "cairn.db"));
      const rows = z
        .array(row)
        .parse(db.prepare("select number, body from entries where ledger = 'log' order by number").all());
      db.close();
      for (const [i, { number }] of rows.entries())
        if (number !== i + 1) notes.find("lost", `entry ${i + 1} is ${number}`);
      for (const name of names) {
        const own = rows.filter(({ body }) => body.process === name).map(({ body }) => body.n);
        if (own.length < each) notes.find("lost", `writer ${name} has ${own.length} of ${each} entries`);
        if (own.length > each) notes.find("duplicated", `writer ${name} has ${own.length} of ${each} entries`);
        if (own.some((n, i) => n !== i)) notes.find("damaged", `writer ${name}'s entries are out of order`);
      }
      notes.count("transactions", rows.length);
    } finally {
      removeLab(folder);
    }
    return { kind: "ran", tally: notes.tally() };
  },
};
