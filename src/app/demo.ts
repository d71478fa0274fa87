import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { usage } from "./errors.ts";
import { writeAtomically } from "./files.ts";
import { labFile, workspaceFolder } from "./load.ts";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** What is cheap enough to decide by in minutes: the copy's default, so that every command there speaks of it. */
export const demoScale = "proxy";

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
  const file = join(dir, labFile);
  const document = parseDocument(readFileSync(file, "utf8"));
  document.setIn(["policy", "scale"], demoScale);
  writeAtomically(file, document.toString({ lineWidth: 0, flowCollectionPadding: true }));
  // The lab's own imports, wherever the copy stands.
  symlinkSync(join(packageRoot, "node_modules"), join(dir, "node_modules"), "dir");
  return { resumed: false };
}
