import type { Json, JsonObject } from "../base/json.ts";
import type { Diagnostics } from "./diagnostic.ts";
import type { Span } from "./source.ts";
import { offer } from "./suggest.ts";
import type { Entry, ListValue, MapValue, Value } from "./yaml.ts";

/**
 * Typed reading of `Value`s. Every reader reports what is wrong at the value's place and then answers null; a key
 * without a value is the same as no key.
 */

/** A key that a map may have: the one source of the reader's lists and of the JSON Schema. */
export interface KeySpec {
  readonly doc: string;
  readonly schema: JsonObject;
  readonly required?: true;
}
export type KeyTable<K extends string> = Readonly<Record<K, KeySpec>>;

/** The values of a map whose keys are known. */
export interface Fields<K extends string> {
  get(key: K): Value | null;
  /** The place of the key itself; the whole map's where it is absent. */
  keySpan(key: K): Span;
}

/**
 * Takes a map apart by its table of keys; reports keys it does not know and required ones it lacks.
 * @param noun with its article: "a stage"
 * @param at where a missing key is reported, such as the stage's name
 */
export function readFields<K extends string>(
  map: MapValue,
  table: KeyTable<K>,
  noun: string,
  at: Span,
  out: Diagnostics,
): Fields<K> {
  const isKey = (name: string): name is K => Object.hasOwn(table, name);
  const names = Object.keys(table).filter(isKey);
  const found = new Map<K, Entry>();
  for (const entry of map.entries) {
    if (isKey(entry.key)) found.set(entry.key, entry);
    else {
      const message = `\`${entry.key}\` is not a key of ${noun}.`;
      const help = offer(entry.key, names, `keys of ${noun}`);
      out.error({ code: "unknown-key", message, span: entry.keySpan, help });
    }
  }
  const valueAt = (key: K): Value | null => {
    const value = found.get(key)?.value ?? null;
    return value?.kind === "null" ? null : value;
  };
  for (const name of names) {
    if (table[name].required !== true || valueAt(name) !== null) continue;
    const span = found.get(name)?.keySpan ?? at;
    const what = found.has(name) ? "has no value" : "is missing";
    const message = `\`${name}\` ${what}: ${noun} must have it.`;
    out.error({ code: "missing-key", message, span, help: `\`${name}\`: ${table[name].doc}` });
  }
  return { get: valueAt, keySpan: (key) => found.get(key)?.keySpan ?? map.span };
}

