import { err, ok, type Result } from "../base/result.ts";
import type { Metrics } from "./run.ts";

/** Where the text stops being a metrics file. Line and column count from 1. */
export interface MetricsProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Reads `metrics.json`: one flat object of numbers. NaN and the infinities, for which JSON has no number, are read as
 * strings and as the bare words that Python's `json` writes: a diverged run is evidence and must not fail on its way here.
 */
export function parseMetrics(text: string): Result<Metrics, MetricsProblem> {
  const tokens = tokenize(text);
  const end: Token = { kind: "end", text: "", offset: text.length };
  const next = (): Token => tokens.next().value ?? end;
  const metrics = new Map<string, number>();
  const fail = (token: Token, message: string) => err(problemAt(text, token.offset, message));
  const expected = (token: Token, what: string) =>
    fail(
      token,
      token.kind === "end" ? `the file ends where ${what} should be` : `${what} should be here, not ${shown(token)}`,
    );

  let token = next();
  if (token.text !== "{") return expected(token, "an object: {");
  token = next();
  for (let first = true; token.text !== "}"; first = false) {
    if (!first) {
      if (token.text !== ",") return expected(token, "a comma or }");
      token = next();
    }
    const name = token;
    if (name.kind !== "string") return expected(name, "a metric's name in double quotes, 200 characters at most,");
    const colon = next();
    if (colon.text !== ":") return expected(colon, "a colon");
    const value = next();
    const number = numberOf(value);
    if (number === null) return fail(value, notANumber(name.text, value));
    const key = unquote(name.text);
    if (key === null) return fail(name, "this name is not a JSON string");
    if (metrics.has(key)) return fail(name, `${name.text} is there twice`);
    metrics.set(key, number);
    token = next();
  }
  const last = next();
  return last.kind === "end" ? ok(metrics) : expected(last, "the end of the file");
}

interface Token {
  readonly kind: "punctuation" | "string" | "word" | "end";
  readonly text: string;
  readonly offset: number;
}

/** Characters of a text, escapes counted once: a name is no more than 200 long, as a curve's is, and a value is a word. */
const pattern = /[ \t\r\n\uFEFF]+|([{}[\],:])|("(?:[^"\\\n]|\\.){0,200}")|([^\s{}[\],:"]+)|(")/g;

/** Only as far as it is asked: the reader stops at the first thing that is wrong, however long the garbage goes on. */
function* tokenize(text: string): Generator<Token, undefined> {
  for (const match of text.matchAll(pattern)) {
    const [, punctuation, string, word, quote] = match;
    const offset = match.index;
    if (punctuation !== undefined) yield { kind: "punctuation", text: punctuation, offset };
    else if (string !== undefined) yield { kind: "string", text: string, offset };
    else if (word !== undefined) yield { kind: "word", text: word, offset };
    else if (quote !== undefined) yield { kind: "word", text: quote, offset };
  }
}

const jsonNumber = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const named = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function numberOf(token: Token): number | null {
  if (token.kind === "string") return named.get(token.text.slice(1, -1)) ?? null;
  if (token.kind !== "word") return null;
  return named.get(token.text) ?? (jsonNumber.test(token.text) ? Number(token.text) : null);
}

function notANumber(name: string, value: Token): string {
  if (value.text === "null")
    return `${name} is null. Write "NaN" for a diverged value (JavaScript's JSON.stringify makes null of NaN)`;
  if (value.text === "{" || value.text === "[")
    return `${name} should be one number: metrics.json is a flat object, names to numbers`;
  return `${name} should be a number, "NaN", "Infinity" or "-Infinity", not ${shown(value)}`;
}

function shown(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  return token.text.length > 40 ? `${token.text.slice(0, 37)}...` : token.text;
}

function unquote(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function problemAt(text: string, offset: number, message: string): MetricsProblem {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1, message };
}
