/** What a language model knows of held-out text. */
import type { GptConfig, Weights } from "../model/gpt.ts";
import type { Item } from "../model/protocol.ts";
import { scoreWindows, type Window } from "../model/score.ts";
import type { Cloze, Passage } from "./corpus.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Bits per byte of held-out passages: the same bytes whatever the tokenizer, each predicted once. Passages are cut into
 * windows of the model's context; a window's first token is predicted from the one before it alone.
 *
 * @param weights stay the caller's
 * @param limit takes passages until they hold this many bytes
 */
export function bitsPerByte(
  weights: Weights,
  config: GptConfig,
  tokenizer: Tokenizer,
  passages: Passage[],
  limit: number,
): number {
  const windows: Window[] = [];
  let bytes = 0;
  for (const { text } of passages) {
    if (bytes >= limit) break;
    bytes += text.length;
    // In training, a newline stands before every passage.
    const tokens = tokenizer.encode(`\n${text}`);
    for (let start = 0; start + 1 < tokens.length; start += config.context) {
      windows.push({ tokens: tokens.slice(start, start + config.context + 1), from: 1 });
    }
  }
  const nats = scoreWindows(weights, config, windows, config.context).reduce((sum, loss) => sum + loss, 0);
  return nats / Math.LN2 / bytes;
}

/** Per cloze item, 1 when the right word is the likeliest of its candidates in its context, else 0. */
export function scoreCloze(weights: Weights, config: GptConfig, tokenizer: Tokenizer, items: Cloze[]): Item[] {
  const windows = items.flatMap(({ context, candidates }) => {
    const before = tokenizer.encode(context.trimEnd());
    return candidates.map((word) => ({
      tokens: [...before, ...tokenizer.encode(` ${word} `)].slice(-config.context - 1),
      from: before.length,
    }));
  });
  const columns = Math.max(...windows.map(({ tokens }) => tokens.length - 1));
  const losses = scoreWindows(weights, config, windows, Math.ceil(columns / 8) * 8);
  return items.map(({ id, speech, candidates, answer }, i) => {
    const own = losses.slice(i * candidates.length, (i + 1) * candidates.length);
    return { id, score: own[answer] === Math.min(...own) ? 1 : 0, cluster: speech };
  });
}
