import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLab } from "../../lab/parse.ts";
import { CairnError } from "../errors.ts";
import { findLab, labFile, workspaceFolder } from "../load.ts";
import type { RecordedLab } from "./record.ts";

/** The lab as its record knows it, whatever is wrong with its contributions. @throws CairnError */
export async function labRecord(from: string): Promise<RecordedLab> {
  const dir = findLab(from);
  const { lab, diagnostics } = parseLab({ path: labFile, text: readFileSync(join(dir, labFile), "utf8") });
  if (lab === null) throw new CairnError({ kind: "invalid", diagnostics });
  return { name: lab.name, workspace: join(dir, workspaceFolder), url: process.env.CAIRN_DATABASE_URL };
}