/** What a value is, in words: "the text `yes`", "the number 3", "a list". */
export function describe(value: Value): string {
  switch (value.kind) {
    case "string":
      return `the text \`${shorten(value.value)}\``;
    case "number":
      return `the number ${value.text}`;
    case "boolean":
      return `\`${value.text}\``;
    case "list":
      return "a list";
    case "map":
      return "a map";
    case "null":
      return "nothing";
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

function wrong(value: Value, name: string, wanted: string, out: Diagnostics, help?: string): null {
  const message = `\`${name}\` must be ${wanted}, not ${describe(value)}.`;
  return out.error({ code: "wrong-type", message, span: value.span, ...(help === undefined ? {} : { help }) });
}

export function readString(value: Value | null, name: string, out: Diagnostics): string | null {
  if (value === null) return null;
  if (value.kind === "number" || value.kind === "boolean") {
    return wrong(value, name, "text", out, `Put it in quotes: "${value.text}".`);
  }
  if (value.kind !== "string") return wrong(value, name, "text", out);
  if (value.value.trim() === "") {
    return out.error({ code: "empty-text", message: `\`${name}\` must not be empty.`, span: value.span });
  }
  return value.value;
}

/** Text of one line, without white space around it. */
export function readLine(value: Value | null, name: string, out: Diagnostics): string | null {
  const text = readString(value, name, out)?.trim() ?? null;
  if (text === null || value === null || !/[\n\r]/.test(text)) return text;
  return out.error({ code: "several-lines", message: `\`${name}\` must be one line of text.`, span: value.span });
}

export function readBoolean(value: Value | null, name: string, out: Diagnostics): boolean | null {
  if (value === null) return null;
  if (value.kind === "boolean") return value.value;
  const word = value.kind === "string" ? value.value.toLowerCase() : "";
  const meant = ["yes", "on", "y", "true"].includes(word)
    ? "true"
    : ["no", "off", "n", "false"].includes(word)
      ? "false"
      : null;
  return wrong(
    value,
    name,
    "`true` or `false`",
    out,
    meant === null ? undefined : `Write \`${meant}\`, without quotes.`,
  );
}

/** What a number must be, in words and as a test. */
export interface NumberRule {
  readonly wanted: string;
  readonly holds: (value: number) => boolean;
}

export const rules = {
  positive: { wanted: "a number above 0", holds: (n) => n > 0 },
  notNegative: { wanted: "a number, 0 or above", holds: (n) => n >= 0 },
  count: { wanted: "a whole number, 0 or above", holds: (n) => Number.isInteger(n) && n >= 0 },
  positiveCount: { wanted: "a whole number above 0", holds: (n) => Number.isInteger(n) && n > 0 },
  share: { wanted: "a number from 0 to 1", holds: (n) => n >= 0 && n <= 1 },
  probability: { wanted: "a number between 0 and 1", holds: (n) => n > 0 && n < 1 },
} as const satisfies Record<string, NumberRule>;

export function readNumber(value: Value | null, name: string, rule: NumberRule, out: Diagnostics): number | null {
  if (value === null) return null;
  if (value.kind !== "number") return wrong(value, name, rule.wanted, out, numberHelp(value));
  if (rule.holds(value.value)) return value.value;
  const message = `\`${name}\` must be ${rule.wanted}, not ${value.text}.`;
  const meant = value.value / 100;
  const help = rule === rules.share || rule === rules.probability ? rule.holds(meant) && value.value >= 2 : false;
  return out.error({
    code: "bad-value",
    message,
    span: value.span,
    ...(help ? { help: `For ${value.text}% write ${meant}.` } : {}),
  });
}

/** What somebody who wrote text for a number meant, where that can be guessed. */
export function numberHelp(value: Value): string | undefined {
  if (value.kind !== "string") return undefined;
  const text = value.value.trim();
  const percent = /^([0-9.]+)\s*%$/.exec(text);
  if (percent !== null && Number.isFinite(Number(percent[1]))) return `For ${text} write ${Number(percent[1]) / 100}.`;
  const plain = text.replace(/[_,]/g, "");
  return plain !== "" && Number.isFinite(Number(plain)) ? `Write ${plain}, without quotes or separators.` : undefined;
}

export function readMap(value: Value | null, name: string, out: Diagnostics): MapValue | null {
  if (value === null || value.kind === "map") return value;
  const pair = value.kind === "string" ? /^([\w.-]+)\s*=\s*(\S.*)$/.exec(value.value.trim()) : null;
  return wrong(
    value,
    name,
    "a map of `key: value`",
    out,
    pair === null ? undefined : `Write { ${pair[1]}: ${pair[2]} }.`,
  );
}

/** The map of a user-named entry; one without a value has no keys. @param noun with its article */
export function readEntryMap(entry: Entry, noun: string, out: Diagnostics): MapValue | null {
  const { key, value } = entry;
  if (value.kind === "map") return value;
  if (value.kind === "null") return { kind: "map", span: entry.keySpan, entries: [] };
  const message = `\`${key}\` must be ${noun}, a map of keys, not ${describe(value)}.`;
  const help = noun === "a stage" && value.kind === "string" ? `Write ${key}: { run: ${value.value} }.` : undefined;
  return out.error({ code: "wrong-type", message, span: value.span, ...(help === undefined ? {} : { help }) });
}

export function readList(value: Value | null, name: string, out: Diagnostics): ListValue | null {
  if (value === null || value.kind === "list") return value;
  const help = value.kind === "string" ? `Write [${value.value}].` : undefined;
  return wrong(value, name, "a list", out, help);
}

/** A text and where it stands. */
export interface Placed {
  readonly text: string;
  readonly span: Span;
}

/** A list of texts; a single text is refused, or read as a list of one where `single` allows it. Repeats are reported. */
export function readStrings(
  value: Value | null,
  name: string,
  out: Diagnostics,
  options: { readonly single?: boolean } = {},
): Placed[] {
  if (value === null) return [];
  const items = value.kind === "string" && options.single === true ? [value] : readItems(value, name, options, out);
  const placed: Placed[] = [];
  for (const item of items) {
    const text = readLine(item.kind === "null" ? null : item, `an item of ${name}`, out);
    if (item.kind === "null") wrong(item, `an item of ${name}`, "text", out);
    if (text === null) continue;
    const earlier = placed.find((other) => other.text === text);
    if (earlier === undefined) placed.push({ text, span: item.span });
    else {
      const related = [{ message: "it stands here first", span: earlier.span }];
      out.error({
        code: "duplicate-item",
        message: `\`${text}\` stands twice in \`${name}\`.`,
        span: item.span,
        related,
      });
    }
  }
  return placed;
}

function readItems(
  value: Value,
  name: string,
  options: { readonly single?: boolean },
  out: Diagnostics,
): readonly Value[] {
  if (value.kind !== "list" && options.single === true) wrong(value, name, "text, or a list of texts", out);
  else return readList(value, name, out)?.items ?? [];
  return [];
}

/** One of a fixed set of words. */
export function readChoice<T extends string>(
  value: Value | null,
  name: string,
  choices: readonly T[],
  out: Diagnostics,
): T | null {
  const text = readLine(value, name, out);
  if (text === null || value === null) return null;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const message = `\`${text}\` is not a valid \`${name}\`.`;
  return out.error({ code: "unknown-choice", message, span: value.span, help: offer(text, choices, "choices") });
}

/** A map whose keys are the user's own names; names that do not match are reported and left out. */
export function readNamed(
  value: Value | null,
  name: string,
  rule: { readonly noun: string; readonly pattern: RegExp; readonly wanted: string },
  out: Diagnostics,
): readonly Entry[] {
  const map = readMap(value, name, out);
  return (map?.entries ?? []).filter((entry) => {
    if (rule.pattern.test(entry.key)) return true;
    const message = `\`${entry.key}\` cannot be ${rule.noun}.`;
    out.error({ code: "bad-name", message, span: entry.keySpan, help: rule.wanted });
    return false;
  });
}

/** A value as JSON; every value has one. */
export function toJson(value: Value): Json {
  switch (value.kind) {
    case "null":
      return null;
    case "list":
      return value.items.map(toJson);
    case "map":
      return Object.fromEntries(value.entries.map((entry) => [entry.key, toJson(entry.value)]));
    default:
      return value.value;
  }
}
