import { cpSync, existsSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { usage } from "./errors.ts";
import { labFile, workspaceFolder } from "./load.ts";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The folder `cairn demo` works in, beside where it is called: a copy of the reference lab that people may play with. */
export const demoFolder = "cairn-demo";

/**
 * Copies the reference lab to `dir`, or finds the copy that an earlier demo made.
 * @returns whether it was there already.
 * @throws CairnError `usage` when `dir` holds something else.
 */
export function prepareDemo(dir: string): { readonly resumed: boolean } {
  if (existsSync(join(dir, labFile))) return { resumed: true };
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw usage(`${dir} is not empty and holds no ${labFile}`, "Choose another folder with --dir.");
  }
  const skipped = new Set([workspaceFolder, "node_modules", "test"]);
  cpSync(join(packageRoot, "labs", "sotu"), dir, { recursive: true, filter: (path) => !skipped.has(basename(path)) });
  // The lab's own imports, wherever the copy stands.
  symlinkSync(join(packageRoot, "node_modules"), join(dir, "node_modules"), "dir");
  return { resumed: false };
}
