import { sanitize } from "./safe.ts";

/**
 * HTML that cannot forget to escape: `html` escapes everything put into it except other markup. Attribute values are
 * always written in double quotes in the templates. Pure, and shipped to the page's script as well.
 */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Insertable = string | number | Markup | null | readonly Insertable[];

/** null inserts nothing; a list inserts its items one after the other. */
export function html(strings: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  return new Markup(strings.reduce((text, part, i) => text + inserted(values[i - 1] ?? null) + part));
}

function inserted(value: Insertable): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(inserted).join("");
}

export function escapeHtml(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Places in a chart are percentages, so that it stretches with the page and its text does not. */
export function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}
