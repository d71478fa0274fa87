import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

/** The lines of results.jsonl. Sets are ids of levels, sorted. */

export const policyNames = ["cairn", "greedy", "one-at-a-time"] as const;
export const policyName = z.enum(policyNames);
export type PolicyName = z.infer<typeof policyName>;

const set = z.array(z.string());

const settings = z.strictObject({
  kind: z.literal("settings"),
  lab: z.string(),
  scale: z.string(),
  baseline: set,
  /** Core-seconds that each policy may spend in each repeat. */
  budget: z.number(),
  /** Core-seconds of an uncached run of the baseline. */
  runPrice: z.number(),
});
export type SettingsRecord = z.infer<typeof settings>;

const step = z.strictObject({
  kind: z.literal("step"),
  policy: policyName,
  repeat: z.number(),
  number: z.number(),
  set,
  seed: z.number(),
  purpose: z.enum(["search", "confirm", "audit"]),
  charged: z.number(),
  spent: z.number(),
});
export type StepRecord = z.infer<typeof step>;

const end = z.strictObject({
  kind: z.literal("end"),
  policy: policyName,
  repeat: z.number(),
  set,
  confirmed: z.boolean().nullable(),
  /** itself: it asked for no more, Cairn also because what was left could not buy what was missing. */
  by: z.enum(["itself", "budget"]),
  spent: z.number(),
  /** That cost something. */
  runs: z.number(),
  planning: z.number(),
});
export type EndRecord = z.infer<typeof end>;

const judged = z.strictObject({
  kind: z.literal("judged"),
  repeat: z.number(),
  set,
  seed: z.number(),
  /** By objective; null: diverged, or the run crashed. */
  values: z.record(z.string(), z.number().nullable()),
});
export type JudgedRecord = z.infer<typeof judged>;

const record = z.discriminatedUnion("kind", [settings, step, end, judged]);
export type ResultRecord = z.infer<typeof record>;

/** An append-only file of records: what it holds already is read once, what is added is written at once. */
export class Journal {
  readonly #path: string;
  readonly #records: ResultRecord[];

  /** A last line that a killed process left half-written goes. @throws ZodError when another line is not a record. */
  constructor(path: string) {
    this.#path = path;
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) writeFileSync(path, whole);
    const lines = whole.split("\n").slice(0, -1);
    this.#records = lines.map((line) => record.parse(JSON.parse(line)));
  }

  get settings(): SettingsRecord | null {
    return this.#records.find((known) => known.kind === "settings") ?? null;
  }

  get ends(): readonly EndRecord[] {
    return this.#records.filter((known) => known.kind === "end");
  }

  get judged(): readonly JudgedRecord[] {
    return this.#records.filter((known) => known.kind === "judged");
  }

  /** @throws Error when the same step is on record and was another: what decides about steps has changed since. */
  appendStep(added: StepRecord): void {
    const known = this.#records.find(
      (old) =>
        old.kind === "step" &&
        old.policy === added.policy &&
        old.repeat === added.repeat &&
        old.number === added.number,
    );
    if (known === undefined) this.append(added);
    else if (JSON.stringify(known) !== JSON.stringify(added))
      throw new Error(
        `${this.#path} says otherwise about step ${added.number} of ${added.policy}, repeat ${added.repeat}: the engine has changed since. ` +
          "Remove the file to begin anew; what was executed is kept and stays priced.",
      );
  }

  append(added: ResultRecord): void {
    appendFileSync(this.#path, `${JSON.stringify(added)}\n`);
    this.#records.push(added);
  }
}
