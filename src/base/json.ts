/** JSON values, and their canonical bytes: one value has exactly one text, so that a digest of it names the value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Canonical JSON in the manner of RFC 8785: no white space, object keys sorted by UTF-16 code unit (never by locale),
 * numbers as ECMAScript prints them, −0 as 0.
 * @throws TypeError on a number that JSON cannot hold (NaN, ±Infinity) and on a lone surrogate: what has no canonical
 * text cannot be hashed, and a key must never be made of it silently.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError(`a string with a lone surrogate has no canonical JSON`);
    return JSON.stringify(value);
  }
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, field]) => `${canonicalJson(key)}:${canonicalJson(field)}`).join(",")}}`;
}

/** `Array.isArray` that also narrows a read-only array. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
