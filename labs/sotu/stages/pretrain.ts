/** pretrain: trains the model on the encoded text from scratch. */
import { readFileSync } from "node:fs";
import { init } from "@jax-js/jax";
import { saveCheckpoint } from "../model/checkpoint.ts";
import { CpuClock, undisturbed } from "../model/clock.ts";
import { countWeights, type GptConfig, initialWeights } from "../model/gpt.ts";
import type { OptimizerConfig } from "../model/optimizer.ts";
import { openStage } from "../model/protocol.ts";
import { random } from "../model/random.ts";
import { rateAt, type Schedule } from "../model/schedule.ts";
import { type Batch, Trainer } from "../model/train.ts";
import { readTokenizer } from "../text/files.ts";

const stage = openStage();
const { params } = stage;
const tokenizer = readTokenizer(stage.input("tokenizer", "tokenizer.json"));
const bytes = readFileSync(stage.input("tokenizer", "train.bin"));
const text = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);

const model: GptConfig = {
  vocabulary: tokenizer.size,
  context: params.count("context"),
  width: params.count("width"),
  layers: params.count("layers"),
  heads: params.count("heads"),
  position: params.choice("position", ["learned", "rotary"]),
  norm: params.choice("norm", ["layernorm", "rmsnorm"]),
  activation: params.choice("activation", ["gelu", "relu2", "swiglu"]),
  qk_norm: params.flag("qk_norm"),
  tied: params.flag("tied"),
  zero_init: params.flag("zero_init"),
  logit_softcap: params.number("logit_softcap"),
};
const optimizer: OptimizerConfig = {
  optimizer: params.choice("optimizer", ["adamw", "muon"]),
  beta1: 0.9,
  beta2: params.number("beta2"),
  weight_decay: params.number("weight_decay"),
  clip: params.number("clip"),
  muon_scale: params.number("muon_scale"),
};
const steps = params.count("steps");
const schedule: Schedule = {
  schedule: params.choice("schedule", ["constant", "wsd"]),
  warmup: params.count("warmup"),
  decay: params.number("decay"),
  steps,
};
const peak = params.number("learning_rate");
const rows = params.count("batch");

await init("wasm");
const trainer = new Trainer(initialWeights(model, `${stage.seed}/init`), model, optimizer);
const clock = new CpuClock();
const stepSeconds: number[] = [];
let diverged = false;
for (let step = 0; step < steps && !diverged; step++) {
  clock.restart();
  const loss = trainer.step(batchAt(step), peak * rateAt(step, schedule));
  stepSeconds.push(clock.seconds());
  diverged = !Number.isFinite(loss);
  if (step % 10 === 9 || step === steps - 1) {
    stage.metric("loss", step + 1, loss);
    stage.progress(step + 1, steps);
  }
}

const files = { model: stage.output("model.json"), weights: stage.output("weights.bin") };
saveCheckpoint(files, diverged ? "diverged" : { config: model, weights: trainer.weights });
stage.metrics({
  // The first step compiles, the second still fills caches: neither says how fast training is.
  tokens_per_second: diverged ? Number.NaN : (rows * model.context) / undisturbed(stepSeconds.slice(2)),
  parameters: countWeights(model),
});

/** Windows from random places. Each step has a random stream of its own, so that step n sees the same text anywhere. */
function batchAt(step: number): Batch {
  const rng = random(`${stage.seed}/batch/${step}`);
  const columns = model.context;
  const batch: Batch = {
    rows,
    columns,
    tokens: new Int32Array(rows * columns),
    targets: new Int32Array(rows * columns),
    weights: new Float32Array(rows * columns).fill(1 / (rows * columns)),
  };
  for (let row = 0; row < rows; row++) {
    const start = rng.below(text.length - columns);
    batch.tokens.set(text.subarray(start, start + columns), row * columns);
    batch.targets.set(text.subarray(start + 1, start + 1 + columns), row * columns);
  }
  return batch;
}
