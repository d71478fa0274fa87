import { z } from "zod";

/** Values as they are typed into a field, by what the baseline's value is. */

export type Json = z.infer<ReturnType<typeof z.json>>;
export type ValueKind = "boolean" | "number" | "text" | "json";

export type Typed =
  | { readonly kind: "value"; readonly value: Json }
  /** A word that names what is wrong, for a message. */
  | { readonly kind: "wrong"; readonly because: "empty" | "number" | "json" };

export function kindOf(baseline: Json): ValueKind {
  if (typeof baseline === "boolean") return "boolean";
  if (typeof baseline === "number") return "number";
  return typeof baseline === "string" ? "text" : "json";
}

/** What a value looks like in its field. */
export function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function readValue(kind: ValueKind, text: string): Typed {
  if (kind === "text") return { kind: "value", value: text };
  if (text.trim() === "") return { kind: "wrong", because: "empty" };
  return kind === "number" ? readNumber(text) : readJson(text);
}

function readNumber(text: string): Typed {
  const value = Number(text.trim());
  return Number.isFinite(value) ? { kind: "value", value } : { kind: "wrong", because: "number" };
}

function readJson(text: string): Typed {
  try {
    return { kind: "value", value: z.json().parse(JSON.parse(text)) };
  } catch {
    return { kind: "wrong", because: "json" };
  }
}

export function sameValue(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
