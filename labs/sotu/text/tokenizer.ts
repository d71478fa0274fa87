/**
 * Byte-pair encoding (Sennrich et al. 2016, 1508.07909) over printable ASCII and the newline, with merges that stay
 * inside words. Without merges it is a character tokenizer: token i is the i-th character of {@link ALPHABET}.
 */

/** The base characters, by token id. */
export const ALPHABET = ["\n", ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))];

const WORD = / ?[A-Za-z]+| ?[0-9]+| ?[^A-Za-z0-9\s]+|\s/g;

/** A merge: the two tokens that become one. The n-th merge makes token ALPHABET.length + n. */
export type Merge = [left: number, right: number];

/** Learns `count` merges, the most frequent pair first; ties go to the pair with the smaller ids. */
export function learnMerges(text: string, count: number): Merge[] {
  const counts = new Map<string, number>();
  if (count > 0) for (const [word] of text.matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].map(([word, times]) => ({ tokens: encodeCharacters(word), times }));
  const merges: Merge[] = [];
  while (merges.length < count) {
    const best = mostFrequentPair(words);
    if (best === null) break;
    for (const word of words) word.tokens = applyMerge(word.tokens, best, ALPHABET.length + merges.length);
    merges.push(best);
  }
  return merges;
}

function mostFrequentPair(words: { tokens: number[]; times: number }[]): Merge | null {
  // Pairs are numbered left · 2^16 + right: a number is a far cheaper key than a text or a tuple.
  const counts = new Map<number, number>();
  for (const { tokens, times } of words) {
    let left = -1;
    for (const token of tokens) {
      if (left >= 0) counts.set(left * 65_536 + token, (counts.get(left * 65_536 + token) ?? 0) + times);
      left = token;
    }
  }
  let best = -1;
  let most = 1;
  for (const [pair, times] of counts) {
    if (times > most || (times === most && pair < best)) [best, most] = [pair, times];
  }
  return best < 0 ? null : [Math.floor(best / 65_536), best % 65_536];
}

function applyMerge(tokens: number[], [left, right]: Merge, merged: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token === left && tokens[i + 1] === right) {
      out.push(merged);
      i++;
    } else out.push(token);
  }
  return out;
}

/** One token a character. Throws on a character outside {@link ALPHABET}. */
export function encodeCharacters(text: string): number[] {
  return Array.from(text, (character) => {
    const token = character === "\n" ? 0 : character.charCodeAt(0) - 31;
    if (ALPHABET[token] !== character)
      throw new Error(`${JSON.stringify(character)} is not a printable ASCII character`);
    return token;
  });
}

/** Encodes and decodes with a list of merges. */
export class Tokenizer {
  readonly merges: Merge[];
  readonly #ranks = new Map<number, number>();
  readonly #texts: string[];
  readonly #known = new Map<string, number[]>();

  constructor(merges: Merge[]) {
    this.merges = merges;
    this.#texts = [...ALPHABET];
    for (const [rank, [left, right]] of merges.entries()) {
      this.#ranks.set(left * 65_536 + right, rank);
      this.#texts.push(this.#text(left) + this.#text(right));
    }
  }

  /** The number of different tokens. */
  get size(): number {
    return this.#texts.length;
  }

  /** Token ids of a text. Throws on a character outside {@link ALPHABET}. */
  encode(text: string): number[] {
    if (this.merges.length === 0) return encodeCharacters(text);
    const out: number[] = [];
    for (const [word] of text.matchAll(WORD)) {
      let tokens = this.#known.get(word);
      if (tokens === undefined) {
        tokens = this.#encodeWord(word);
        this.#known.set(word, tokens);
      }
      for (const token of tokens) out.push(token);
    }
    return out;
  }

  /** The text of a list of token ids; the inverse of {@link encode}. */
  decode(tokens: Iterable<number>): string {
    return Iterator.from(tokens).reduce((text, token) => text + this.#text(token), "");
  }

  /** Applies the merges in the order in which they were learnt, as training did. */
  #encodeWord(word: string): number[] {
    let tokens = encodeCharacters(word);
    for (;;) {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < tokens.length; i++) {
        const rank = this.#ranks.get((tokens[i] ?? 0) * 65_536 + (tokens[i + 1] ?? 0));
        if (rank !== undefined && rank < best) best = rank;
      }
      const merge = this.merges[best];
      if (merge === undefined) return tokens;
      tokens = applyMerge(tokens, merge, ALPHABET.length + best);
    }
  }

  #text(token: number): string {
    const text = this.#texts[token];
    if (text === undefined) throw new Error(`there is no token ${token}`);
    return text;
  }
}
