/** What the corpus and tokenizer stages leave on disk for the others. */
import { readFileSync } from "node:fs";
import type { Cloze, Passage } from "./corpus.ts";
import { type Merge, Tokenizer } from "./tokenizer.ts";

/** Reads tokenizer.json. */
export function readTokenizer(path: string): Tokenizer {
  const { merges }: { merges: Merge[] } = JSON.parse(readFileSync(path, "utf8"));
  return new Tokenizer(merges);
}

/** Reads held_out.json: held-out passages, in the order in which they are to be used. */
export function readHeldOut(path: string): Passage[] {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Reads cloze.json: cloze items, in the order in which they are to be used. */
export function readCloze(path: string): Cloze[] {
  return JSON.parse(readFileSync(path, "utf8"));
}
