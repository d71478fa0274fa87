/**
 * C0 and C1 controls and the marks that reorder text: a title may not move a terminal's cursor, nor hide or turn round
 * what follows it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Someone else's text, safe to show: what is not to be seen becomes one space. */
export function sanitize(text: string): string {
  return text.replace(unsafe, " ");
}
