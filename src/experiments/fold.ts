import type { Network } from "../network/create.ts";
import type { FeedforwardSpec } from "../spec/index.ts";
import { affine } from "./plain.ts";

/** ε of batch normalization, PyTorch's. */
const EPSILON = 1e-5;
const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));

/**
 * Folds batch normalization before a sigmoid into the weights of the plain network of the same shape (Ioffe and Szegedy
 * 2015, section 3.1): with μ and σ² of each pre-activation over `inputs`,
 *
 *     W' = γ/√(σ² + ε) W,   b' = γ (b − μ)/√(σ² + ε) + β.
 *
 * @param inputs `[B, X]`; μ and σ² are taken over this batch
 */
export function foldBatchNorm(normed: Network, plain: Network, inputs: Float32Array, batch: number): void {
  const { depth } = normed.spec as FeedforwardSpec;
  let h: Float64Array = Float64Array.from(inputs);
  for (let l = 0; l < depth; l++) {
    const weight = Float64Array.from(normed.parameters.get(`layers.${l}.weight`));
    const bias = Float64Array.from(normed.parameters.get(`layers.${l}.bias`));
    const gamma = normed.parameters.get(`norms.${l}.weight`);
    const beta = normed.parameters.get(`norms.${l}.bias`);
    const width = bias.length;
    const fanIn = weight.length / width;
    const a = affine({ weight, bias }, h, batch);
    for (let i = 0; i < width; i++) {
      let [sum, squares] = [0, 0];
      for (let b = 0; b < batch; b++) sum += a[b * width + i];
      for (let b = 0; b < batch; b++) squares += (a[b * width + i] - sum / batch) ** 2;
      const scale = gamma[i] / Math.sqrt(squares / batch + EPSILON);
      for (let j = 0; j < fanIn; j++) weight[i * fanIn + j] *= scale;
      bias[i] = (bias[i] - sum / batch) * scale + beta[i];
    }
    plain.parameters.set(`layers.${l}.weight`, weight);
    plain.parameters.set(`layers.${l}.bias`, bias);
    h = affine({ weight, bias }, h, batch).map(sigmoid);
  }
  for (const name of ["readout.weight", "readout.bias"]) plain.parameters.set(name, normed.parameters.get(name));
}
