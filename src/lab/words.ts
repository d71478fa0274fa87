import { list } from "./suggest.ts";

/** A word of a command line, and where in the line it stands. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type WordProblem =
  /** What only a shell understands, such as `|` and `&&`: each once, from the first to the end of the last. */
  | { readonly kind: "shell"; readonly operators: readonly string[]; readonly start: number; readonly end: number }
  | { readonly kind: "unclosed"; readonly quote: string; readonly start: number; readonly end: number }
  | { readonly kind: "newline"; readonly start: number; readonly end: number };

/** A character that a shell would not take as it is. */
interface ShellCharacter {
  readonly character: string;
  readonly at: number;
}

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
  const shell: ShellCharacter[] = [];
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
      if (character === "\n" && words.length > 0) problems.push({ kind: "newline", start: i, end: i + 1 });
      i += 1;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(line, i, problems, shell);
      add(quoted.text, i);
      i = quoted.end;
    } else if (character === "\\" && line.charAt(i + 1) === "\n") {
      i += 2;
    } else if (character === "\\") {
      add(line.charAt(i + 1), i);
      i += 2;
    } else {
      if (shellCharacters.includes(character)) shell.push({ character, at: i });
      add(character, i);
      i += 1;
    }
  }
  finish(Math.min(i, line.length));
  return { words, problems: [...shellProblem(shell), ...problems] };
}

/** All of them are one problem with one mend; neighbours that are the same are one operator (`&&`). */
function shellProblem(shell: readonly ShellCharacter[]): WordProblem[] {
  const [first] = shell;
  const last = shell.at(-1);
  if (first === undefined || last === undefined) return [];
  const operators: string[] = [];
  for (const [i, { character, at }] of shell.entries()) {
    const before = shell[i - 1];
    const doubled = before?.at === at - 1 && before.character === character;
    if (doubled) operators.push((operators.pop() ?? "") + character);
    else operators.push(character);
  }
  return [{ kind: "shell", operators: [...new Set(operators)], start: first.at, end: last.at + 1 }];
}

/** Reads from an opening quote to after the closing one. */
function readQuoted(
  line: string,
  open: number,
  problems: WordProblem[],
  shell: ShellCharacter[],
): { text: string; end: number } {
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
    if (quote === '"' && (character === "$" || character === "`")) shell.push({ character, at: i });
    text += character;
  }
  problems.push({ kind: "unclosed", quote, start: open, end: open + 1 });
  return { text, end: line.length };
}

/** What is wrong, and what would be right. */
export function explainProblem(problem: WordProblem): { readonly message: string; readonly help: string } {
  switch (problem.kind) {
    case "shell":
      return {
        message: `${list(problem.operators)} ${problem.operators.length === 1 ? "means" : "mean"} something to a shell, and commands are run without one.`,
        help: "Put it in a script, or name the shell: run: [sh, -c, '…']. Single quotes keep a character as it is.",
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
