import { canonicalJson, type Json } from "../base/json.ts";
import type { Diagnostics } from "../lab/diagnostic.ts";
import { globMatches, isInternal, pathProblem } from "../lab/glob.ts";
import type { Lab, Scale } from "../lab/lab.ts";
import { type Fields, type Placed, readLine, readStrings } from "../lab/node.ts";
import { readOverlay, splitTarget } from "../lab/overlay.ts";
import type { Span } from "../lab/source.ts";
import type { ContributionContext, PatchReference } from "./context.ts";
import type { Change, Patch } from "./contribution.ts";
import type { changeKeys } from "./keys.ts";
import { patchPaths, readPatch } from "./patch.ts";

/**
 * Reads what a contribution, or one level of it, changes; reports a change that changes nothing.
 * @param at where such a change is reported
 * @param level its name, or null for a contribution without levels
 */
export function readChange(
  fields: Fields<keyof typeof changeKeys>,
  at: Span,
  level: string | null,
  context: ContributionContext,
): Change {
  const { lab, out } = context;
  const before = out.items.length;
  const settable = new Map(lab.stages.map((stage) => [stage.name, stage.params]));
  const set = readOverlay(fields.get("set"), "set", settable, out);
  const files = readStrings(fields.get("patch"), "patch", out, { single: true }).filter((file) => checkFile(file, out));
  const branch = readBranch(fields, out);
  const patches = [
    ...files.map((file) => loadPatch({ kind: "file", name: file.text }, file.span, context)),
    branch === null ? null : loadPatch({ kind: "branch", name: branch.text }, branch.span, context),
  ].filter((patch) => patch !== null);
  const change: Change = { set, patches };
  if (out.items.length === before) checkEffect(change, at, level, lab, out);
  return change;
}

function checkFile(file: Placed, out: Diagnostics): boolean {
  const problem = pathProblem(file.text) ?? (isInternal(file.text) ? "is not one of the lab's own files" : null);
  if (problem === null) return true;
  const help = "Name a file in the lab, relative to its directory: `contributions/rotary.patch`.";
  out.error({ code: "bad-path", message: `\`${file.text}\` ${problem}.`, span: file.span, help });
  return false;
}

/** The rules of `git check-ref-format` for what can be asked of git as it stands: no options, no ranges, no revisions. */
const badRef = /^[-/.]|\.\.|@\{|\/\/|\/\.|[\s~^:?*[\\\u007f]|\.lock(\/|$)|[/.]$|^@$/;

function readBranch(fields: Fields<keyof typeof changeKeys>, out: Diagnostics): Placed | null {
  const value = fields.get("branch");
  const text = readLine(value, "branch", out);
  if (text === null || value === null) return null;
  if (!badRef.test(text)) return { text, span: value.span };
  const message = `\`${text}\` is not the name of a git branch or tag.`;
  return out.error({
    code: "bad-ref",
    message,
    span: value.span,
    help: "Write it as `git branch` lists it: `lin/rotary`.",
  });
}

function loadPatch(reference: PatchReference, span: Span, context: ContributionContext): Patch | null {
  const { lab, out, places } = context;
  const origin = reference.kind === "file" ? reference.name : `branch ${reference.name}`;
  const loaded = context.loadPatch(reference);
  if (!loaded.ok) {
    return out.error({ code: "no-patch", message: `\`${origin}\` cannot be used: ${loaded.error}.`, span });
  }
  const patch: Patch = { origin, text: loaded.value };
  const read = readPatch(patch);
  if (!read.ok) {
    const { message, help } = read.error;
    return out.error({ code: "bad-patch", message: `\`${origin}\` cannot be used: ${message}.`, span, help });
  }
  places.patches.set(origin, span);
  checkCovered(patch, span, lab, out);
  return patch;
}

/** A file in no stage's `code` is not part of what any stage is: a change of it would never be seen. */
function checkCovered(patch: Patch, span: Span, lab: Lab, out: Diagnostics): void {
  const covered = (path: string) => lab.stages.some((stage) => stage.code.some((glob) => globMatches(glob, path)));
  const paths = patchPaths(patch);
  const unseen = paths.filter((path) => !covered(path));
  const help = "Add it to the `code` of the stage that reads it.";
  if (unseen.length === paths.length) {
    const what = paths.map((path) => `\`${path}\``).join(", ");
    const message = `\`${patch.origin}\` applies to nothing: it changes ${what}, in the \`code\` of no stage.`;
    out.error({ code: "applies-to-nothing", message, span, help });
    return;
  }
  for (const path of unseen) {
    const message = `\`${patch.origin}\` also changes \`${path}\`, which is in the \`code\` of no stage: no run will notice.`;
    out.warn({ code: "unseen-file", message, span, help });
  }
}

/** A change whose values are the baseline's at every scale, or that has none. */
function checkEffect(change: Change, at: Span, level: string | null, lab: Lab, out: Diagnostics): void {
  if (change.patches.length > 0 || Object.entries(change.set).some(([key, value]) => differs(key, value, lab))) return;
  const what = level === null ? "This contribution" : `Level \`${level}\``;
  const keys = Object.keys(change.set);
  const [first] = keys;
  // What it was meant to change stands under a key that was not understood, and that was said.
  if (first === undefined && out.items.some((item) => item.code === "unknown-key")) return;
  const message =
    first === undefined
      ? `${what} applies to nothing: it sets, patches and branches nothing.`
      : `${what} applies to nothing: ${keys.length === 1 ? `\`${first}\` has this value` : "all of this is"} in the baseline already.`;
  const help =
    first === undefined
      ? "Give it `set: { stage.param: value }`, `patch: FILE` or `branch: NAME`."
      : "Set it to another value.";
  out.error({ code: "applies-to-nothing", message, span: at, help });
}

function differs(key: string, value: Json, lab: Lab): boolean {
  const { stage, param } = splitTarget(key);
  const own = lab.stages.find((candidate) => candidate.name === stage)?.params[param ?? ""] ?? null;
  const at = (scale: Scale) => (Object.hasOwn(scale.set, key) ? (scale.set[key] ?? null) : own);
  return lab.scales.some((scale) => canonicalJson(at(scale)) !== canonicalJson(value));
}
