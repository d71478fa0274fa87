import type { Diagnostics } from "./diagnostic.ts";
import { describe } from "./node.ts";
import { protocolPrefix } from "./protocol.ts";
import type { Span } from "./source.ts";
import { list, suggest } from "./suggest.ts";
import { parseTemplate } from "./template.ts";
import { explainProblem, splitWords } from "./words.ts";
import type { ListValue, StringValue, Value } from "./yaml.ts";

/** What the holes of a command may name. */
export interface Holes {
  readonly params: readonly string[];
  /** Variables of the stage protocol that this stage is handed. */
  readonly protocol: readonly string[];
}

/** Reads `run`: a line of words or a list of arguments, whose holes name parameters of the stage or protocol variables. */
export function readCommand(value: Value | null, holes: Holes, out: Diagnostics): readonly string[] | null {
  if (value === null) return null;
  if (value.kind === "string") return readLine(value, holes, out);
  if (value.kind === "list") return readArguments(value, holes, out);
  const message = `\`run\` must be a command line or a list of arguments, not ${describe(value)}.`;
  const help = value.kind === "map" ? "A command that begins with { needs quotes." : undefined;
  return out.error({ code: "wrong-type", message, span: value.span, ...(help === undefined ? {} : { help }) });
}

function readLine(value: StringValue, holes: Holes, out: Diagnostics): readonly string[] | null {
  const { words, problems } = splitWords(value.value);
  for (const problem of problems) {
    const span = within(value, problem.start, problem.end);
    out.error({ code: "shell-syntax", ...explainProblem(problem), span });
  }
  const [first] = words;
  if (first === undefined) return out.error({ code: "empty-text", message: "`run` is empty.", span: value.span });
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(first.text)) {
    const [name = "", ...rest] = first.text.split("=");
    const message = `\`run\` starts with an assignment to \`${name}\`, which only a shell understands.`;
    const help = `Write env: { ${name}: "${rest.join("=")}" } beside \`run\`.`;
    out.error({ code: "shell-syntax", message, span: within(value, first.start, first.end), help });
  }
  for (const word of words) checkHoles(word.text, holes, within(value, word.start, word.end), out);
  return words.map((word) => word.text);
}

function readArguments(value: ListValue, holes: Holes, out: Diagnostics): readonly string[] | null {
  const argv: string[] = [];
  for (const item of value.items) {
    const text =
      item.kind === "string" ? item.value : item.kind === "number" || item.kind === "boolean" ? item.text : null;
    if (text === null) {
      const message = `An argument of \`run\` must be text, not ${describe(item)}.`;
      out.error({ code: "wrong-type", message, span: item.span });
      continue;
    }
    checkHoles(text, holes, item.span, out);
    argv.push(text);
  }
  if (value.items.length === 0) return out.error({ code: "empty-text", message: "`run` is empty.", span: value.span });
  if (argv[0] === "") out.error({ code: "empty-text", message: "The program's name is empty.", span: value.span });
  return argv;
}

function checkHoles(word: string, holes: Holes, span: Span, out: Diagnostics): void {
  for (const piece of parseTemplate(word)) {
    if (piece.kind === "stray") {
      const message = `This \`${piece.brace}\` has no partner: braces stand around the name of a parameter.`;
      const help = `For a plain brace write \`${piece.brace}${piece.brace}\`.`;
      out.error({ code: "bad-hole", message, span, help });
    } else if (piece.kind === "hole" && piece.param.startsWith(protocolPrefix)) {
      if (!holes.protocol.includes(piece.param)) refuseVariable(piece.param, holes, span, out);
    } else if (piece.kind === "hole" && !holes.params.includes(piece.param)) {
      refuseParam(piece.param, holes, span, out);
    }
  }
}

function refuseVariable(name: string, { protocol }: Holes, span: Span, out: Diagnostics): void {
  const message = `\`{${name}}\` is nothing that this stage is handed.`;
  const known = `It is handed ${list(protocol)}.`;
  const help =
    name === "CAIRN_SEED"
      ? `A stage is handed a seed when it says \`seeded: true\`. ${known}`
      : `${known} An input is there for each stage in \`needs\`.`;
  out.error({ code: "unknown-param", message, span, help });
}

function refuseParam(name: string, { params }: Holes, span: Span, out: Diagnostics): void {
  const close = suggest(name, params);
  const guess = close === null ? "" : `Did you mean \`{${close}}\`? `;
  const known = params.length === 0 ? "The stage has no `params`." : `The stage's parameters are ${list(params)}.`;
  const message = `\`{${name}}\` names no parameter of this stage.`;
  const help = `${guess}${known} For plain braces write \`{{\` and \`}}\`.`;
  out.error({ code: "unknown-param", message, span, help });
}

/** The place of a part of a text; the whole value where its text in the file is not its value (escapes, blocks). */
function within(value: StringValue, start: number, end: number): Span {
  const { source } = value.span;
  const raw = source.text.slice(value.span.start, value.span.end);
  const shift = raw.indexOf(value.value);
  if (shift === -1 || shift > 1) return value.span;
  return { source, start: value.span.start + shift + start, end: value.span.start + shift + end };
}
