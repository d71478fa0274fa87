/**
 * Twenty colours of even lightness, ten hues twice (OKLCH, hue by hue as far apart as ten go). Every one has at least 3:1
 * against the page, in light and in dark.
 */
// biome-ignore format: a row a lightness.
const light = [
  "#2a80e2", "#d24c49", "#019a46", "#9860d0", "#b17000", "#0f9293", "#c74c8e", "#868604", "#6f6fe2", "#cf5604",
  "#3d4d8f", "#83391c", "#046247", "#6d3b77", "#684e00", "#055d6a", "#833449", "#435d04", "#594388", "#794304",
] as const;
// biome-ignore format: a row a lightness.
const dark = [
  "#59a0f9", "#ed756e", "#4cb86a", "#b484e8", "#d98b09", "#1db4b4", "#e274ab", "#a5a50e", "#8d92f9", "#e97c48",
  "#b8c9fc", "#feb79d", "#90debd", "#e6b8ef", "#e5c786", "#80dbec", "#feb2c1", "#bcd695", "#cfc0fc", "#f6bd8e",
] as const;

export const slots = light.length;
export type Scheme = "light" | "dark";

export function colorOf(slot: number, scheme: Scheme): string {
  return (scheme === "light" ? light : dark)[slot % slots] ?? light[0];
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Slots of the first lightness: they are told apart best, and are given first. */
const clear = slots / 2;

/**
 * A slot of the palette for every id: the one that its name hashes to, so that a run keeps its colour from page to page;
 * where an earlier one has taken that, the next that is free. So ids that are added at the end change no colour.
 */
export function slotsOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let taken = new Set<number>();
  for (const id of ids) {
    if (found.has(id)) continue;
    if (taken.size === slots) taken = new Set();
    const first = taken.size < clear ? 0 : clear;
    let place = hash(id) % clear;
    // Three has no divisor in common with ten, so that this comes by every slot.
    while (taken.has(first + place)) place = (place + 3) % clear;
    taken.add(first + place);
    found.set(id, first + place);
  }
  return found;
}
