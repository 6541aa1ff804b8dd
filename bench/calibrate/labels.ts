import { createTrainer } from "../../src/training/trainer.ts";
import { measure, type Measured } from "./measure.ts";
import { networkOf } from "./network.ts";
import { type Fault, labeled, type Plant, valuesOf, withParameters } from "./plant.ts";

/**
 * The labels a row asks for, made from what the network answers; and the readout they go with.
 *
 * - constant: one number for all samples;
 * - teacher: what the network answers, so that it has converged;
 * - fitted: the row's own labels, the readout solved to answer them: the least w with h w = y, by the Gram matrix of the batch;
 * - trained: the row's own labels, the whole network trained on them by Adam until a thousandth of their variance is left;
 * - plateau: a readout of a thousandth its size whose bias is the labels' mean.
 */
export function relabel(plant: Plant, { labels = "random" }: Fault): { plant: Plant; measured: Measured } {
  const measured = measure(plant);
  const targets = plant.batch.targets as Float32Array;
  const answering = (values: ArrayLike<number>) => ({
    plant: { ...plant, batch: { ...plant.batch, ...labeled(Float32Array.from(values)) } },
    measured,
  });
  const B = plant.batch.batch;
  switch (labels) {
    case "random":
      return { plant, measured };
    case "constant":
      return answering(targets.map(() => 0.75)); // a float32 as it is: their variance is exactly 0
    case "teacher":
      return answering(measured.outputs);
    case "fitted": {
      const H = measured.last.length / B;
      const h = (b: number) => measured.last.subarray(b * H, (b + 1) * H);
      const bias = targets.reduce((a, b) => a + b, 0) / B;
      const gram = Array.from({ length: B }, (_, b) => Array.from({ length: B }, (_, c) => dot(h(b), h(c))));
      const weights = solve(
        gram,
        Array.from(targets, (y) => y - bias),
      );
      const readout = Float32Array.from({ length: H }, (_, i) => weights.reduce((sum, w, b) => sum + w * h(b)[i], 0));
      return withReadout(plant, readout, bias);
    }
    case "trained": {
      const changed = trained(plant);
      return { plant: changed, measured: measure(changed) };
    }
    case "plateau": {
      const readout = valuesOf(plant, "readout.weight").map((w) => w * 1e-3);
      return withReadout(plant, readout, targets.reduce((a, b) => a + b, 0) / B);
    }
  }
}

/** A thousandth of the labels' variance: far below the limit of a converged run, so rounding does not decide. */
const TRAINED = 1e-3;
const MOST_UPDATES = 1000;

function trained(plant: Plant): Plant {
  const network = networkOf(plant);
  const trainer = createTrainer(network, { optimizer: { name: "adam", learningRate: 3e-3 } });
  try {
    const enough = TRAINED * (plant.batch.baseline as number);
    for (let update = 0; update < MOST_UPDATES && trainer.step(plant.batch).loss > enough; update++);
  } finally {
    trainer.dispose();
  }
  const changed = withParameters(
    plant,
    network.parameters.names.map((name) => [name, network.parameters.get(name)] as const),
  );
  network.dispose();
  return changed;
}

function withReadout(plant: Plant, weight: Float32Array, bias: number): { plant: Plant; measured: Measured } {
  const changed = withParameters(plant, [
    ["readout.weight", weight],
    ["readout.bias", Float32Array.of(bias)],
  ]);
  return { plant: changed, measured: measure(changed) };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Solves A x = b by Gaussian elimination with pivots. */
function solve(A: readonly number[][], b: readonly number[]): number[] {
  const n = b.length;
  const rows = A.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let j = k + 1; j < n; j++) rest -= rows[k][j] * x[j];
    x[k] = rest / rows[k][k];
  }
  return x;
}
