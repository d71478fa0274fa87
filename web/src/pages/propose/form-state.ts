import type { TFunction } from "i18next";
import type { Draft, Faults } from "./draft.ts";
import type { PlacedIssue } from "./issues.ts";

/** What every part of the form is given. */
export interface FormPart {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  /** What is wrong with a field, in words; null: nothing, or nothing yet. */
  readonly wrong: (field: string) => string | null;
  /** The server's objections to the last try. */
  readonly issues: readonly PlacedIssue[];
}

/** A field's fault or the server's objection to it, in words. */
export function wordsOfField(
  field: string,
  faults: Faults,
  issues: readonly PlacedIssue[],
  t: TFunction,
): string | null {
  const fault = faults.get(field);
  if (fault !== undefined) return t(`fault.${field.startsWith("set.") ? "value" : field}.${fault}`);
  const said = issues.filter((placed) => placed.field === field).map(({ issue }) => sentence(issue));
  return said.length === 0 ? null : said.join(" ");
}

export function sentence({ message, help }: PlacedIssue["issue"]): string {
  const said = message.replace(/\.$/, "");
  return help === null ? `${said}.` : `${said}. ${help}`;
}
