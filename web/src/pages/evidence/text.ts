/** Text inside drawings, which no browser breaks or cuts by itself. Widths are estimates in pixels. Pure. */

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/;

/** @param size of the font, in pixels */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += wide.test(letter) ? size : size * (/[A-Z@mwMW%]/.test(letter) ? 0.8 : 0.61);
  return width;
}

/** The text, cut with an ellipsis where it would be wider. */
export function cutTo(text: string, width: number, size: number): string {
  if (widthOf(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && widthOf(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
