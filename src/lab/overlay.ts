import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray } from "../base/json.ts";
import type { Diagnostics } from "./diagnostic.ts";
import { readMap, toJson } from "./node.ts";
import { list, offer, suggest } from "./suggest.ts";
import type { Entry, Value } from "./yaml.ts";

/** What an overlay may set: stage → its parameters with the baseline's values. */
export type Settable = ReadonlyMap<string, JsonObject>;

/**
 * Reads `stage.param: value` pairs. A value must be of the baseline's type; null matches any, either way.
 * @returns the pairs that are right; the others are reported.
 */
export function readOverlay(value: Value | null, name: string, stages: Settable, out: Diagnostics): JsonObject {
  const pairs: [string, Json][] = [];
  for (const entry of readMap(value, name, out)?.entries ?? []) {
    const target = splitTarget(entry.key);
    const params = stages.get(target.stage);
    if (params === undefined || target.param === null) refuseTarget(entry, target, stages, out);
    else if (!Object.hasOwn(params, target.param)) refuseParam(entry, target.stage, target.param, params, out);
    else {
      const json = toJson(entry.value);
      if (agrees(params[target.param] ?? null, json)) pairs.push([entry.key, json]);
      else refuseType(entry, params[target.param] ?? null, json, out);
    }
  }
  return Object.fromEntries(pairs);
}

/** A stage's name has no dot; a parameter's may have. */
export function splitTarget(key: string): { readonly stage: string; readonly param: string | null } {
  const dot = key.indexOf(".");
  return dot === -1 ? { stage: key, param: null } : { stage: key.slice(0, dot), param: key.slice(dot + 1) };
}

function refuseTarget(
  entry: Entry,
  { stage, param }: { readonly stage: string; readonly param: string | null },
  stages: Settable,
  out: Diagnostics,
): void {
  const names = [...stages.keys()];
  if (param !== null) {
    const message = `\`${entry.key}\` sets a parameter of \`${stage}\`, which is not a stage.`;
    out.error({ code: "unknown-stage", message, span: entry.keySpan, help: offer(stage, names, "stages") });
    return;
  }
  const message = `\`${entry.key}\` does not name a parameter: write \`stage.param\`.`;
  out.error({ code: "unknown-param", message, span: entry.keySpan, help: targetHelp(entry, stages) });
}

/** For `position` and for `pretrain: { position: … }`: what the writer meant. */
function targetHelp(entry: Entry, stages: Settable): string {
  if (stages.has(entry.key) && entry.value.kind === "map") {
    const written = entry.value.entries.map((inner) => `${entry.key}.${inner.key}`);
    if (written.length > 0) return `Write ${list(written)}${written.length > 1 ? ", each with its value" : ""}.`;
  }
  const holders = [...stages].filter(([, params]) => Object.hasOwn(params, entry.key));
  if (holders.length > 0) {
    return `Did you mean ${list(
      holders.map(([stage]) => `${stage}.${entry.key}`),
      "or",
    )}?`;
  }
  const params = stages.get(entry.key);
  if (params !== undefined) return paramsOf(entry.key, params);
  const all = [...stages].flatMap(([stage, own]) => Object.keys(own).map((param) => `${stage}.${param}`));
  const close = suggest(
    entry.key,
    all.map((target) => splitTarget(target).param ?? ""),
  );
  const guess = all.find((target) => splitTarget(target).param === close);
  const first = guess === undefined ? "" : `Did you mean \`${guess}\`? `;
  return `${first}The stages are ${list([...stages.keys()])}.`;
}

function refuseParam(entry: Entry, stage: string, param: string, params: JsonObject, out: Diagnostics): void {
  const close = suggest(param, Object.keys(params));
  const guess = close === null ? "" : `Did you mean \`${stage}.${close}\`? `;
  const message = `Stage \`${stage}\` has no parameter \`${param}\`.`;
  out.error({ code: "unknown-param", message, span: entry.keySpan, help: `${guess}${paramsOf(stage, params)}` });
}

function paramsOf(stage: string, params: JsonObject): string {
  const names = Object.keys(params);
  if (names.length === 0) return `Stage \`${stage}\` has no parameters: add them under its \`params\` first.`;
  return `The parameters of \`${stage}\` are ${list(names)}.`;
}

function refuseType(entry: Entry, baseline: Json, value: Json, out: Diagnostics): void {
  const message = `\`${entry.key}\` is ${article(jsonType(baseline))} in the lab, and this is ${article(jsonType(value))}.`;
  const help = `The baseline's value is \`${shortJson(baseline)}\`.`;
  out.error({ code: "wrong-type", message, span: entry.value.span, help });
}

function agrees(baseline: Json, value: Json): boolean {
  return baseline === null || value === null || jsonType(baseline) === jsonType(value);
}

type JsonType = "null" | "boolean" | "number" | "text" | "list" | "map";

function jsonType(value: Json): JsonType {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "text";
  return isJsonArray(value) ? "list" : "map";
}

function article(type: JsonType): string {
  return type === "text" || type === "null" ? type : `a ${type}`;
}

/** JSON short enough for a sentence. */
export function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
