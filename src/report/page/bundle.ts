import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

/**
 * The page's one script: the same drawing code that made the page, with its types taken off, and the wiring of
 * client.js. The modules share one scope in the order below, so their top-level names must differ (a test holds that).
 */

/** What the page needs to draw again; each imports only from those before it. */
export const shippedModules = [
  "../safe.ts",
  "../format.ts",
  "../markup.ts",
  "../scale.ts",
  "../view.ts",
  "../pair.ts",
  "./forest.ts",
  "./heatmap.ts",
  "./front.ts",
] as const;

export function buildScript(): string {
  const modules = shippedModules.map((name) => inlined(stripTypeScriptTypes(read(name))));
  return `"use strict";(() => {\n${[...modules, read("./client.js")].join("\n")}})();`;
}

/** In the order in which later rules win. */
const styles = ["ground", "sections", "charts", "tables", "media"] as const;

export function readStyle(): string {
  return styles.map((name) => read(`./style/${name}.css`)).join("");
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

/** Without imports, exports, comments that stand on lines of their own, and the blanks that types leave behind. */
export function inlined(code: string): string {
  return code
    .replace(/^import\b[^;]*;/gm, "")
    .replace(/^export (?=const|function|class)/gm, "")
    .replace(/^\s*(\/\/.*|\/\*\*[\s\S]*?\*\/)$/gm, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{2,}/g, "\n");
}
