import { contexts } from "./contexts.ts";
import { credit } from "./credit.ts";
import { coverage, sbc } from "./model.ts";
import { nulls } from "./nulls.ts";
import type { Part } from "./part.ts";
import { power } from "./power.ts";
import { truths } from "./truths.ts";

export const parts: readonly Part[] = [sbc, coverage, nulls, truths, power, credit, contexts];

export function partNamed(name: string): Part {
  const found = parts.find((part) => part.name === name);
  if (found === undefined) throw new RangeError(`no part ${name}`);
  return found;
}
