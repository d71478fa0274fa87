import type { JsonObject } from "../base/json.ts";
import { overlaySchema } from "../lab/keys.ts";
import type { KeyTable } from "../lab/node.ts";
import { areas } from "./contribution.ts";

/** The keys of a contribution's file: the reader's lists and the JSON Schema are both made of these. */

/** Of contributions (the name of the file) and of their levels. */
export const idPattern = /^[a-z0-9][a-z0-9_-]*$/;

const text = { type: "string", minLength: 1 } as const satisfies JsonObject;
const oneOrMore = {
  anyOf: [text, { type: "array", items: text, minItems: 1, uniqueItems: true }],
} as const satisfies JsonObject;

export const changeKeys = {
  set: {
    doc: "Parameters to change: `stage.param: value`, each of the baseline's type.",
    schema: { ...overlaySchema, minProperties: 1 },
  },
  patch: {
    doc: "A unified diff of the lab's files, or several in the order they apply: paths relative to the lab.",
    schema: oneOrMore,
  },
  branch: { doc: "A git branch or tag: its difference from where it left the lab is the change.", schema: text },
} as const satisfies KeyTable<string>;

export const contributionKeys = {
  title: { doc: "What it is, in a few words.", schema: text, required: true },
  by: { doc: "Who proposes it: one handle, or a list.", schema: oneOrMore, required: true },
  area: { doc: "What part of the work it belongs to.", schema: { enum: areas }, required: true },
  why: { doc: "Why it should help: one or two sentences.", schema: text },
  ...changeKeys,
  levels: {
    doc: "Alternatives of which at most one is taken: name → a change (`set`, `patch`, `branch`) each.",
    schema: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: idPattern.source },
      additionalProperties: { $ref: "#/$defs/change" },
    },
  },
  requires: {
    doc: "Contributions that must be in every combination this one is in, by the names of their files.",
    schema: { type: "array", items: { type: "string", pattern: idPattern.source }, uniqueItems: true },
  },
  bold: {
    doc: "Whether it is a long shot, explored from the policy's `explore` share. Default false.",
    schema: { type: "boolean", default: false },
  },
} as const satisfies KeyTable<string>;
