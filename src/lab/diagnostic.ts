import type { Diagnostic, Source, Span } from "./source.ts";

/** Collects what is wrong with the user's text; reading goes on after an error, so that all of it is said at once. */
export interface Diagnostics {
  readonly items: readonly Diagnostic[];
  /** Both return null, the value of what could not be read. */
  error(problem: Problem): null;
  warn(problem: Problem): null;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly help?: string;
  readonly related?: Diagnostic["related"];
}

export function createDiagnostics(): Diagnostics {
  const items: Diagnostic[] = [];
  const add = (severity: Diagnostic["severity"], { code, message, span, help, related }: Problem): null => {
    items.push({ severity, code, message, span, help: help ?? null, related: related ?? [] });
    return null;
  };
  return { items, error: (problem) => add("error", problem), warn: (problem) => add("warning", problem) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** In the order of the text, file by file; what stands at one place stays in the order it was found. */
export function inTextOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map((diagnostic) => diagnostic.span.source.path))];
  const rank = ({ span }: Diagnostic) => files.indexOf(span.source.path);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.span.start - b.span.start);
}

/** Line and column of a span's start, both from 1; the column counts UTF-16 units, as editors do. */
export function lineColumn(span: Span): { readonly line: number; readonly column: number } {
  const before = span.source.text.slice(0, span.start);
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** The whole file as a place: what is wrong is not at any one character of it. */
export function fileSpan(source: Source): Span {
  return { source, start: 0, end: 0 };
}

/**
 * A diagnostic as people read it, without a newline at the end:
 *
 *     cairn.yaml:7:14: error: `corpsu` is not a stage of this lab.
 *         needs: [corpsu]
 *                 ^~~~~~
 *       help: Did you mean `corpus`? The stages are `corpus` and `eval`.
 *       contributions/a.yaml:3:1: it is also used here
 *         …
 */
export function formatDiagnostic(diagnostic: Diagnostic, options: { readonly color: boolean }): string {
  const paint = options.color ? ansi : plain;
  const tint = diagnostic.severity === "error" ? paint.red : paint.yellow;
  const lines = [
    `${place(diagnostic.span, paint)}: ${tint(`${diagnostic.severity}:`)} ${paint.bold(printable(diagnostic.message))}`,
    ...excerpt(diagnostic.span, "    ", tint),
  ];
  if (diagnostic.help !== null) {
    const [first = "", ...rest] = diagnostic.help.split("\n").map(printable);
    lines.push(`  ${paint.cyan("help:")} ${first}`, ...rest.map((line) => `        ${line}`));
  }
  for (const related of diagnostic.related) {
    lines.push(`  ${place(related.span, paint)}: ${printable(related.message)}`);
    lines.push(...excerpt(related.span, "      ", paint.cyan));
  }
  return lines.join("\n");
}

interface Paint {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
}

const sgr = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
const ansi: Paint = { red: sgr(31), yellow: sgr(33), cyan: sgr(36), bold: sgr(1) };
const same = (text: string) => text;
const plain: Paint = { red: same, yellow: same, cyan: same, bold: same };

function place(span: Span, paint: Paint): string {
  const { line, column } = lineColumn(span);
  return paint.cyan(`${printable(span.source.path)}:${line}:${column}`);
}

/** Columns of a source line that are shown; a longer line is cut around the span. */
const window = 110;

/** The span's first line, and marks under the part that the span covers. Nothing for an empty file. */
function excerpt(span: Span, indent: string, tint: (text: string) => string): string[] {
  const { text } = span.source;
  const start = text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", start);
  const line = text.slice(start, newline === -1 ? text.length : newline).replace(/\r$/, "");
  if (line.trim() === "") return [];
  const from = Math.min(span.start - start, line.length);
  const to = Math.max(from, Math.min(span.end - start, line.length));
  const shown = cut(toCells(line), from, to);
  const before = sum(shown.cells.slice(0, shown.from).map((cell) => cell.width));
  const under = sum(shown.cells.slice(shown.from, shown.to).map((cell) => cell.width));
  const source = shown.cells.map((cell) => cell.text).join("");
  return [
    `${indent}${source}`.trimEnd(),
    `${indent}${" ".repeat(before)}${tint(`^${"~".repeat(Math.max(0, under - 1))}`)}`,
  ];
}

/** One UTF-16 unit or code point of the line as it is printed. `offset` is where it stands in the line. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly offset: number;
}

function toCells(line: string): Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  let offset = 0;
  for (const character of line) {
    const text = character === "\t" ? " ".repeat(tabStop - (column % tabStop)) : printable(character);
    const width = character === "\t" ? text.length : displayWidth(text);
    cells.push({ text, width, offset });
    column += width;
    offset += character.length;
  }
  return cells;
}

const tabStop = 4;
const ellipsis: Cell = { text: "…", width: 1, offset: -1 };

/** Cuts a line that is too wide to the part around [from, to), given in UTF-16 units; answers in cells. */
function cut(cells: readonly Cell[], from: number, to: number): { cells: readonly Cell[]; from: number; to: number } {
  const index = (offset: number) => {
    const found = cells.findIndex((cell) => cell.offset >= offset);
    return found === -1 ? cells.length : found;
  };
  const [first, last] = [index(from), index(to)];
  if (cells.length <= window) return { cells, from: first, to: last };
  const left = Math.max(0, first - 30);
  const right = Math.min(cells.length, left + window);
  const head = left > 0 ? [ellipsis] : [];
  const tail = right < cells.length ? [ellipsis] : [];
  const shift = left - head.length;
  return {
    cells: [...head, ...cells.slice(left, right), ...tail],
    from: first - shift,
    to: Math.min(last, right) - shift,
  };
}

/** Text of others on a terminal: control and bidirectional-override characters are shown, never obeyed. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}

/** Terminal columns: 2 for East Asian wide characters and emoji, 0 for combining marks. */
function displayWidth(character: string): number {
  if (/^[\p{Mn}\p{Me}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Halfwidth forms (U+FF61–U+FFDC) are Katakana and Hangul, but narrow. */
const wide =
  /^(?![\uff61-\uffdc])(?:\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|\p{Emoji_Presentation}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6])/u;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
