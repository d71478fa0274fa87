import { createDiagnostics, fileSpan, hasErrors, inTextOrder } from "../lab/diagnostic.ts";
import type { Lab } from "../lab/lab.ts";
import {
  describe,
  type Fields,
  readBoolean,
  readChoice,
  readEntryMap,
  readFields,
  readLine,
  readNamed,
  readString,
  readStrings,
} from "../lab/node.ts";
import type { Diagnostic, Source, Span } from "../lab/source.ts";
import { readYaml, type Value } from "../lab/yaml.ts";
import { readChange } from "./change.ts";
import type { ContributionContext, ContributionPlaces, LoadPatch } from "./context.ts";
import { areas, type Contribution, type ContributionLevel } from "./contribution.ts";
import { changeKeys, contributionKeys, idPattern } from "./keys.ts";

export interface ParsedContribution {
  /** Null when there is an error. */
  readonly contribution: Contribution | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly places: ContributionPlaces;
}

/** Reads one file of `contributions/`. Everything that is wrong with it is reported. */
export function parseContribution(source: Source, id: string, lab: Lab, loadPatch: LoadPatch): ParsedContribution {
  const out = createDiagnostics();
  const places = { file: fileSpan(source), levels: [], requires: new Map(), patches: new Map() };
  const contribution = readContribution(source, id, { lab, loadPatch, out, places });
  const diagnostics = inTextOrder(out.items);
  return { contribution: hasErrors(diagnostics) ? null : contribution, diagnostics, places };
}

function readContribution(source: Source, id: string, context: ContributionContext): Contribution | null {
  const { out, places } = context;
  if (!idPattern.test(id)) {
    const message = `\`${id}\`, from the file's name, cannot be the name of a contribution.`;
    const help = `Use lower-case letters, digits, \`-\` and \`_\`, such as \`${proposeId(id)}.yaml\`.`;
    out.error({ code: "bad-name", message, span: places.file, help });
  }
  const root = readYaml(source, out);
  if (root === null) return null;
  if (root.kind !== "map") {
    const message = root.kind === "null" ? "The file is empty." : `A contribution is a map, not ${describe(root)}.`;
    const help = "`cairn propose` writes one to begin with.";
    return out.error({ code: "not-a-contribution", message, span: places.file, help });
  }
  const fields = readFields(root, contributionKeys, "a contribution", places.file, out);
  const levels = readLevels(fields, places.file, context);
  const by = readStrings(fields.get("by"), "by", out, { single: true });
  if (fields.get("by")?.kind === "list" && by.length === 0) {
    out.error({ code: "empty-list", message: "`by` names nobody.", span: fields.get("by")?.span ?? places.file });
  }
  const requires = readStrings(fields.get("requires"), "requires", out);
  for (const required of requires) places.requires.set(required.text, required.span);
  const title = readLine(fields.get("title"), "title", out);
  const area = readChoice(fields.get("area"), "area", areas, out);
  const why = readString(fields.get("why"), "why", out)?.trim() ?? "";
  const bold = readBoolean(fields.get("bold"), "bold", out) ?? false;
  if (title === null || area === null) return null;
  return {
    id,
    title,
    by: by.map((handle) => handle.text),
    area,
    why,
    levels,
    requires: requires.map((required) => required.text),
    bold,
  };
}

function proposeId(id: string): string {
  const proposal = id
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|-+$/g, "");
  return proposal === "" ? "my-change" : proposal;
}

/** Either a change of its own or named levels. */
function readLevels(
  fields: Fields<keyof typeof contributionKeys>,
  file: Span,
  context: ContributionContext,
): ContributionLevel[] {
  const { out, places } = context;
  const own = (["set", "patch", "branch"] as const).filter((key) => fields.get(key) !== null);
  const levels = fields.get("levels");
  const [first] = own;
  if (levels === null) {
    const span = first === undefined ? file : fields.keySpan(first);
    places.levels.push(span);
    return [{ name: null, change: readChange(fields, span, null, context) }];
  }
  if (first !== undefined) {
    const message = `\`${first}\` and \`levels\` cannot stand side by side.`;
    const help = `Move \`${first}\` into the levels it belongs to.`;
    const related = [{ message: "the levels stand here", span: fields.keySpan("levels") }];
    out.error({ code: "levels-and-change", message, span: fields.keySpan(first), help, related });
  }
  return readNamedLevels(levels, context);
}

function readNamedLevels(value: Value, context: ContributionContext): ContributionLevel[] {
  const { out, places } = context;
  const rule = {
    noun: "the name of a level",
    pattern: idPattern,
    wanted: "Levels are named with lower-case letters, digits, `_` and `-`: `swiglu`, `lr-3e-4`.",
  };
  if (value.kind === "map" && value.entries.length === 0) {
    out.error({ code: "empty-map", message: "`levels` is empty: it must have at least one.", span: value.span });
  }
  const levels: ContributionLevel[] = [];
  for (const entry of readNamed(value, "levels", rule, out)) {
    const map = readEntryMap(entry, "a level", out);
    if (map === null) continue;
    const fields = readFields(map, changeKeys, "a level", entry.keySpan, out);
    places.levels.push(entry.keySpan);
    levels.push({ name: entry.key, change: readChange(fields, entry.keySpan, entry.key, context) });
  }
  return levels;
}
