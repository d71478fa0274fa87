import { isMap, isNode, Lexer, parse, parseDocument } from "yaml";
import { z } from "zod";
import type { Report } from "../../api/report.ts";
import type { Actor } from "../actor.ts";
import type { LoadedLab } from "../load.ts";
import { isAuthor, isBlind } from "../people/blind.ts";

/**
 * Who proposed a contribution is told to its authors alone until it is decided: whoever decides on a change does not know
 * whose it is. Whatever goes out about contributions goes through here. What a title or a reason says of itself is left:
 * these are traces of the tools that people write with.
 */
export interface Veil {
  isMine(contribution: string): boolean;
  /** Whether the actor may not be told whose it is. */
  hides(contribution: string): boolean;
}

/** @param authors by contribution, of those that are in the lab and those that were withdrawn */
export function veilOf(
  loaded: LoadedLab,
  report: Report | null,
  actor: Pick<Actor, "name">,
  authors: ReadonlyMap<string, readonly string[]>,
): Veil {
  const isMine = (id: string) => isAuthor(authors.get(id) ?? [], actor.name);
  return { isMine, hides: (id) => isBlind({ loaded }, report, id) && !isMine(id) };
}

export function authorsOf(loaded: LoadedLab): Map<string, readonly string[]> {
  return new Map(loaded.contributions.map(({ id, by }) => [id, by]));
}

/** What stands in the place of what is hidden. */
const hidden = "…";

/** A branch is often named after whoever made it. */
export function veiledOrigin(origin: string): string {
  return origin.startsWith("branch ") ? "branch" : origin;
}

/** A contribution's file without its authors, its branches' names and its comments; empty when it cannot be read. */
export function veiledFile(text: string): string {
  const document = parseDocument(text);
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root)) return "";
  const levels = root.get("levels");
  const changes = [root, ...(isMap(levels) ? levels.items.map(({ value }) => value) : [])];
  const values = [
    root.get("by", true),
    ...changes.map((change) => (isMap(change) ? change.get("branch", true) : null)),
  ];
  const cuts = values.flatMap((value) => rangeOf(value, text) ?? []);
  const comments = commentsOf(text).filter(({ from }) => !cuts.some((cut) => from >= cut.from && from < cut.to));
  return [...cuts, ...comments]
    .sort((a, b) => b.from - a.from)
    .reduce((left, { from, to }) => `${left.slice(0, from)}${hidden}${left.slice(to)}`, text);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where a value stands in the text; null: there is none. */
function rangeOf(value: unknown, text: string): Range | null {
  if (!isNode(value) || value.range == null) return null;
  const [from, end] = value.range;
  // A block ends where the next line begins.
  const to = from + text.slice(from, end).trimEnd().length;
  return to > from ? { from, to } : null;
}

/** What stands behind their `#`; not of the line that tells editors of the schema. */
function commentsOf(text: string): Range[] {
  const found: Range[] = [];
  let at = 0;
  let isScalarNext = false;
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer's own, which are not in the text: a document, a flow that ended in error, a scalar.
    if (["\u0002", "\u0018", "\u001f"].includes(token)) {
      isScalarNext = token === "\u001f";
      continue;
    }
    const isComment = token.startsWith("#") && !isScalarNext && !/^#\s*yaml-language-server:/.test(token);
    if (isComment && token.length > 1) found.push({ from: at + 1, to: at + token.length });
    isScalarNext = false;
    at += token.length;
  }
  return found;
}

/**
 * Lines of a diff without what git and editors write of people: `Signed-off-by:`, `# Author:`, `<name@host>`. Takes time in
 * proportion to the text, whatever is in it: anybody who may propose can have it read.
 */
export function veiledLines(text: string): string {
  return text
    .replaceAll(/((?:signed-off-by|co-authored-by|reviewed-by):)[^\n]*/gi, `$1 ${hidden}`)
    .replaceAll(
      /((?:#|\/\/|\*[ \t]|;|%|--)[ \t]*authors?[ \t]*[:=]|__authors?__[ \t]*=|@author\b)[^\n]*/gi,
      `$1 ${hidden}`,
    )
    .replaceAll(/mailto:[^\s"'<>)]+/gi, `mailto:${hidden}`)
    .split("\n")
    .map((line) => (address.test(line) ? `${/^[ +-]?/.exec(line)?.[0] ?? ""}${hidden}` : line))
    .join("\n");
}

/** One way to match a text at most: two parts that both take an @ would be tried in every combination. */
const address = /<[^<>\s@]+@[^<>\s]+>/;

/** A sentence about a contribution's file without these names, where they stand as words, and without branches. */
export function withoutNames(sentence: string, names: readonly string[]): string {
  return names
    .filter((name) => name.trim() !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(wholeWord(name), hidden), withoutBranches(sentence));
}

/** As contribution/change.ts and app/load.ts write them. */
function withoutBranches(sentence: string): string {
  return sentence
    .replaceAll(/`branch [^`]*`/g, "`branch`")
    .replaceAll(/(?<=\(branches here: )[^()]*/g, hidden)
    .replaceAll(/`[^`]*`(?= is not the name of a git branch)/g, `\`${hidden}\``);
}

function wholeWord(name: string): RegExp {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "giu");
}

const authored = z.object({ by: z.union([z.string(), z.array(z.coerce.string())]) });

/** Whom a contribution's file names as its authors, however broken it is. */
export function authorsIn(text: string): readonly string[] {
  const line = /^[ \t{]*by:(.*)$/m.exec(text)?.[1] ?? "";
  const words = line.split(/[[\]{},"'\s]+/).filter(Boolean);
  const read = authored.safeParse(readLoosely(text));
  return read.success ? [read.data.by].flat() : words;
}

function readLoosely(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return null;
  }
}
