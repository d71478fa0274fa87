import { z } from "zod";
import type { Json, JsonObject } from "../base/json.ts";

/** A JSON Schema as people read it, in the manner of TypeScript: `{ id: string, state?: "done" | "failed" }`. */

const parts = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.json()).optional(),
  const: z.json().optional(),
  $ref: z.string().optional(),
  properties: z.record(z.string(), z.json()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.json().optional(),
  items: z.json().optional(),
  prefixItems: z.array(z.json()).optional(),
  anyOf: z.array(z.json()).optional(),
  oneOf: z.array(z.json()).optional(),
  allOf: z.array(z.json()).optional(),
});

export function schemaText(schema: JsonObject): string {
  return textOf(schema, "");
}

function textOf(schema: Json, indent: string): string {
  const parsed = parts.safeParse(schema);
  if (!parsed.success) return "unknown";
  const { anyOf, oneOf, allOf, type, $ref, prefixItems } = parsed.data;
  const inner = (part: Json) => textOf(part, indent);
  if ($ref !== undefined) return $ref.split("/").at(-1) ?? $ref;
  if (parsed.data.const !== undefined) return JSON.stringify(parsed.data.const);
  if (parsed.data.enum !== undefined) return parsed.data.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map(inner).join(" | ");
  if (allOf !== undefined) return allOf.map(inner).join(" & ");
  if (prefixItems !== undefined) return `[${prefixItems.map(inner).join(", ")}]`;
  if (Array.isArray(type)) return type.join(" | ");
  if (type === "array") return listText(inner(parsed.data.items ?? {}));
  if (type === "object") return objectText(parsed.data, indent);
  return `${type ?? "unknown"}${limitsText(parsed.data)}`;
}

function listText(item: string): string {
  return /[|&]/.test(item.replaceAll(/\{[\s\S]*\}/g, "")) ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties, required, additionalProperties }: z.infer<typeof parts>, indent: string): string {
  const deeper = `${indent}  `;
  const lines = Object.entries(properties ?? {}).map(
    ([name, field]) => `${deeper}${name}${required?.includes(name) ? "" : "?"}: ${textOf(field, deeper)}`,
  );
  if (typeof additionalProperties === "object") lines.push(`${deeper}[name]: ${textOf(additionalProperties, deeper)}`);
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

/** Bounds, a pattern and the default: what a caller may send. */
function limitsText(schema: Readonly<Record<string, unknown>>): string {
  const { minimum, maximum, maxLength, pattern } = schema;
  const bounded = (value: unknown) => typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const range = [bounded(minimum) ? `≥ ${minimum}` : [], bounded(maximum) ? `≤ ${maximum}` : []].flat();
  const words = [
    ...range,
    ...(typeof maxLength === "number" ? [`at most ${maxLength} characters`] : []),
    ...(typeof pattern === "string" ? [pattern] : []),
    ...("default" in schema ? [`default ${JSON.stringify(schema.default)}`] : []),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
