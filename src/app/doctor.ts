import { existsSync } from "node:fs";
import { join } from "node:path";
import { clusterFinding } from "./doctor/cluster.ts";
import { type Finding, fine, problem, type Trouble, warning } from "./doctor/finding.ts";
import { folderFindings, machineFindings } from "./doctor/machine.ts";
import { recordFindings } from "./doctor/record.ts";
import { storageFindings } from "./doctor/storage.ts";
import { CairnError } from "./errors.ts";
import { findUp } from "./files.ts";
import { labFile, loadLab } from "./load.ts";
import { version } from "./report.ts";

/** Looks at everything Cairn stands on, and changes nothing but the storage's proof. */
export async function examine(from: string): Promise<readonly Finding[]> {
  const findings = [fine("cairn", version), ...machineFindings()];
  const dir = findUp(from, labFile, existsSync);
  if (dir === null) {
    const mend = "`cairn init` makes one; `cairn demo` shows one.";
    return [...findings, warning("lab", `no ${labFile} in ${from} or above it`, mend)];
  }
  return [
    ...findings,
    ...folderFindings(dir),
    ...(await labFindings(dir)),
    ...(await recordFindings(dir)),
    ...(await storageFindings(process.env)),
  ];
}

/** As what a command would fail, by the worst that was found; null: it would not. */
export function troubleOf(findings: readonly Finding[]): Trouble | null {
  const found = new Set(findings.map(({ failure }) => failure));
  const worstFirst = ["damaged", "unavailable", "invalid", "usage"] as const;
  return worstFirst.find((trouble) => found.has(trouble)) ?? null;
}

async function labFindings(dir: string): Promise<readonly Finding[]> {
  try {
    const { lab, contributions } = await loadLab(dir);
    const detail = `${lab.name}, ${contributions.length} contributions`;
    return [fine("lab", detail), await clusterFinding(lab, dir)];
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    const trouble = error.failure.kind === "damaged" ? "damaged" : "invalid";
    const detail = `${join(dir, labFile)} or a contribution is not right`;
    return [problem("lab", trouble, detail, "`cairn check` says where.")];
  }
}
