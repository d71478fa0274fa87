import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/base/digest.ts";
import type { Settings } from "./jobs.ts";
import type { Subject } from "./scenarios.ts";

/** Folders whose code a replay runs through. */
const codeFolders = [
  "bench/integration",
  ...["base", "math", "contribution", "evidence", "plan", "decision"].map((folder) => `src/${folder}`),
];

/** What only shows, shares out or keeps replays: it cannot change one. */
const bystanders = ["compare", "main", "output", "plot", "pool", "progress", "stamp", "store", "summary", "text"];

/** What a subject's replays depend on beside the job: when any of it changes, so does the text. */
export function createStamp(settings: Settings): (subject: Subject) => string {
  const common = JSON.stringify([settings, codeDigest()]);
  const stamps = new Map<Subject, string>();
  return (subject) => {
    const known = stamps.get(subject);
    if (known !== undefined) return known;
    const made = sha256(common + JSON.stringify(subject.parts)).slice(0, 16);
    stamps.set(subject, made);
    return made;
  };
}

function codeDigest(): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const files = codeFolders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.(?:ts|py)$/.test(file) && !file.endsWith(".test.ts"))
    .filter((file) => !bystanders.some((name) => file === join("bench/integration", `${name}.ts`)))
    .sort();
  return sha256(files.map((file) => `${file} ${sha256(readFileSync(join(root, file)))}`).join("\n"));
}
