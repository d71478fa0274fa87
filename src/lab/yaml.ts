import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  visit,
} from "yaml";
import type { Diagnostics } from "./diagnostic.ts";
import type { Source, Span } from "./source.ts";

/** A YAML text as plain values, each with its place. Aliases are resolved; what has no JSON value is refused here. */
export type Value = NullValue | BooleanValue | NumberValue | StringValue | ListValue | MapValue;
export interface NullValue {
  readonly kind: "null";
  readonly span: Span;
}
export interface BooleanValue {
  readonly kind: "boolean";
  readonly span: Span;
  readonly value: boolean;
  /** As it is written. */
  readonly text: string;
}
export interface NumberValue {
  readonly kind: "number";
  readonly span: Span;
  /** Finite. */
  readonly value: number;
  /** As it is written: `1e3`, `0x10`. */
  readonly text: string;
}
export interface StringValue {
  readonly kind: "string";
  /** With its quotes. */
  readonly span: Span;
  readonly value: string;
}
export interface ListValue {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Value[];
}
export interface MapValue {
  readonly kind: "map";
  readonly span: Span;
  /** In the file's order; a key that stands twice was reported and is here once. */
  readonly entries: readonly Entry[];
}
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Value;
}

/** More than this many values, counted with every use of an alias, is not a file that somebody wrote. */
const mostValues = 100_000;
const deepest = 64;

/**
 * Reads a YAML 1.2 text (core schema: `yes` and `on` are text). Only the first syntax error is reported: what follows
 * one is mostly its echo.
 * @returns null when the text is not YAML (reported), and a null value for an empty file.
 */
export function readYaml(source: Source, out: Diagnostics): Value | null {
  const document = parseDocument(source.text, {
    prettyErrors: false,
    uniqueKeys: false,
    schema: "core",
    version: "1.2",
    logLevel: "error",
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { message, help } = explainSyntax(problem.code, problem.message);
    const quote = problem.code === "MISSING_CHAR" ? lastOpenQuote(document) : null;
    const [start, end] = quote === null ? problem.pos : [quote, quote + 1];
    // What is missing at the end is said to stand after it.
    const last = source.text.length;
    const span = { source, start: Math.min(start, last), end: Math.min(end, last) };
    return out.error({ code: "yaml-syntax", message, span, ...(help === null ? {} : { help }) });
  }
  const reader = new Reader(source, document, out);
  const value = reader.read();
  return reader.tooLarge ? null : value;
}

function explainSyntax(code: string, message: string): { message: string; help: string | null } {
  switch (code) {
    case "TAB_AS_INDENT":
      return { message: "This line is indented with a tab.", help: "YAML takes spaces only: replace the tab." };
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return {
        message: "A `key: value` stands where YAML expects the rest of a value.",
        help: "Put text that holds `: ` in quotes; align the keys of one map in one column.",
      };
    case "UNEXPECTED_TOKEN":
      return {
        message: "This does not belong to the value before it.",
        help: "Inside [ ] and { }, text that holds , [ ] { or } needs quotes. Items of one list or map stand in one column.",
      };
    case "BAD_INDENT":
      return message.startsWith("Flow")
        ? {
            message: "A [ or { that was opened above is not closed before this.",
            help: "Close it, or indent this further.",
          }
        : { message: "This stands in the wrong column.", help: "Keys of one map, and items of one list, are aligned." };
    case "MISSING_CHAR":
      return message.includes("quote")
        ? {
            message: "This quote is never closed.",
            help: "Close it; inside single quotes, a single quote is written twice.",
          }
        : { message: `${message}.`, help: "A key is followed by `:` and a space." };
    case "BAD_SCALAR_START":
      return { message: `${message}.`, help: "Put the text in quotes." };
    case "MULTIPLE_DOCS":
      return {
        message: "The file holds more than one YAML document.",
        help: "Remove the `---` line and what follows it.",
      };
    case "TAG_RESOLVE_FAILED":
      return { message: `${message}.`, help: "Cairn reads plain values only: remove the tag." };
    default:
      return { message: `${message}.`, help: null };
  }
}

/** Where the last quoted text starts: the one that runs to the file's end. */
function lastOpenQuote(document: Document.Parsed): number | null {
  let start: number | null = null;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type === Scalar.QUOTE_SINGLE || type === Scalar.QUOTE_DOUBLE) start = range?.[0] ?? start;
    },
  });
  return start;
}

