/** Corpus, tokenizer and task: pure functions on small inputs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../model/random.ts";
import {
  allLetters,
  answerTo,
  answerTokens,
  demonstrations,
  isTestProblem,
  promptTokens,
  rewardOf,
} from "../task/sort.ts";
import { clozeItems, inHashOrder, isProse, normaliseText, passagesOf, selectPassages } from "../text/corpus.ts";
import { ALPHABET, encodeCharacters, learnMerges, Tokenizer } from "../text/tokenizer.ts";

const TEXT = "We the people of the nation hold that the people of this nation are the nation. ".repeat(4);

describe("tokenizer", () => {
  const tokenizer = new Tokenizer(learnMerges(TEXT, 30));

  test("decoding undoes encoding, with merges and without", () => {
    const printable = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 200 });
    fc.assert(
      fc.property(printable, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
        expect(new Tokenizer([]).decode(encodeCharacters(text))).toBe(text);
      }),
    );
    expect(tokenizer.decode(tokenizer.encode(TEXT))).toBe(TEXT);
  });

  test("the first merge is the most frequent pair", () => {
    const [first = [0, 0]] = learnMerges("aab aab aab ab", 1);
    expect(new Tokenizer([]).decode(first)).toBe("ab");
  });

  test("merges shorten text and never cross a word", () => {
    expect(tokenizer.encode(TEXT).length).toBeLessThan(TEXT.length / 2);
    const pieces = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.decode([token]));
    expect(pieces.filter((piece) => /. /.test(piece))).toEqual([]);
  });

  test("merges are applied in the order in which they were learnt", () => {
    const [a = 0, b = 0, c = 0] = encodeCharacters("abc");
    const pieces = (merges: [number, number][]): string[] => {
      const made = new Tokenizer(merges);
      return made.encode("abc").map((token) => made.decode([token]));
    };
    expect(
      pieces([
        [a, b],
        [b, c],
      ]),
    ).toEqual(["ab", "c"]);
    expect(
      pieces([
        [b, c],
        [a, b],
      ]),
    ).toEqual(["a", "bc"]);
  });

  test("a character outside the alphabet is refused", () => {
    expect(() => tokenizer.encode("naïve")).toThrow('"ï" is not a printable ASCII character');
  });
});

describe("corpus", () => {
  const speech = { id: "1900-x", text: "One sentence here. Another “quoted” one — with dashes! A third…" };

  test("text becomes printable ASCII", () => {
    expect(normaliseText("“Peace” — at\n last, naïve…")).toBe('"Peace" - at last, nai ve...');
  });

  test("passages are whole sentences and lose nothing", () => {
    const passages = passagesOf(speech, 10);
    expect(passages.map(({ text }) => text)).toHaveLength(3);
    expect(passages.map(({ text }) => text).join(" ")).toBe(normaliseText(speech.text));
  });

  test("near duplicates are dropped, and the byte limit holds", () => {
    const text = "the state of the union is strong and the people of the union are free to speak";
    const passages = [text, `${text} again`, "an entirely different passage about canals and harbours"].map((t, i) => ({
      id: String(i),
      speech: "s",
      text: t,
    }));
    const chosen = (dedupe: "none" | "near", max_bytes: number): string[] =>
      selectPassages(passages, { filter: "none", dedupe, max_bytes }).map(({ id }) => id);
    expect(chosen("near", 1000)).toEqual(["0", "2"]);
    expect(chosen("none", 1000)).toEqual(["0", "1", "2"]);
    expect(chosen("none", 100)).toEqual(["0", "1"]);
  });

  test("the filter keeps prose and drops tables", () => {
    expect(isProse("It is to be hoped that the measures of the last session will be of use to the people.")).toBe(true);
    expect(isProse("Receipts 1884 $348,519,869.92 Expenditures $244,126,244.33 Surplus $104,393,625.59")).toBe(false);
  });

  test("a cloze item's answer is the word that stood in the gap", () => {
    const passages = passagesOf({ id: "s", text: TEXT.repeat(3).replaceAll(". We", ". And we then") }, 100);
    const items = clozeItems(passages, 20);
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      const passage = passages.find(({ id }) => id === item.id);
      expect(passage?.text).toContain(`${item.context}${item.candidates[item.answer]} `);
      expect(new Set(item.candidates.map((word) => word.length)).size).toBe(1);
      expect(new Set(item.candidates).size).toBe(4);
    }
  });

  test("hash order does not depend on the given order", () => {
    const items = ["a", "b", "c", "d"].map((id) => ({ id }));
    expect(inHashOrder(items.toReversed(), "x")).toEqual(inHashOrder(items, "x"));
  });
});

describe("sorting task", () => {
  test("problems, answers and tokens", () => {
    expect(allLetters(4)).toHaveLength(8 * 7 * 6 * 5);
    expect(answerTo("hcab")).toBe("abch");
    expect(new Tokenizer([]).decode([...promptTokens("hcab"), ...answerTokens("abch")])).toBe("S hcab=abch");
    const share = allLetters(4).filter(isTestProblem).length / 1680;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.05);
  });

  test("rewards: only the right answer earns 1", () => {
    expect(rewardOf("hcab", "abch", "exact")).toBe(1);
    expect(rewardOf("hcab", "abch", "partial")).toBe(1);
    expect(rewardOf("hcab", "abhc", "exact")).toBe(0);
    expect(rewardOf("hcab", "abhc", "partial")).toBeCloseTo(0.25 + 0.75 / 2);
    expect(rewardOf("hcab", "abcc", "partial")).toBeCloseTo(0.75 * 0.75);
    expect(rewardOf("hcab", "zzzz", "partial")).toBe(0);
  });

  test("demonstrations hold the stated share of wrong answers, each a swap", () => {
    const made = demonstrations(allLetters(4), 1000, 0.1, random("demo"));
    const wrong = made.filter(({ letters, answer }) => answer !== answerTo(letters));
    expect(Math.abs(wrong.length / 1000 - 0.1)).toBeLessThan(0.03);
    for (const { letters, answer } of wrong) expect(answerTo(answer)).toBe(answerTo(letters));
    expect(demonstrations(allLetters(4), 50, 0, random("demo")).every((d) => d.answer === answerTo(d.letters))).toBe(
      true,
    );
  });
});

test("random streams repeat by seed and have the right moments", () => {
  const [a, b] = [random("7"), random("7")];
  expect(Array.from({ length: 5 }, a.uniform)).toEqual(Array.from({ length: 5 }, b.uniform));
  const draws = Array.from({ length: 20_000 }, a.normal);
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.04);
});
