/** sft: supervised fine-tuning on demonstrations of the sorting task. */
import { init } from "@jax-js/jax";
import { answerBatch } from "../model/answers.ts";
import { loadCheckpoint, saveCheckpoint } from "../model/checkpoint.ts";
import { openStage } from "../model/protocol.ts";
import { random, shuffle } from "../model/random.ts";
import { Trainer } from "../model/train.ts";
import {
  allLetters,
  answerTokens,
  type Demonstration,
  demonstrations,
  isTestProblem,
  promptTokens,
} from "../task/sort.ts";

const stage = openStage();
const { params } = stage;
const steps = params.count("steps");
const rows = params.count("batch");
const rate = params.number("learning_rate");
const clip = params.number("clip");
const mix = params.choice("mix", ["task", "graded"]);
const count = params.count("demonstrations");
const wrong = params.number("wrong_labels");

await init("wasm");
const files = { model: stage.output("model.json"), weights: stage.output("weights.bin") };
const start = loadCheckpoint({
  model: stage.input("pretrain", "model.json"),
  weights: stage.input("pretrain", "weights.bin"),
});
if (start === "diverged") saveCheckpoint(files, "diverged");
else {
  const optimizer = { optimizer: "adamw", beta1: 0.9, beta2: 0.95, weight_decay: 0, clip, muon_scale: 0 } as const;
  const trainer = new Trainer(start.weights, start.config, optimizer);
  const set = trainingSet();
  let diverged = false;
  for (let step = 0; step < steps && !diverged; step++) {
    const rng = random(`${stage.seed}/batch/${step}`);
    const chosen = Array.from({ length: rows }, () => set[rng.below(set.length)]).filter((one) => one !== undefined);
    const total = chosen.reduce((sum, { answer }) => sum + answer.length, 0);
    const examples = chosen.map(({ letters, answer }) => ({
      prompt: promptTokens(letters),
      answer: answerTokens(answer),
      weight: 1 / total,
    }));
    const loss = trainer.step(answerBatch(examples, 10), rate);
    diverged = !Number.isFinite(loss);
    stage.metric("sft_loss", step + 1, loss);
    stage.progress(step + 1, steps);
  }
  saveCheckpoint(files, diverged ? "diverged" : { config: start.config, weights: trainer.weights });
}
stage.metrics({});

/** The demonstrations: all of four letters, or for the mix `graded` a third each of two, three and four. */
function trainingSet(): Demonstration[] {
  const rng = random(`${stage.seed}/demonstrations`);
  const of = (length: number, share: number): Demonstration[] =>
    demonstrations(
      shuffle(
        allLetters(length).filter((letters) => !isTestProblem(letters)),
        rng,
      ),
      share,
      wrong,
      rng,
    );
  if (mix === "task") return of(4, count);
  const third = Math.floor(count / 3);
  return [...of(2, third), ...of(3, third), ...of(4, count - 2 * third)];
}
