import { createDiagnostics, type Diagnostics } from "./diagnostic.ts";
import { globMatches } from "./glob.ts";
import type { Lab, StageSpec } from "./lab.ts";
import type { LabPlaces } from "./parse.ts";
import type { Diagnostic, Span } from "./source.ts";
import { suggest } from "./suggest.ts";

/**
 * Checks `code` against the lab's files: globs that match nothing, and files that a stage's command names and its
 * `code` does not have. Either would make a key that stays the same when the stage does not.
 * @param paths every file of the lab, relative to it
 */
export function checkCode(lab: Lab, places: LabPlaces, paths: readonly string[]): readonly Diagnostic[] {
  const out = createDiagnostics();
  const files = new Set(paths);
  for (const stage of lab.stages) {
    const place = places.stages.get(stage.name);
    if (place === undefined) continue;
    for (const [i, glob] of stage.code.entries()) {
      const span = place.code[i];
      if (span !== undefined && !paths.some((path) => globMatches(glob, path))) reportEmptyGlob(glob, span, paths, out);
    }
    reportUncovered(stage, place.run, files, out);
  }
  return out.items;
}

function reportEmptyGlob(glob: string, span: Span, paths: readonly string[], out: Diagnostics): void {
  const directory = glob.replace(/\/+$/, "");
  const close = suggest(glob, paths);
  const help = paths.some((path) => path.startsWith(`${directory}/`))
    ? `It is a directory: write \`${directory}/**\` for all files in it.`
    : close === null
      ? "Globs are relative to the lab's directory; `*` stays in one directory, `**` crosses them, and dotfiles need their dot."
      : `Did you mean \`${close}\`?`;
  out.error({ code: "no-code", message: `\`${glob}\` matches no file of the lab.`, span, help });
}

function reportUncovered(stage: StageSpec, run: Span, files: ReadonlySet<string>, out: Diagnostics): void {
  for (const word of new Set(stage.command)) {
    const path = word.replace(/^(\.\/)+/, "");
    if (!files.has(path) || stage.code.some((glob) => globMatches(glob, path))) continue;
    const message = `Stage \`${stage.name}\` runs with \`${path}\`, which is not in its \`code\`: a change of it would go unnoticed.`;
    out.error({ code: "uncovered-file", message, span: wordSpan(run, word), help: `Add it: code: [${path}].` });
  }
}

/** The word's own place in the command, where it stands there as it is. */
function wordSpan(run: Span, word: string): Span {
  const at = run.source.text.slice(run.start, run.end).indexOf(word);
  return at === -1 ? run : { source: run.source, start: run.start + at, end: run.start + at + word.length };
}
