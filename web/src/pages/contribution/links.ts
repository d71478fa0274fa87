/** Words of plain text that name a run or a contribution of the lab, and so can be followed. Nothing else is linked. */

export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "run"; readonly id: string }
  | { readonly kind: "contribution"; readonly id: string; readonly text: string };

const word = /[A-Za-z0-9][A-Za-z0-9_-]*(?:=[A-Za-z0-9][A-Za-z0-9_-]*)?/g;
/** As the store makes them: `r`, the seconds in base 36 and a few characters of chance. */
const runId = /^r[0-9a-z]{10,13}$/;
/**
 * @param text as a person typed it
 * @param contributions ids of the lab
 */
export function linkedParts(text: string, contributions: ReadonlySet<string>): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(word)) {
    const found = linkOf(match[0], contributions);
    if (found === null) continue;
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    parts.push(found);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

function linkOf(name: string, contributions: ReadonlySet<string>): TextPart | null {
  const id = name.split("=")[0] ?? name;
  if (contributions.has(id)) return { kind: "contribution", id, text: name };
  return runId.test(name) && /\d/.test(name) ? { kind: "run", id: name } : null;
}
