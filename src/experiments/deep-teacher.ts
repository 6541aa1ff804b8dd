import type { Random } from "../base/random.ts";
import { random } from "../base/random.ts";
import { affine, type PlainLayer } from "./plain.ts";
import type { Source } from "../training/short-training.ts";

/** The shape of a deep tanh network. A student network learns to give the same outputs. */
export interface DeepTeacher {
  /** X. */
  readonly inputs: number;
  readonly depth: number;
  readonly width: number;
  /** σ_w of its Gaussian weights. Above 1, every layer adds to the curvature of the function. */
  readonly gain: number;
}

/**
 * A deep teacher: y = v · h_L/s, h_l = tanh(W_l h_{l−1}), x ~ N(0, I), W_l Gaussian; s makes the variance of y 1 on
 * 4,096 samples.
 *
 * `inputs [B, X]`, `targets [B, 1]`, squared error; baseline 1.
 */
export function deepTeacher({ inputs: X, depth, width, gain }: DeepTeacher, stream: Random): Source {
  const drawn = (rows: number, columns: number): PlainLayer => ({
    weight: Float64Array.from({ length: rows * columns }, () => (gain * stream.normal()) / Math.sqrt(columns)),
    bias: new Float64Array(rows),
  });
  const layers = Array.from({ length: depth }, (_, l) => drawn(width, l === 0 ? X : width));
  const readout = drawn(1, width);
  const answers = (x: Float64Array, batch: number): Float64Array => {
    let h = x;
    for (const layer of layers) h = affine(layer, h, batch).map(Math.tanh);
    return affine(readout, h, batch);
  };
  const sampled = 4096;
  const outputs = answers(
    Float64Array.from({ length: sampled * X }, () => stream.normal()),
    sampled,
  );
  const center = outputs.reduce((sum, y) => sum + y, 0) / sampled;
  const scale = Math.sqrt(outputs.reduce((sum, y) => sum + (y - center) ** 2, 0) / sampled);
  return ({ batch, seed }) => {
    const draw = random(seed, "experiments/deep-teacher");
    const x = Float64Array.from({ length: batch * X }, () => draw.normal());
    return {
      ...{ name: "deep teacher", batch, inputSize: X, outputSize: 1, inputs: Float32Array.from(x) },
      targets: Float32Array.from(answers(x, batch), (y) => (y - center) / scale),
      ...{ loss: "mse", lossAt: "last", baseline: 1 },
    };
  };
}
