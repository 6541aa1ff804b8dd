import { expect } from "vitest";
import type { Batch } from "../../src/tasks/index.ts";

export { refusal } from "../formats/helpers.ts";

export const mean = (data: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum / data.length;
};

/** Asserts that independent `values` have this mean, to four of its standard errors. */
export function expectMean(values: ArrayLike<number>, expected: number): void {
  const average = mean(values);
  const error = Math.sqrt(squaredError(values, () => average) / values.length);
  expect(Math.abs(average - expected) / error).toBeLessThan(4);
}

/** Mean squared error of `guess` on real targets. */
export function squaredError(targets: ArrayLike<number>, guess: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (targets[i] - guess(i)) ** 2;
  return sum / targets.length;
}

/** Mean −ln p(class) of a predictor that answers `probability(index, class)`. */
export function crossEntropy(targets: ArrayLike<number>, probability: (index: number, cls: number) => number): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum -= Math.log(probability(i, targets[i]));
  return sum / targets.length;
}

/** The category of a one-hot input; −1 if it is not one-hot. */
export function category(batch: Batch, t: number, b: number): number {
  const X = batch.inputSize;
  const row = batch.inputs.subarray((t * batch.batch + b) * X, (t * batch.batch + b + 1) * X);
  const found = row.indexOf(1);
  return row.reduce((sum, value) => sum + Math.abs(value), 0) === 1 ? found : -1;
}

/** All numbers of sample b: its inputs at every step, then its targets. */
export function sample(batch: Batch, b: number): number[] {
  const B = batch.batch;
  const values: number[] = [];
  const gather = (data: ArrayLike<number>, outer: number, width: number) => {
    for (let t = 0; t < outer; t++) for (let x = 0; x < width; x++) values.push(data[(t * B + b) * width + x]);
  };
  const T = batch.steps ?? 1;
  gather(batch.inputs, T, batch.inputSize);
  const targets = batch.targets as Float32Array | Int32Array;
  const outer = batch.lossAt === "every" ? T : 1;
  gather(targets, outer, targets.length / (outer * B));
  return values;
}
