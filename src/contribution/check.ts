import { checkCode } from "../lab/check.ts";
import { fileSpan, inTextOrder } from "../lab/diagnostic.ts";
import type { Lab } from "../lab/lab.ts";
import { parseLab } from "../lab/parse.ts";
import type { Diagnostic, Source } from "../lab/source.ts";
import type { ContributionPlaces, LoadPatch } from "./context.ts";
import type { Contribution, Space } from "./contribution.ts";
import { parseContribution } from "./parse.ts";
import { buildSpace, withoutBroken } from "./space.ts";

/** A lab as it lies in its directory, read by the caller. */
export interface LabText {
  readonly lab: Source;
  readonly contributions: readonly { readonly id: string; readonly source: Source }[];
  /** Every file that stages may be made of, relative to the lab. */
  readonly paths: readonly string[];
  /** Text by path; null where there is no such text file. */
  readonly files: (path: string) => string | null;
  readonly loadPatch: LoadPatch;
}

export interface CheckedLab {
  /** Null when the lab file has errors: contributions are not read then. */
  readonly lab: Lab | null;
  /** Those without errors of their own, in the given order. */
  readonly contributions: readonly Contribution[];
  /** Of the contributions that are sound together. */
  readonly space: Space;
  /** The lab's, then the contributions', each file's in the order of its text. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a whole lab and says everything that is wrong with it. */
export function checkLab(text: LabText): CheckedLab {
  const { lab, diagnostics, places } = parseLab(text.lab);
  const nothing: Space = { factors: [], excludes: [], requires: [] };
  if (lab === null) return { lab, contributions: [], space: nothing, diagnostics };
  const found = [...diagnostics, ...checkCode(lab, places, text.paths)];
  const contributions: Contribution[] = [];
  const placed = new Map<string, ContributionPlaces>();
  for (const { id, source } of text.contributions) {
    const twin = placed.get(id);
    if (twin !== undefined) {
      found.push(duplicate(id, source, twin));
      continue;
    }
    const parsed = parseContribution(source, id, lab, text.loadPatch);
    found.push(...parsed.diagnostics);
    placed.set(id, parsed.places);
    if (parsed.contribution !== null) contributions.push(parsed.contribution);
  }
  const placesOf = (id: string): ContributionPlaces => {
    const place = placed.get(id);
    if (place === undefined) throw new RangeError(`no contribution ${JSON.stringify(id)} was read`);
    return place;
  };
  // What requires a contribution with errors waits for it: that it is "not there" would be said wrongly.
  const unread = text.contributions.map(({ id }) => id).filter((id) => !contributions.some((read) => read.id === id));
  const built = buildSpace(withoutBroken(contributions, new Set(unread)), placesOf, text.files);
  found.push(...built.diagnostics);
  return { lab, contributions, space: built.space, diagnostics: inTextOrder(found) };
}

/** `x.yaml` and `x.yml`. */
function duplicate(id: string, source: Source, twin: ContributionPlaces): Diagnostic {
  return {
    severity: "error",
    code: "duplicate-contribution",
    message: `There are two files for the contribution \`${id}\`.`,
    span: fileSpan(source),
    help: "Rename or remove one of them.",
    related: [{ message: "this is the other", span: twin.file }],
  };
}
