import { describe, expect, it } from "vitest";
import { noteAbsence } from "../needs.ts";
import { parts } from "./parts.ts";

/** The proof by fault in its short form; `npm run faults` is the long one. */

describe("the proof by fault", () => {
  it.each(parts.map((part) => [part.name, part] as const))("%s", { timeout: 180_000 }, async (name, part) => {
    const result = await part.run({ seed: "short", size: "short", kills: 16, tell: () => {} });
    if (result.kind === "not-run") {
      const { lacks, why, get } = result;
      noteAbsence({ name: `faults: ${name}`, why, get, ...(lacks === "right" && { optional: true }) });
      return;
    }
    expect(result.tally.findings).toEqual([]);
    // It did something that could have been found.
    expect(Object.values(result.tally.done).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(0);
  });
});
