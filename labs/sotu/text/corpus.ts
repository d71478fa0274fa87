/**
 * From speeches to passages: normalisation, the held-out split, the choice of training passages, cloze items.
 * Everything here is a pure function of its arguments; order and choice come from hashes of ids, never from chance.
 */
import { fnv1a } from "../model/random.ts";

/** One address. */
export type Speech = { id: string; text: string };

/** A run of whole sentences of one speech, a few hundred bytes long: the unit that is filtered and sampled. */
export type Passage = { id: string; speech: string; text: string };

/** Turns typographic characters into ASCII ones, everything else that is not printable ASCII into a space. */
export function normaliseText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[‘’‛′]/g, "'")
    .replace(/[“”„″]/g, '"')
    .replace(/[‐-―]/g, "-")
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** Cuts a speech at sentence ends into passages of at least `minimum` bytes (the last one may be shorter). */
export function passagesOf(speech: Speech, minimum = 400): Passage[] {
  const passages: Passage[] = [];
  let text = "";
  const close = (): void => {
    if (text !== "") passages.push({ id: `${speech.id}#${passages.length}`, speech: speech.id, text });
    text = "";
  };
  for (const sentence of normaliseText(speech.text).split(/(?<=[.!?]) (?=[A-Z"])/)) {
    text = text === "" ? sentence : `${text} ${sentence}`;
    if (text.length >= minimum) close();
  }
  close();
  return passages;
}

/** Whether a speech is held out: one in ten, by a hash of its id, so that the split can never move. */
export function isHeldOut(speech: string): boolean {
  return fnv1a(`held-out/${speech}`) % 10 === 0;
}

/** The same items in an order fixed by the hash of their ids. */
export function inHashOrder<T extends { id: string }>(items: T[], salt: string): T[] {
  const keyed = items.map((item) => ({ item, key: fnv1a(`${salt}/${item.id}`) }));
  keyed.sort((a, b) => a.key - b.key || (a.item.id < b.item.id ? -1 : 1));
  return keyed.map(({ item }) => item);
}

/** How training passages are chosen. */
export type Selection = {
  /** `prose` drops passages that are mostly figures, headings and lists. */
  filter: "none" | "prose";
  /** `near` drops a passage that shares most of its word triples with one already taken. */
  dedupe: "none" | "near";
  /** Takes passages until they hold this many bytes. */
  max_bytes: number;
};

/** Takes passages in their order until there are enough, leaving out what `selection` says. */
export function selectPassages(passages: Iterable<Passage>, selection: Selection): Passage[] {
  const seen = new Set<number>();
  const taken: Passage[] = [];
  let bytes = 0;
  for (const passage of passages) {
    if (bytes >= selection.max_bytes) break;
    if (selection.filter === "prose" && !isProse(passage.text)) continue;
    if (selection.dedupe === "near" && isNearDuplicate(passage.text, seen)) continue;
    taken.push(passage);
    bytes += passage.text.length + 1;
  }
  return taken;
}

/**
 * Whether a passage reads as prose: few figures, few capitals, and function words at their usual share. Rules of the
 * kind of Gopher's quality filter (Rae et al. 2021, 2112.11446, A.1.1).
 */
export function isProse(text: string): boolean {
  const figures = text.match(/[0-9$%]/g)?.length ?? 0;
  const capitals = text.match(/[A-Z]/g)?.length ?? 0;
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  const common = words.filter((word) => FUNCTION_WORDS.has(word)).length;
  return figures < 0.015 * text.length && capitals < 0.06 * text.length && common > 0.3 * words.length;
}

const FUNCTION_WORDS = new Set(
  "the of and to in a that for is our we be it this as with by have which will are not on i has from or been their at".split(
    " ",
  ),
);

/** Whether at least half of the text's word triples are in `seen`; adds them if not. */
function isNearDuplicate(text: string, seen: Set<number>): boolean {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const triples = new Set<number>();
  for (let i = 0; i + 2 < words.length; i++) triples.add(fnv1a(`${words[i]} ${words[i + 1]} ${words[i + 2]}`));
  let shared = 0;
  for (const triple of triples) if (seen.has(triple)) shared++;
  if (triples.size > 0 && shared >= 0.5 * triples.size) return true;
  for (const triple of triples) seen.add(triple);
  return false;
}

/** A gap in a held-out sentence and four words of one length that might fill it. */
export type Cloze = { id: string; speech: string; context: string; candidates: string[]; answer: number };

/**
 * At most one cloze item a passage: a lower-case word of 4 to 8 letters with at least `context` bytes before it, and
 * three other words of its length. Equal lengths make likelihoods comparable whatever the tokenizer.
 */
export function clozeItems(passages: Passage[], context = 24): Cloze[] {
  const byLength = wordsByLength(passages);
  const items: Cloze[] = [];
  for (const passage of passages) {
    const places = [...passage.text.matchAll(WORD)].filter((match) => match.index >= context);
    const place = places[fnv1a(`place/${passage.id}`) % Math.max(1, places.length)];
    if (place === undefined) continue;
    const [word] = place;
    const others = (byLength.get(word.length) ?? []).filter((other) => other !== word);
    const key = fnv1a(`distractors/${passage.id}`);
    const distractors = [key, key >>> 8, key >>> 16].flatMap((k) => others.splice(k % Math.max(1, others.length), 1));
    if (distractors.length < 3) continue;
    const answer = key % 4;
    items.push({
      id: passage.id,
      speech: passage.speech,
      context: passage.text.slice(place.index - context, place.index),
      candidates: distractors.toSpliced(answer, 0, word),
      answer,
    });
  }
  return items;
}

const WORD = /(?<= )[a-z]{4,8}(?= )/g;

/** The words that occur more than once, by length, in the order of the alphabet. */
function wordsByLength(passages: Passage[]): Map<number, string[]> {
  const counts = new Map<string, number>();
  for (const { text } of passages) {
    for (const [word] of text.matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].filter(([, count]) => count > 1).map(([word]) => word);
  return Map.groupBy(words.sort(), (word) => word.length);
}
