import { z } from "zod";
import type { Json } from "./values.ts";
import { kindOf, readValue } from "./values.ts";

/** What is being written and not yet sent. It is kept in the browser until it is. */

export const draft = z.object({
  title: z.string(),
  /** Empty: made from the title. */
  id: z.string(),
  area: z.string(),
  why: z.string(),
  by: z.array(z.string()),
  set: z.array(z.object({ key: z.string(), text: z.string() })),
  patch: z.string(),
  requires: z.array(z.string()),
  bold: z.boolean(),
});
export type Draft = z.infer<typeof draft>;

export const emptyDraft: Draft = {
  ...{ title: "", id: "", area: "", why: "", by: [], set: [], patch: "", requires: [] },
  bold: false,
};

export function isEmpty(some: Draft): boolean {
  return JSON.stringify(some) === JSON.stringify(emptyDraft);
}

/** `Rotary positions!` → `rotary-positions`; empty where nothing of the title can be in an id. */
export function idFromTitle(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "-");
  return plain
    .replace(/^[-_]+/, "")
    .slice(0, 60)
    .replace(/-+$/, "");
}

export function idOf({ id, title }: Draft): string {
  return id === "" ? idFromTitle(title) : id;
}

/** `pretrain.position` → its value in the baseline. */
export type Baseline = ReadonlyMap<string, Json>;

export interface Request {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly why: string;
  readonly set: Record<string, Json>;
  readonly patch?: string;
  readonly requires: string[];
  readonly bold: boolean;
  readonly by: string[];
}

/** Where something is missing or wrong before anything is sent: field → a word that names it, for a message. */
export type Faults = ReadonlyMap<string, string>;

/**
 * The request that a draft makes: with what can be read of it, and what is wrong with the rest.
 * @param taken ids of the contributions that are there
 */
export function requestOf(
  some: Draft,
  baseline: Baseline,
  taken: ReadonlySet<string>,
): { readonly request: Request; readonly faults: Faults } {
  const faults = new Map<string, string>();
  const set: Record<string, Json> = {};
  for (const { key, text } of some.set) {
    const typed = readValue(kindOf(baseline.get(key) ?? null), text);
    if (typed.kind === "value") set[key] = typed.value;
    else faults.set(`set.${key}`, typed.because);
  }
  if (some.title.trim() === "") faults.set("title", "empty");
  const id = idOf(some);
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(id)) faults.set("id", id === "" ? "empty" : "id");
  else if (taken.has(id)) faults.set("id", "taken");
  if (some.area === "") faults.set("area", "empty");
  if (some.set.length === 0 && some.patch.trim() === "") faults.set("change", "empty");
  return {
    request: {
      ...{ id, title: some.title.trim(), area: some.area, why: some.why.trim(), set },
      ...(some.patch.trim() === "" ? {} : { patch: some.patch }),
      ...{ requires: some.requires, bold: some.bold, by: some.by },
    },
    faults,
  };
}
