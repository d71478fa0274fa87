/** A word of a command line, and where in the line it stands. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type WordProblem =
  /** Something that only a shell understands, unquoted. */
  | { readonly kind: "shell"; readonly character: string; readonly start: number }
  | { readonly kind: "unclosed"; readonly quote: string; readonly start: number }
  | { readonly kind: "newline"; readonly start: number };

const shellCharacters = "|&;<>$`*";

/**
 * Splits a command line into words as POSIX shells split and unquote (quotes, backslash, backslash-newline), and does
 * nothing else that a shell does: every character that would need one is a problem. Inside double quotes `$` and the
 * back quote are problems too, since a shell would expand them there.
 */
export function splitWords(line: string): {
  readonly words: readonly Word[];
  readonly problems: readonly WordProblem[];
} {
  const words: Word[] = [];
  const problems: WordProblem[] = [];
  let text: string | null = null;
  let start = 0;
  const end = line.trimEnd().length;
  const add = (part: string, at: number) => {
    if (text === null) start = at;
    text = (text ?? "") + part;
  };
  const finish = (at: number) => {
    if (text !== null) words.push({ text, start, end: at });
    text = null;
  };
  let i = 0;
  while (i < end) {
    const character = line.charAt(i);
    if (/\s/.test(character)) {
      finish(i);
      if (character === "\n" && words.length > 0) problems.push({ kind: "newline", start: i });
      i += 1;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(line, i, problems);
      add(quoted.text, i);
      i = quoted.end;
    } else if (character === "\\" && line.charAt(i + 1) === "\n") {
      i += 2;
    } else if (character === "\\") {
      add(line.charAt(i + 1), i);
      i += 2;
    } else {
      if (shellCharacters.includes(character)) problems.push({ kind: "shell", character, start: i });
      add(character, i);
      i += 1;
    }
  }
  finish(Math.min(i, line.length));
  return { words, problems };
}

/** Reads from an opening quote to after the closing one. */
function readQuoted(line: string, open: number, problems: WordProblem[]): { text: string; end: number } {
  const quote = line.charAt(open);
  let text = "";
  for (let i = open + 1; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === quote) return { text, end: i + 1 };
    if (quote === '"' && character === "\\" && '"\\$`\n'.includes(line.charAt(i + 1))) {
      i += 1;
      if (line.charAt(i) !== "\n") text += line.charAt(i);
      continue;
    }
    if (quote === '"' && (character === "$" || character === "`"))
      problems.push({ kind: "shell", character, start: i });
    text += character;
  }
  problems.push({ kind: "unclosed", quote, start: open });
  return { text, end: line.length };
}

/** What is wrong, and what would be right. */
export function explainProblem(problem: WordProblem): { readonly message: string; readonly help: string } {
  switch (problem.kind) {
    case "shell":
      return {
        message: `\`${problem.character}\` means something to a shell, and commands are run without one.`,
        help: `Put it in a script, or name the shell: run: [sh, -c, '…']. A plain \`${problem.character}\` goes in single quotes.`,
      };
    case "unclosed":
      return { message: `This ${problem.quote} is never closed.`, help: "Close the quote." };
    case "newline":
      return {
        message: "`run` is one command, and a second line starts here.",
        help: "Put several commands in a script, or make them stages of their own; `>` instead of `|` joins lines.",
      };
  }
}
