/** Text with the look that a program gave it for a terminal. Only colours and weights are kept; nothing else is obeyed. */
export interface Span {
  readonly text: string;
  /** 0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan, 7 white; null: the page's. */
  readonly color: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

const esc = "\u001b";
/** Control sequences (`ESC [ … letter`), titles (`ESC ] … BEL`), and what other control characters are left. */
const sequences = new RegExp(
  `${esc}\\[([0-?]*)[ -/]*([@-~])|${esc}\\][^\\u0007${esc}]*(?:\\u0007|${esc}\\\\)?|${esc}.?|[\\u0000-\\u0008\\u000b-\\u001f\\u007f]`,
  "g",
);

type Look = Omit<Span, "text">;
const plain: Look = { color: null, bold: false, dim: false };

/** @param line without its end */
export function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let look = plain;
  let from = 0;
  const take = (to: number) => {
    if (to > from) spans.push({ text: line.slice(from, to), ...look });
  };
  for (const match of line.matchAll(sequences)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") look = lookAfter(look, match[1] ?? "");
  }
  take(line.length);
  return spans;
}

/** The text as it is read and searched. */
export function plainOf(line: string): string {
  return line.replaceAll(sequences, "");
}

function lookAfter(look: Look, parameters: string): Look {
  const codes = parameters === "" ? [0] : parameters.split(";").map(Number);
  let next = look;
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    // 38;5;n and 38;2;r;g;b (and 48, for backgrounds) are passed over with what belongs to them.
    if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;
    else if (code === 0) next = plain;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next = { ...next, color: null };
    else if (code >= 30 && code <= 37) next = { ...next, color: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, color: code - 90 };
  }
  return next;
}
