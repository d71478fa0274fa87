import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../src/report/terminal.ts";
import { renderText } from "../../src/report/text.ts";
import { hostileReport } from "./fixtures/hostile.ts";
import { samples } from "./fixtures/samples.ts";

/**
 * The terminal report, whole: golden/<sample>/<columns>.txt. After an intended change, UPDATE_GOLDEN=1 writes them
 * anew, to be read in the diff; in CI they are only ever compared.
 */
const golden = join(dirname(fileURLToPath(import.meta.url)), "golden");
const writing = process.env.UPDATE_GOLDEN === "1" && !process.env.CI;

const forms = {
  "80.txt": { width: 80, color: false, unicode: true },
  "120.txt": { width: 120, color: false, unicode: true },
  "80-ascii.txt": { width: 80, color: false, unicode: false },
} as const;

const cases = Object.entries(samples).flatMap(([name, make]) =>
  Object.entries(forms).map(([file, form]) => ({ name, file, make, form })),
);

test.each(cases)("$name/$file", ({ name, file, make, form }) => {
  const text = renderText(make(), form);
  const path = join(golden, name, file);
  if (writing) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${name}/${file} is missing`).toBe(true);
  expect(text).toBe(readFileSync(path, "utf8"));
});

describe.each(Object.entries(samples))("%s", (_name, make) => {
  test.each([40, 48, 60, 80, 100, 120, 200])("fits %i columns", (width) => {
    for (const line of renderText(make(), { width, color: true, unicode: true }).split("\n")) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  test("colour adds escape sequences and nothing else", () => {
    const plain = renderText(make(), { width: 100, color: false, unicode: true });
    const colored = renderText(make(), { width: 100, color: true, unicode: true });
    const marker = String.fromCharCode(27);
    expect(plain).not.toContain(marker);
    expect(colored).toContain(marker);
    expect(
      colored
        .split(marker)
        .map((piece, i) => (i === 0 ? piece : piece.replace(/^\[[0-9;]*m/, "")))
        .join(""),
    ).toBe(plain);
  });
});

test("other people's control characters do not reach the terminal", () => {
  const text = renderText(hostileReport(), { width: 80, color: false, unicode: true });
  expect([...text].filter((it) => it !== "\n" && /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(it))).toEqual([]);
});
