import { stringify } from "yaml";
import type { Request } from "./draft.ts";

/** The file that the server will write, line by line, as far as it can be told: `by` is the caller where nobody else is named. */
export function previewText(request: Request, caller: string): string {
  const { id, title, area, why, set, patch, requires, bold, by } = request;
  const fields = {
    title: title === "" ? id.replaceAll(/[-_]/g, " ") : title,
    by: by.length === 0 ? [caller] : by,
    ...(area !== "" && { area }),
    ...(why !== "" && { why }),
    ...(Object.keys(set).length > 0 && { set }),
    ...(patch !== undefined && { patch: `contributions/${id}.patch` }),
    ...(requires.length > 0 && { requires }),
    ...(bold && { bold }),
  };
  // The first line tells editors what a contribution's file may hold.
  return `# yaml-language-server: $schema=../.cairn/contribution.schema.json\n${stringify(fields)}`;
}
