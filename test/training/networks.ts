/** Networks of every kind of the core, each with a batch, for tests of training. */
import { CELLS, NORMS, RESIDUALS } from "../../src/catalogue/index.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { classes, normals } from "../oracle/draw.ts";

/** X, Y and B: none a multiple of four. */
const [X, Y, B, T] = [3, 5, 9, 7];

const RECURRENT: NetworkInput[] = [
  ...CELLS.map((cell) => ({ kind: "recurrent", cell, hidden: 6 }) as const),
  { kind: "recurrent", cell: "gru", hidden: 5, layers: 2, bidirectional: true },
  { kind: "recurrent", cell: "lstm", hidden: 4, norm: "layer" },
];
const FEEDFORWARD: NetworkInput[] = RESIDUALS.flatMap((residual, i) =>
  NORMS.map((norm, j) => {
    const activation = (["tanh", "relu", "prelu"] as const)[(i + j) % 3];
    return { kind: "feedforward", width: 5, depth: 4, residual, norm, activation } as const;
  }),
);

export const EVERY_KIND: readonly NetworkInput[] = [...RECURRENT, ...FEEDFORWARD];

export const title = (spec: NetworkInput): string => Object.values(spec).join(" ");

export function networkOf(spec: NetworkInput, seed = 1): Network {
  return createNetwork(spec, { seed, inputs: X, outputs: Y });
}

/** Cross-entropy for every second seed, at every step of a sequence for every third. */
export function batchFor(spec: NetworkInput, seed: number): Batch {
  const recurrent = spec.kind === "recurrent";
  const every = recurrent && seed % 3 === 0;
  const rows = B * (every ? T : 1);
  const real = seed % 2 === 1;
  return {
    name: "test",
    batch: B,
    ...(recurrent ? { steps: T } : {}),
    inputSize: X,
    outputSize: Y,
    inputs: Float32Array.from(normals(B * X * (recurrent ? T : 1), seed, "inputs")),
    targets: real ? Float32Array.from(normals(rows * Y, seed, "targets")) : Int32Array.from(classes(rows, Y, seed + 1)),
    loss: real ? "mse" : "cross_entropy",
    lossAt: every ? "every" : "last",
  };
}
