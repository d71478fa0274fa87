/**
 * Models on disk: model.json (configuration, or that training diverged) and weights.bin (little-endian float32, in the
 * order of `weightShapes`). Both are functions of the weights alone: no times, no host names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { numpy as np } from "@jax-js/jax";
import { type GptConfig, type Weights, weightShapes } from "./gpt.ts";

/** A model as saved, or `diverged`, for later stages to pass on. */
export type Checkpoint = { config: GptConfig; weights: Weights } | "diverged";

/** Where the two files of a checkpoint are. */
export type CheckpointFiles = { model: string; weights: string };

/** Writes a checkpoint; the weights stay the caller's. Weights that are not all finite are saved as `diverged`. */
export function saveCheckpoint(files: CheckpointFiles, checkpoint: Checkpoint): void {
  const values = checkpoint === "diverged" ? [] : weightValues(checkpoint);
  if (checkpoint === "diverged" || values.some((data) => !data.every(Number.isFinite))) {
    writeFileSync(files.model, `${JSON.stringify({ diverged: true })}\n`);
    writeFileSync(files.weights, "");
    return;
  }
  writeFileSync(files.model, `${JSON.stringify({ diverged: false, config: checkpoint.config })}\n`);
  writeFileSync(files.weights, Buffer.concat(values.map((data) => new Uint8Array(data.buffer))));
}

function weightValues({ config, weights }: Exclude<Checkpoint, "diverged">): Float32Array[] {
  return [...weightShapes(config).keys()].map((name) => {
    const weight = weights[name];
    if (weight === undefined) throw new Error(`the model has no weight "${name}"`);
    return Float32Array.from(weight.ref.dataSync());
  });
}

/** Reads what {@link saveCheckpoint} wrote. Throws when the weights are not as long as the configuration says. */
export function loadCheckpoint(files: CheckpointFiles): Checkpoint {
  const saved: { diverged: true } | { diverged: false; config: GptConfig } = JSON.parse(
    readFileSync(files.model, "utf8"),
  );
  if (saved.diverged) return "diverged";
  const bytes = readFileSync(files.weights);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const weights: Weights = {};
  let offset = 0;
  for (const [name, shape] of weightShapes(saved.config)) {
    const count = shape.reduce((product, n) => product * n, 1);
    weights[name] = np.array(values.slice(offset, offset + count), { shape });
    offset += count;
  }
  if (offset !== values.length) throw new Error(`weights.bin holds ${values.length} numbers, the model has ${offset}`);
  return { config: saved.config, weights };
}
