/** CSS pixels of a chip's letter, of its padding and the gap after it, and of the count of those left out. */
const letter = 6.6;
const around = 20;
const rest = 34;

/**
 * How many chips of these names go into `width` CSS pixels on one line. By the count of letters and not by measuring:
 * a table that scrolls must not ask for a layout.
 */
export function chipsThatFit(names: readonly string[], width: number): number {
  let taken = 0;
  for (const [i, name] of names.entries()) {
    taken += name.length * letter + around;
    const needed = taken + (i === names.length - 1 ? 0 : rest);
    if (needed > width) return Math.max(1, i);
  }
  return names.length;
}
