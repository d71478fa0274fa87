import type { Lab } from "../../api/lab.ts";
import { type Digest, digestJson } from "../../base/digest.ts";
import { errorCode } from "../../base/system-error.ts";
import { diagnosticRecord } from "../diagnostics.ts";
import { failureOf } from "../errors.ts";
import { contributionsFolder, type LoadedLab, labFile } from "../load.ts";

type Diagnostics = Lab["diagnostics"];

/** What keeps the lab from being loaded, for people. @throws what is no expected failure. */
export function diagnosticsOf(error: unknown): Diagnostics {
  const whole = (message: string, help: string | null): Diagnostics => [
    { severity: "error", path: labFile, line: null, column: null, message, help },
  ];
  const failure = failureOf(error);
  if (failure === null && error instanceof Error && errorCode(error) !== null) {
    return whole(`the lab's files cannot be read: ${error.message}`, "They are read again when one of them changes.");
  }
  if (failure === null) throw error;
  switch (failure.kind) {
    case "invalid":
      return failure.diagnostics.map((diagnostic) => {
        const { severity, file, line, column, message, help } = diagnosticRecord(diagnostic);
        return { severity, path: file, line, column, message, help };
      });
    case "no-lab":
      return whole("the lab file is gone", "Restore it from version control.");
    case "run-failed":
      return whole(failure.message, null);
    default:
      return whole(failure.message, failure.help);
  }
}

/** What a lab is made of; the same digest is the same lab. */
export function identityOf(loaded: LoadedLab): Digest {
  return digestJson([Object.fromEntries(loaded.tree), Object.fromEntries(contributionDigests(loaded))]);
}

/** Contributions that were added, taken away or edited, by id. */
export function changedContributions(before: LoadedLab, after: LoadedLab): readonly string[] {
  const [old, now] = [contributionDigests(before), contributionDigests(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((id) => old.get(id) !== now.get(id));
}

/** Of each one's file and of what it refers to. */
function contributionDigests({ contributions, tree }: LoadedLab): ReadonlyMap<string, Digest> {
  return new Map(
    contributions.map(({ id, levels }) => {
      const files = ["yaml", "yml"].map((ending) => tree.get(`${contributionsFolder}/${id}.${ending}`) ?? "");
      const patches = levels.flatMap(({ change }) => change.patches.map(({ text }) => text));
      return [id, digestJson([...files, ...patches])];
    }),
  );
}
