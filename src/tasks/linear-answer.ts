import { finish } from "../base/time-slicing.ts";
import type { Batch } from "./batch.ts";
import type { SampleContext, Sampler } from "./task.ts";

/** Samples of the fit. The error of the estimated loss is about √(2/512), 6 %. */
const SAMPLES = 512;
/** Most inputs of a sample, so that every weight has eight samples and the fit takes no longer than a few passes. */
const MOST_INPUTS = 64;
/** A column whose variance the columns before it explain to this share has no weight of its own. */
const DEPENDENT = 1e-9;

/**
 * The loss of the best linear answer to a task: the lowest that a network without any nonlinearity can reach with any
 * training. It is the squared error of a least-squares fit to drawn samples, divided by its degrees of freedom. Null if
 * the task has another loss, a loss at every step, a finite set of examples, labels that carry no information, or too
 * many inputs.
 */
export function linearBaseline(sampler: Sampler, { seed }: Pick<SampleContext, "seed">): number | null {
  const { name, loss, lossAt, steps = 1, inputSize, outputSize } = sampler.outline({ batch: 1, seed });
  const inputs = steps * inputSize;
  if (sampler.data !== undefined || name === "gaussian" || loss !== "mse" || lossAt !== "last") return null;
  if (outputSize === undefined || inputs > MOST_INPUTS) return null;
  const context = { batch: SAMPLES, seed };
  const batch = sampler.inParts === undefined ? sampler(context) : finish(sampler.inParts(context));
  if (batch.lengths !== undefined || !(batch.targets instanceof Float32Array)) return null;
  return residual(batch, batch.targets, inputs, outputSize);
}

/** Mean over the outputs of the variance that the best linear function of the inputs leaves. */
function residual(batch: Batch, targets: Float32Array, inputs: number, outputs: number): number {
  const { batch: B, inputSize: X } = batch;
  const size = inputs + outputs;
  const at = (b: number, i: number) =>
    i < inputs ? batch.inputs[(Math.floor(i / X) * B + b) * X + (i % X)] : targets[b * outputs + i - inputs];
  const moments = covariance(B, size, at); // [inputs + outputs, inputs + outputs]
  const variances = Array.from({ length: size }, (_, i) => moments[i * size + i]);
  let weights = 1; // the constant
  for (let k = 0; k < inputs; k++) {
    const pivot = moments[k * size + k];
    if (!(pivot > DEPENDENT * variances[k])) continue;
    weights++;
    for (let i = k + 1; i < size; i++) {
      const factor = moments[k * size + i] / pivot;
      for (let j = i; j < size; j++) moments[i * size + j] -= factor * moments[k * size + j];
    }
  }
  let sum = 0;
  for (let i = inputs; i < size; i++) sum += Math.max(0, moments[i * size + i]);
  return ((sum / outputs) * B) / (B - weights);
}

/** The upper triangle of the covariance matrix of `size` numbers over B samples. */
function covariance(B: number, size: number, at: (b: number, i: number) => number): Float64Array {
  const moments = new Float64Array(size * size);
  const means = Float64Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let b = 0; b < B; b++) sum += at(b, i);
    return sum / B;
  });
  const row = new Float64Array(size);
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < size; i++) row[i] = at(b, i) - means[i];
    for (let i = 0; i < size; i++) for (let j = i; j < size; j++) moments[i * size + j] += (row[i] * row[j]) / B;
  }
  return moments;
}
