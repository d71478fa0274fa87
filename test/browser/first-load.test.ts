import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { builtWeb } from "../../src/app/web-build.ts";

/** Of JavaScript and CSS before anything is loaded lazily, as it is sent. */
const budget = 300_000;

test("the first load is small", { timeout: 120_000 }, async () => {
  const folder = await builtWeb(() => {});
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].flatMap(([, path]) => path ?? []);
  expect(named.filter((path) => path.endsWith(".css"))).not.toEqual([]);
  const loaded = withImports(folder, named);
  const bytes = loaded.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(budget);
});

/** These files, and what they import without being asked to. */
function withImports(folder: string, first: readonly string[]): readonly string[] {
  const found = new Set(first);
  for (const path of found) {
    if (!path.endsWith(".js")) continue;
    const text = readFileSync(join(folder, path), "utf8");
    for (const [, file] of text.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) {
      if (file !== undefined) found.add(`assets/${basename(file)}`);
    }
  }
  return [...found];
}
