import { isClassLoss } from "../../../src/catalogue/index.ts";
import { expect } from "vitest";
import { createNetwork, type Network, type NetworkOptions } from "../../../src/network/create.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import type { RecurrentGolden } from "../../golden/read.ts";
import { normals } from "../../oracle/draw.ts";
import type { Parameters, Tensor } from "../../oracle/tensor.ts";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: vitest's own signature
  interface Assertion<T = any> {
    /** Every value within `tolerance`; ±∞ and NaN at the same places. */
    toBeCloseToArray(expected: ArrayLike<number>, tolerance: number): T;
  }
}

expect.extend({
  toBeCloseToArray(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
    let worst = received.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
    let place = 0;
    for (let i = 0; i < expected.length; i++) {
      const error = Object.is(received[i], expected[i]) ? 0 : Math.abs(received[i] - expected[i]);
      if (!(error <= worst)) {
        worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
        place = i;
      }
    }
    const message = () =>
      `off by ${worst} at ${place} of ${expected.length}: ${received[place]}, not ${expected[place]}`;
    return { pass: worst <= tolerance, message };
  },
});

/** A network with these parameters. */
export function networkOf(spec: NetworkInput, parameters: Parameters, options: NetworkOptions = {}): Network {
  const network = createNetwork(spec, options);
  expect([...network.parameters.names].sort()).toEqual(Object.keys(parameters).sort());
  for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
  return network;
}

/** A golden file's batch as the library takes it. */
export function batchOf({ name, batch, inputs, targets }: RecurrentGolden): Batch {
  const values = targets && (isClassLoss(batch.loss) ? Int32Array.from(targets.data) : Float32Array.from(targets.data));
  return { name, ...batch, inputs: Float32Array.from(inputs.data), targets: values } as Batch;
}

/** [T, B, H] → ln of the Frobenius norm at every step. */
export function lnNorms({ shape: [T], data }: Tensor): Float64Array {
  const size = data.length / T;
  return Float64Array.from({ length: T }, (_, t) => Math.log(Math.hypot(...data.subarray(t * size, (t + 1) * size))));
}

/** ln of the norm of each of X columns. */
export const lnColumns = (data: ArrayLike<number>, X: number): Float64Array =>
  Float64Array.from({ length: X }, (_, k) => Math.log(Math.hypot(...Array.from(data).filter((_, i) => i % X === k))));

/** Standard normal inputs and targets, squared error; without `Y` no targets. */
export function randomBatch(size: {
  B: number;
  T: number;
  X: number;
  Y?: number;
  lossAt?: "last" | "every";
  seed: number;
}): Batch & { steps: number } {
  const { B, T, X, Y, lossAt = "last", seed } = size;
  const batch = {
    name: "random",
    batch: B,
    steps: T,
    inputSize: X,
    inputs: Float32Array.from(normals(T * B * X, seed, "inputs")),
    lossAt,
  };
  if (Y === undefined) return { ...batch, loss: "none" };
  const rows = lossAt === "every" ? T * B : B;
  return { ...batch, loss: "mse", outputSize: Y, targets: Float32Array.from(normals(rows * Y, seed, "targets")) };
}
