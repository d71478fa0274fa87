import type { Problem } from "../../../../src/api/page.ts";

/** The server's objections, brought to the fields they are about. */

export type Issue = Problem["issues"][number];

export interface PlacedIssue {
  readonly issue: Issue;
  /** A field of the form (`set.pretrain.position` for a parameter's), or null: of the whole. */
  readonly field: string | null;
  /** Of a patch: its line, from 1. */
  readonly line: number | null;
}

const fields = ["id", "title", "area", "why", "patch", "requires", "bold", "by"];

/** @param id of the proposed contribution: its files are named by it */
export function placeIssue(issue: Issue, id: string): PlacedIssue {
  const { place, line } = splitPlace(issue.at);
  const field = fieldOf(place, id) ?? fieldOf(place.replace(/^body[./]/, ""), id) ?? fieldIn(issue.message);
  return { issue, field, line: field === "patch" ? line : null };
}

/** `contributions/x.patch:12:1` → the file and the line. */
function splitPlace(at: string): { readonly place: string; readonly line: number | null } {
  const found = /^(.*?)(?::(\d+))(?::\d+)?$/.exec(at);
  return found === null ? { place: at, line: null } : { place: found[1] ?? at, line: Number(found[2]) };
}

function fieldOf(place: string, id: string): string | null {
  if (place.endsWith(`${id}.patch`)) return "patch";
  if (place.startsWith("set.")) return place;
  const [first = ""] = place.split(/[.[]/);
  return fields.includes(first) ? first : null;
}

/** An objection to the written file names the key it is about: `"pretrain.lr" is not a parameter`. */
function fieldIn(message: string): string | null {
  const key = /[`"']?\b([\w-]+\.[\w-]+)\b[`"']?/.exec(message)?.[1];
  return key === undefined ? null : `set.${key}`;
}
