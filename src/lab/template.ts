/** A word of a command with `{param}` holes; `{{` and `}}` stand for single braces. */
export type Template = readonly Piece[];
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** `start` and `end` are offsets in the word, braces included. */
  | { readonly kind: "hole"; readonly param: string; readonly start: number; readonly end: number }
  /** A brace that opens or closes nothing. */
  | { readonly kind: "stray"; readonly brace: string; readonly start: number };

/** Every text is a template; braces without a partner are answered as strays, for the caller to refuse. */
export function parseTemplate(word: string): Template {
  const pieces: Piece[] = [];
  for (const match of word.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const [text, param] = match;
    const start = match.index;
    if (text === "{{" || text === "}}") pieces.push({ kind: "text", text: text.charAt(0) });
    else if (param !== undefined) pieces.push({ kind: "hole", param: param.trim(), start, end: start + text.length });
    else if (text === "{" || text === "}") pieces.push({ kind: "stray", brace: text, start });
    else pieces.push({ kind: "text", text });
  }
  return pieces;
}