/** What each alias names: the last value before it with that anchor. */
function findTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias: (_, node) => {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

class Reader {
  readonly #source: Source;
  readonly #document: Document.Parsed;
  readonly #out: Diagnostics;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #open = new Set<Node>();
  #count = 0;
  tooLarge = false;

  constructor(source: Source, document: Document.Parsed, out: Diagnostics) {
    this.#source = source;
    this.#document = document;
    this.#targets = findTargets(document);
    this.#out = out;
  }

  read(): Value | null {
    const whole = { source: this.#source, start: 0, end: 0 };
    return this.#value(this.#document.contents, whole, 0);
  }

  #span(node: Node): Span | null {
    if (node.range === undefined || node.range === null) return null;
    return { source: this.#source, start: node.range[0], end: node.range[1] };
  }

  /** `at` is the place of what has no text of its own: the key of an empty value, the use of an alias. */
  #value(node: unknown, at: Span, depth: number): Value | null {
    this.#count += 1;
    if (this.tooLarge) return null;
    if (depth > deepest || this.#count > mostValues) {
      this.tooLarge = true;
      const message = depth > deepest ? "This is nested too deeply." : "The file holds too many values.";
      return this.#out.error({ code: "too-large", message, span: at });
    }
    if (isAlias(node)) return this.#alias(node, this.#span(node) ?? at, depth);
    if (isMap(node)) return this.#map(node.items, this.#span(node) ?? at, depth);
    if (isSeq(node)) {
      const span = this.#span(node) ?? at;
      const items = node.items.map((item) => this.#value(item, span, depth + 1));
      return { kind: "list", span, items: items.filter((item) => item !== null) };
    }
    return isScalar(node) ? this.#scalar(node, at) : { kind: "null", span: at };
  }

  #alias(node: Alias, span: Span, depth: number): Value | null {
    const target = this.#targets.get(node);
    if (target === undefined) {
      const message = `There is no anchor \`&${node.source}\` before this alias.`;
      return this.#out.error({ code: "unknown-alias", message, span, help: "Text that starts with * needs quotes." });
    }
    if (this.#open.has(target)) {
      const message = `\`*${node.source}\` stands inside of what it names.`;
      return this.#out.error({ code: "alias-circle", message, span });
    }
    this.#open.add(target);
    const value = this.#value(target, span, depth + 1);
    this.#open.delete(target);
    return relocate(value, span);
  }

  #scalar(node: Scalar, at: Span): Value | null {
    const { value, source } = node;
    const ranged = this.#span(node) ?? at;
    const span = ranged.end > ranged.start ? ranged : at;
    if (typeof value === "string") return { kind: "string", span, value };
    if (typeof value === "boolean") return { kind: "boolean", span, value, text: source ?? String(value) };
    if (typeof value !== "number") return { kind: "null", span };
    if (!Number.isFinite(value)) {
      const message = `${source ?? value} is not a number that JSON can hold.`;
      return this.#out.error({ code: "bad-number", message, span, help: "Write a finite number, or text in quotes." });
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?[0-9]+$/.test(source ?? "")) {
      const message = `${source} cannot be held exactly: integers go up to 2^53 − 1.`;
      return this.#out.error({ code: "bad-number", message, span, help: "Write it as text, in quotes." });
    }
    return { kind: "number", span, value, text: source ?? String(value) };
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], span: Span, depth: number): Value {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? pair.key : null;
      const keySpan = (key === null ? null : this.#span(key)) ?? span;
      const name = key === null ? null : typeof key.value === "string" ? key.value : (key.source ?? null);
      if (name === null || name === "") {
        this.#out.error({ code: "bad-key", message: "A key must be a plain name.", span: keySpan });
        continue;
      }
      if (name === "<<" && key?.type === Scalar.PLAIN) {
        const help = "Write the keys out, or give the whole value a name: `&name`, then `*name`.";
        this.#out.error({ code: "merge-key", message: "Cairn does not read merge keys (`<<`).", span: keySpan, help });
        continue;
      }
      const earlier = entries.get(name);
      if (earlier !== undefined) {
        const related = [{ message: "it stands here first", span: earlier.keySpan }];
        const message = `\`${name}\` stands twice in one map.`;
        this.#out.error({ code: "duplicate-key", message, span: keySpan, help: "Remove one of the two.", related });
        continue;
      }
      const value = this.#value(pair.value, keySpan, depth + 1);
      if (value !== null) entries.set(name, { key: name, keySpan, value });
    }
    return { kind: "map", span, entries: [...entries.values()] };
  }
}

/** An alias's value stands where the alias does; its parts stand where they were written. */
function relocate(value: Value | null, span: Span): Value | null {
  return value === null ? null : { ...value, span };
}
