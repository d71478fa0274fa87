import type { Problem } from "../../../../src/api/page.ts";

/** The server's objections, brought to the fields they are about. */

export type Issue = Problem["issues"][number];

export interface PlacedIssue {
  readonly issue: Issue;
  /** A field of the form (`set.pretrain.position` for a parameter's, `change` for all of them), or null: of the whole. */
  readonly field: string | null;
  /** Of a patch: its line, from 1. */
  readonly line: number | null;
}

const fields = ["id", "title", "area", "why", "patch", "requires", "bold", "by"];

/**
 * @param id of the proposed contribution: its files are named by it
 * @param text of its file, as the server wrote it to look at it
 */
export function placeIssue(issue: Issue, id: string, text: string): PlacedIssue {
  const { place, line } = splitPlace(issue.at);
  if (place.endsWith(`${id}.patch`)) return { issue, field: "patch", line };
  if (place.endsWith(`${id}.yaml`)) return { issue, field: line === null ? null : fieldAtLine(text, line), line: null };
  return { issue, field: fieldOf(place.replace(/^body[./]/, "")), line: null };
}

/** `contributions/x.patch:12:1` → the file and the line. */
function splitPlace(at: string): { readonly place: string; readonly line: number | null } {
  const found = /^(.*?):(\d+)(?::\d+)?$/.exec(at);
  return found === null ? { place: at, line: null } : { place: found[1] ?? at, line: Number(found[2]) };
}

function fieldOf(place: string): string | null {
  if (place.startsWith("set.")) return place;
  const [first = ""] = place.split(/[.[]/);
  return fields.includes(first) ? first : null;
}

/** The field whose value stands at a line of the file: `set` has a line for every parameter. */
function fieldAtLine(text: string, line: number): string | null {
  const above = text.split("\n").slice(0, line);
  const key = above.findLast((words) => /^\w+:/.test(words))?.split(":")[0] ?? "";
  if (key !== "set") return fieldOf(key);
  const parameter = /^ {2}["']?([\w.-]+)["']?:/.exec(above.at(-1) ?? "")?.[1];
  return parameter === undefined ? "change" : `set.${parameter}`;
}
