/** Text for a terminal: what a string is wide, wrapping, colour, and keeping other people's control characters out. */

export interface TerminalOptions {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zero = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that a string takes: East Asian wide characters two, combining marks none, escape sequences none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(escapes, "")) width += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins every colour
const escapes = /\u001b\[[0-9;]*m/g;

/** At least `width` columns; longer text is kept. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** At most `width` columns, ending in an ellipsis where something was left out. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Breaks at spaces; a word longer than a line is cut. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((it) => cut(it, width))) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

function cut(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const character of word) {
    if (displayWidth(piece + character) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}

export type Ink = "bold" | "dim" | "better" | "worse" | "unsure";

// Blue and yellow stay apart for every common colour blindness, where green and red do not.
const codes: Readonly<Record<Ink, string>> = { bold: "1", dim: "2", better: "34;1", worse: "33", unsure: "2" };

/** Paints with colour, or leaves text as it is. */
export function painter(color: boolean): (ink: Ink, text: string) => string {
  return color ? (ink, text) => `\u001b[${codes[ink]}m${text}\u001b[0m` : (_ink, text) => text;
}

const ascii: Readonly<Record<string, string>> = {
  "−": "-",
  "×": "x",
  "–": "-",
  "—": "-",
  "…": "~",
  "≥": ">=",
  "≤": "<=",
  "→": "->",
  "·": "-",
  "∞": "inf",
  "±": "+/-",
  "─": "-",
  "│": "|",
  "├": "[",
  "┤": "]",
  "●": "*",
  "○": "o",
  "◆": "?",
  "■": "#",
  "◀": "<",
  "▶": ">",
  "┊": ":",
  "▁": "_",
  "▂": ".",
  "▃": "-",
  "▄": "=",
  "▅": "+",
  "▆": "*",
  "▇": "%",
  "█": "#",
  "▏": "|",
  "░": ".",
  "\u00a0": " ",
  "⁻": "^-",
  "⁰": "0",
  "¹": "1",
  "²": "2",
  "³": "3",
  "⁴": "4",
  "⁵": "5",
  "⁶": "6",
  "⁷": "7",
  "⁸": "8",
  "⁹": "9",
};

/** The nearest plain text for a terminal without Unicode; what has none becomes `?`. */
export function toAscii(text: string): string {
  return text.replace(/[\u007f-\u{10ffff}]/gu, (character) => ascii[character] ?? "?");
}
