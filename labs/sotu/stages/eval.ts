/** eval: bits per byte and cloze accuracy of the pretrained model, sorting accuracy of the one after RL. */
import { init, tree } from "@jax-js/jax";
import { loadCheckpoint } from "../model/checkpoint.ts";
import { type Item, openStage, type Stage } from "../model/protocol.ts";
import { scoreWindows } from "../model/score.ts";
import { allLetters, answerTo, answerTokens, isTestProblem, promptTokens } from "../task/sort.ts";
import { readCloze, readHeldOut, readTokenizer } from "../text/files.ts";
import { bitsPerByte, scoreCloze } from "../text/measure.ts";

const stage = openStage();
const load = (name: string) =>
  loadCheckpoint({ model: stage.input(name, "model.json"), weights: stage.input(name, "weights.bin") });

await init("wasm");
const base = load("pretrain");
let language = { val_bpb: Number.NaN, cloze: Number.NaN };
stage.items("cloze", []);
if (base !== "diverged") {
  const tokenizer = readTokenizer(stage.input("tokenizer", "tokenizer.json"));
  const passages = readHeldOut(stage.input("corpus", "held_out.json"));
  const val_bpb = bitsPerByte(base.weights, base.config, tokenizer, passages, stage.params.count("held_out_bytes"));
  stage.progress(1, 3);
  const items = readCloze(stage.input("corpus", "cloze.json")).slice(0, stage.params.count("cloze_items"));
  language = { val_bpb, cloze: report(stage, "cloze", scoreCloze(base.weights, base.config, tokenizer, items)) };
  stage.progress(2, 3);
  tree.dispose(base.weights);
}

const tuned = load("rl");
let sort_accuracy = Number.NaN;
stage.items("sort_accuracy", []);
if (tuned !== "diverged") {
  const problems = allLetters(4).filter(isTestProblem);
  const windows = problems.map((letters) => {
    const prompt = promptTokens(letters);
    return { tokens: [...prompt, ...answerTokens(answerTo(letters))], from: prompt.length };
  });
  const losses = scoreWindows(tuned.weights, tuned.config, windows, 10, 64);
  // The chance that a sampled answer is right, which is the answer's probability: exact, where sampling would add noise.
  const items = problems.map((letters, i) => ({
    id: letters,
    score: Math.exp(-(losses[i] ?? Number.NaN)),
    cluster: answerTo(letters),
  }));
  sort_accuracy = report(stage, "sort_accuracy", items);
}
stage.progress(3, 3);
stage.metrics({ ...language, sort_accuracy });

/** Writes the items and returns their mean score. */
function report(to: Stage, objective: string, items: Item[]): number {
  to.items(objective, items);
  return items.reduce((sum, { score }) => sum + score, 0) / items.length;
}
