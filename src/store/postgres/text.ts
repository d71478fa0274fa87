/**
 * PostgreSQL's text holds every character but U+0000. That one is written as the last code point, which means nothing,
 * with a 0 behind it, and that code point itself with a 1: what is read is what was written.
 */
const mark = "\u{10FFFF}";

export function encodeText(text: string): string {
  if (!text.includes("\0") && !text.includes(mark)) return text;
  return text.replaceAll(mark, `${mark}1`).replaceAll("\0", `${mark}0`);
}

export function decodeText(text: string): string {
  if (!text.includes(mark)) return text;
  return text.replaceAll(`${mark}0`, "\0").replaceAll(`${mark}1`, mark);
}
