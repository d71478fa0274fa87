/** rl: GRPO on the sorting task, rewarded by its verifier. */
import { init } from "@jax-js/jax";
import { answerBatch } from "../model/answers.ts";
import { loadCheckpoint, saveCheckpoint } from "../model/checkpoint.ts";
import { Decoder } from "../model/decode.ts";
import { advantages } from "../model/grpo.ts";
import { openStage } from "../model/protocol.ts";
import { random } from "../model/random.ts";
import { Trainer } from "../model/train.ts";
import { allLetters, isTestProblem, promptTokens, rewardOf } from "../task/sort.ts";
import { ALPHABET } from "../text/tokenizer.ts";

const ANSWER_LENGTH = 4;

const stage = openStage();
const { params } = stage;
const steps = params.count("steps");
const prompts = params.count("prompts");
const rollouts = params.count("rollouts");
const rate = params.number("learning_rate");
const clip = params.number("clip");
const reward = params.choice("reward", ["exact", "partial"]);
const scale = params.choice("advantage_scale", ["deviation", "none"]);

await init("wasm");
const files = { model: stage.output("model.json"), weights: stage.output("weights.bin") };
const start = loadCheckpoint({ model: stage.input("sft", "model.json"), weights: stage.input("sft", "weights.bin") });
if (start === "diverged") saveCheckpoint(files, "diverged");
else {
  const optimizer = { optimizer: "adamw", beta1: 0.9, beta2: 0.95, weight_decay: 0, clip, muon_scale: 0 } as const;
  const trainer = new Trainer(start.weights, start.config, optimizer);
  const decoder = new Decoder(start.config);
  const problems = allLetters(ANSWER_LENGTH).filter((letters) => !isTestProblem(letters));
  let diverged = false;
  for (let step = 0; step < steps && !diverged; step++) {
    const rng = random(`${stage.seed}/step/${step}`);
    const posed = Array.from({ length: prompts }, () => problems[rng.below(problems.length)] ?? "");
    const tokens = posed.map(promptTokens);
    const answers = decoder.sample(trainer.weights, tokens, rollouts, ANSWER_LENGTH, rng);
    const problemOf = (i: number): number => Math.floor(i / rollouts);
    const rewards = answers.map((answer, i) => rewardOf(posed[problemOf(i)] ?? "", spell(answer), reward));
    const weights = advantages(rewards, rollouts, scale);
    const examples = answers.map((answer, i) => ({
      prompt: tokens[problemOf(i)] ?? [],
      answer,
      weight: (weights[i] ?? 0) / (answers.length * ANSWER_LENGTH),
    }));
    const loss = trainer.step(answerBatch(examples, 10), rate);
    diverged = !Number.isFinite(loss);
    stage.metric("reward", step + 1, rewards.reduce((sum, value) => sum + value, 0) / rewards.length);
    stage.progress(step + 1, steps);
  }
  saveCheckpoint(files, diverged ? "diverged" : { config: start.config, weights: trainer.weights });
}
stage.metrics({});

/** Answers are read character by character; a merged token is no letter. */
function spell(answer: number[]): string {
  return answer.map((token) => ALPHABET[token] ?? "?").join("");
}
