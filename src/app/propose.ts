import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { areas } from "../contribution/contribution.ts";
import { usage } from "./errors.ts";
import { writeAtomically } from "./files.ts";
import { contributionsFolder, type LoadedLab, loadLab } from "./load.ts";

export interface Proposal {
  readonly id: string;
  readonly title: string | null;
  /** Empty: whoever git or the system says it is. */
  readonly by: readonly string[];
  readonly area: string | null;
  readonly why: string | null;
  /** `stage.param=value`, the value as YAML. */
  readonly set: readonly string[];
  readonly patch: string | null;
  readonly branch: string | null;
  readonly requires: readonly string[];
  readonly bold: boolean;
}

/**
 * Writes `contributions/ID.yaml` after checking it together with everything else in the lab.
 * @throws CairnError, with nothing written, when the lab with this contribution would not be right.
 */
export async function propose(
  dir: string,
  proposal: Proposal,
): Promise<{ readonly file: string; readonly loaded: LoadedLab }> {
  const name = `${proposal.id}.yaml`;
  const file = `${contributionsFolder}/${name}`;
  if (existsSync(join(dir, file))) throw usage(`${file} is there already`, "Choose another id, or edit the file.");
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(proposal.id)) {
    throw usage(
      `${JSON.stringify(proposal.id)} is not an id`,
      "Lower-case letters, digits, - and _, such as rotary-positions.",
    );
  }
  if (proposal.area === null) throw usage("say which area it is in: --area", `One of: ${areas.join(", ")}.`);
  const text = contributionText({ ...proposal, by: proposal.by.length > 0 ? proposal.by : [proposer(dir)] });
  const loaded = await loadLab(dir, { name, text });
  writeAtomically(join(dir, file), text);
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

function contributionText(proposal: Proposal): string {
  const set = Object.fromEntries(proposal.set.map(parseAssignment));
  const fields = {
    title: proposal.title ?? proposal.id.replaceAll(/[-_]/g, " "),
    by: proposal.by,
    area: proposal.area,
    ...(proposal.why === null ? {} : { why: proposal.why }),
    ...(proposal.set.length === 0 ? {} : { set }),
    ...(proposal.patch === null ? {} : { patch: proposal.patch }),
    ...(proposal.branch === null ? {} : { branch: proposal.branch }),
    ...(proposal.requires.length === 0 ? {} : { requires: proposal.requires }),
    ...(proposal.bold ? { bold: true } : {}),
  };
  return `# yaml-language-server: $schema=../.cairn/contribution.schema.json\n${stringify(fields)}`;
}

function parseAssignment(text: string): [string, unknown] {
  const at = text.indexOf("=");
  if (at <= 0)
    throw usage(`--set takes stage.param=value, not ${JSON.stringify(text)}`, "Such as --set pretrain.lr=6e-4.");
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at).trim(), parse(value)];
  } catch {
    return [text.slice(0, at).trim(), value];
  }
}
