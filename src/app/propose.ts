import { execFileSync } from "node:child_process";
import { existsSync, unlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { areas } from "../contribution/contribution.ts";
import { idPattern } from "../contribution/keys.ts";
import { conflict, usage } from "./errors.ts";
import { createAtomically } from "./files.ts";
import { contributionsFolder, type LoadedLab, loadLab } from "./load.ts";
import { isWithdrawn } from "./withdraw.ts";

export interface Proposal {
  readonly id: string;
  readonly title: string | null;
  /** Empty: whoever git or the system says it is. */
  readonly by: readonly string[];
  readonly area: string | null;
  readonly why: string | null;
  /** `stage.param` → value. */
  readonly set: JsonObject;
  /** A file of the lab, or the text of one that is made beside the contribution's. */
  readonly patch:
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "text"; readonly text: string }
    | null;
  readonly branch: string | null;
  readonly requires: readonly string[];
  readonly bold: boolean;
}

/**
 * Writes `contributions/ID.yaml`, and `contributions/ID.patch` where the patch is a text, after checking them together
 * with everything else in the lab.
 * @throws CairnError, with nothing written, when the lab with this contribution would not be right.
 */
export async function propose(
  dir: string,
  proposal: Proposal,
): Promise<{ readonly file: string; readonly loaded: LoadedLab }> {
  const { id, area, patch } = proposal;
  const file = `${contributionsFolder}/${id}.yaml`;
  if (existsSync(join(dir, file))) throw conflict(`${file} is there already`, "Choose another id, or edit the file.");
  if (isWithdrawn(dir, id))
    throw conflict(`${id} was proposed before, and withdrawn`, "Restore it, or choose another id.");
  if (!idPattern.test(id)) {
    throw usage(`${JSON.stringify(id)} is not an id`, "Lower-case letters, digits, - and _, such as rotary-positions.");
  }
  if (area === null) throw usage("say which area it is in: --area", `One of: ${areas.join(", ")}.`);
  const patchFile = `${contributionsFolder}/${id}.patch`;
  const files = new Map<string, string>();
  if (patch?.kind === "text") {
    if (existsSync(join(dir, patchFile))) throw conflict(`${patchFile} is there already`, "Choose another id.");
    files.set(patchFile, patch.text);
  }
  const by = proposal.by.length > 0 ? proposal.by : [proposer(dir)];
  const text = contributionText(proposal, by, patch?.kind === "text" ? patchFile : (patch?.path ?? null));
  files.set(file, text);
  const loaded = await loadLab(dir, files);
  const written: string[] = [];
  for (const [path, content] of files) {
    if (createAtomically(join(dir, path), content)) {
      written.push(path);
      continue;
    }
    // Somebody else was a moment faster with the same id.
    for (const own of written) unlinkSync(join(dir, own));
    throw conflict(`${path} is there already`, "Choose another id.");
  }
  return { file, loaded };
}

/** Whoever git says it is, else whoever is logged in. */
function proposer(dir: string): string {
  try {
    const name = execFileSync("git", ["-C", dir, "config", "user.name"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (name.trim() !== "") return name.trim();
  } catch {
    // No git, or no name in it.
  }
  return userInfo().username;
}

function contributionText(proposal: Proposal, by: readonly string[], patch: string | null): string {
  const fields = {
    title: proposal.title ?? proposal.id.replaceAll(/[-_]/g, " "),
    by,
    area: proposal.area,
    ...(proposal.why === null ? {} : { why: proposal.why }),
    ...(Object.keys(proposal.set).length === 0 ? {} : { set: proposal.set }),
    ...(patch === null ? {} : { patch }),
    ...(proposal.branch === null ? {} : { branch: proposal.branch }),
    ...(proposal.requires.length === 0 ? {} : { requires: proposal.requires }),
    ...(proposal.bold ? { bold: true } : {}),
  };
  return `# yaml-language-server: $schema=../.cairn/contribution.schema.json\n${stringify(fields)}`;
}

const jsonValue = z.json();

/** Of texts `stage.param=value`, each value as YAML. @throws CairnError `usage` */
export function assignments(texts: readonly string[]): JsonObject {
  return Object.fromEntries(texts.map(parseAssignment));
}

function parseAssignment(text: string): [string, Json] {
  const at = text.indexOf("=");
  if (at <= 0)
    throw usage(`--set takes stage.param=value, not ${JSON.stringify(text)}`, "Such as --set pretrain.lr=6e-4.");
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at).trim(), jsonValue.parse(parse(value))];
  } catch {
    return [text.slice(0, at).trim(), value];
  }
}
