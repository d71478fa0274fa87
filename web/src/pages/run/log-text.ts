/** A log as far as it is here: lines that are over, and the one that is being written. */
export interface LogText {
  readonly lines: readonly string[];
  readonly open: string;
  /** In bytes: where the text begins, where it ends, and how much there is of it on the server. */
  readonly offset: number;
  readonly next: number;
  readonly size: number;
  readonly over: boolean;
}

export interface LogPart {
  readonly text: string;
  readonly offset: number;
  readonly next: number;
  readonly size: number;
  readonly over: boolean;
}

/** So many lines are kept while a log is followed; the first ones go. */
const mostLines = 50_000;

export function logOf({ text, ...place }: LogPart): LogText {
  const { lines, open } = split(text);
  return { lines, open, ...place };
}

/** The log with what has come since; a part that does not begin where it ends is not joined to it. */
export function withMore(log: LogText, part: LogPart): LogText {
  if (part.offset !== log.next) return log;
  const { lines, open } = split(log.open + part.text);
  const all = lines.length === 0 ? log.lines : [...log.lines, ...lines].slice(-mostLines);
  return { lines: all, open, offset: log.offset, next: part.next, size: part.size, over: part.over };
}

/** The log with what was before it: `part` begins earlier, and may go on to where the log is known already. */
export function withEarlier(log: LogText, part: LogPart): LogText {
  const bytes = new TextEncoder().encode(part.text).subarray(0, log.offset - part.offset);
  const { lines, open } = split(new TextDecoder().decode(bytes));
  const [first = "", ...rest] = [...log.lines, log.open];
  const all = [...lines, open + first, ...rest];
  return { ...log, lines: all.slice(0, -1), open: all.at(-1) ?? "", offset: part.offset };
}

function split(text: string): { readonly lines: readonly string[]; readonly open: string } {
  const parts = text.split("\n");
  return { lines: parts.slice(0, -1).map(shownOf), open: parts.at(-1) ?? "" };
}

/** Of a line that was written over by carriage returns: what a terminal shows last. */
export function shownOf(line: string): string {
  const parts = line.split("\r").filter((part) => part !== "");
  return parts.at(-1) ?? "";
}
