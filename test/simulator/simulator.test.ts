import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** The simulation replaces what a process has of the machine, so it has a process of its own. */
function simulate(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    const argv = [join(import.meta.dirname, "run.ts"), ...args];
    execFile(process.execPath, argv, { maxBuffer: 2 ** 26 }, (error, text, errors) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, text: text + errors });
    });
  });
}

describe("the scheduler in simulated histories", () => {
  it("keeps what always holds, in three hundred of them", async () => {
    const { code, text } = await simulate("--seeds", "300");
    expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
    // They are about something.
    for (const what of ["taken over", "adopted", "orphan swept", "result set aside", "record refused", "disk full"])
      expect(text).toMatch(new RegExp(`[1-9]\\d* with ${what}\\n`));
  });

  it("is told the same way twice by the same seed", async () => {
    const told = async () =>
      (await simulate("--seed", "8", "--trace")).text.replace(/(virtual hours), [\d.]+ s$/m, "$1");
    const once = await told();
    expect(once.split("\n").length).toBeGreaterThan(100);
    expect(await told()).toBe(once);
  });

  it.each([
    ["fence-not-checked", /UNIQUE|another has the key|was recorded beside/],
    ["lease-not-renewed", /who lives and was heard of/],
    ["recorded-before-published", /was recorded before \w+ was published/],
  ])("finds a breach of it: %s", async (broken, found) => {
    const { code, text } = await simulate("--seeds", "300", "--broken", broken);
    expect(code).toBe(1);
    expect(/^seed \d+: .*/m.exec(text)?.[0]).toMatch(found);
  });
});
