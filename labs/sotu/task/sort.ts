/**
 * The verifiable task: put letters in order. `S hcab=` is answered by `abch`.
 * Prompts are written in characters whatever the tokenizer is, so that all models meet the same task.
 */
import { fnv1a, type Random } from "../model/random.ts";
import { encodeCharacters } from "../text/tokenizer.ts";

/** Different letters in any order, such as `hcab`. */
export type Letters = string;

const LETTERS = "abcdefgh";

/** All orders of `length` different letters out of a–h, in the order of the dictionary. */
export function allLetters(length: number): Letters[] {
  if (length === 0) return [""];
  return allLetters(length - 1).flatMap((start) =>
    Array.from(LETTERS)
      .filter((letter) => !start.includes(letter))
      .map((letter) => start + letter),
  );
}

/** Whether a problem is kept for evaluation: three in ten, by hash. */
export function isTestProblem(letters: Letters): boolean {
  return fnv1a(`sort/${letters}`) % 10 < 3;
}

/** The one right answer. */
export function answerTo(letters: Letters): string {
  return Array.from(letters).sort().join("");
}

/** The tokens that pose the problem. */
export function promptTokens(letters: Letters): number[] {
  return encodeCharacters(`S ${letters}=`);
}

/** The tokens of an answer. */
export function answerTokens(answer: string): number[] {
  return encodeCharacters(answer);
}

/**
 * How an answer is rewarded. `exact`: 1 for the right answer, else 0. `partial`: a quarter for a rearrangement of the
 * letters, the rest in proportion to the places that are right; 1 still means right.
 */
export type Reward = "exact" | "partial";

/** The reward of an answer, 0 to 1. */
export function rewardOf(letters: Letters, answer: string, reward: Reward): number {
  const right = answerTo(letters);
  if (reward === "exact" || answer === right) return answer === right ? 1 : 0;
  const places = Array.from(right).filter((letter, i) => letter === answer[i]).length;
  const rearranged = Array.from(answer).sort().join("") === right;
  return (rearranged ? 0.25 : 0) + (0.75 * places) / right.length;
}

/** A problem with the answer that an annotator wrote down, right or wrong. */
export type Demonstration = { letters: Letters; answer: string };

/**
 * Demonstrations as annotators leave them: a share `wrong` of the answers has two letters swapped.
 *
 * @param problems the problems to choose from
 * @param count how many demonstrations to make; problems repeat only when there are fewer
 */
export function demonstrations(problems: Letters[], count: number, wrong: number, rng: Random): Demonstration[] {
  return Array.from({ length: count }, (_, i) => {
    const letters = problems[i % problems.length] ?? "";
    const answer = answerTo(letters);
    return { letters, answer: rng.uniform() < wrong ? swapTwo(answer, rng) : answer };
  });
}

function swapTwo(answer: string, rng: Random): string {
  const letters = Array.from(answer);
  const i = rng.below(letters.length);
  const j = (i + 1 + rng.below(letters.length - 1)) % letters.length;
  const [x = "", y = ""] = [letters[i], letters[j]];
  [letters[i], letters[j]] = [y, x];
  return letters.join("");
}
