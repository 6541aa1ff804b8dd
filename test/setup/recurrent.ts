/** One recurrent network and batch, run by the core and by the oracle. */
import type { CellName } from "../../src/catalogue/index.ts";
import { createNetwork, type MeasureOptions, type Network } from "../../src/network/create.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import type { Engine } from "../../src/wasm/engine.ts";
import { classes, drawParameters } from "../oracle/draw.ts";
import { type RecurrentOracleBatch, type RecurrentResult, runRecurrent } from "../oracle/recurrent.ts";
import { recurrentShapes } from "../oracle/shapes.ts";
import { type Parameters, tensor } from "../oracle/tensor.ts";
import { normals } from "./numbers.ts";

export interface Case {
  readonly cell: CellName;
  readonly H: number;
  readonly L: number;
  readonly X: number;
  /** Y; null without a readout, when the targets are compared with h. */
  readonly Y: number | null;
  readonly B: number;
  readonly T: number;
  readonly loss: "mse" | "cross_entropy" | "none";
  readonly lossAt: "last" | "every";
  readonly seed: number;
}

/** Parameters and data of a case; every number is a float32. */
export interface Drawn {
  readonly parameters: Parameters;
  readonly batch: Batch;
}

/** Parameters rounded to float32. */
export const rounded = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [name, tensor(shape, Float32Array.from(data))]),
  );

export const oracleSpec = ({ cell, H, L }: Pick<Case, "cell" | "H" | "L">) => ({ cell, hidden: H, layers: L });

export function draw(testCase: Case): Drawn {
  const { X, Y, H, B, T, loss, lossAt, seed } = testCase;
  const parameters = rounded(drawParameters(recurrentShapes(oracleSpec(testCase), X, Y ?? 0), seed));
  const rows = lossAt === "every" ? T * B : B;
  const outputs = Y ?? H;
  const targets = loss === "mse" ? normals(rows * outputs, seed + 1) : classes(rows, outputs, seed + 1);
  return {
    parameters,
    batch: {
      name: "test",
      batch: B,
      steps: T,
      inputSize: X,
      inputs: normals(T * B * X, seed + 2),
      loss,
      lossAt: loss === "none" ? "last" : lossAt,
      ...(loss === "none" ? {} : { targets, outputSize: outputs }),
    },
  };
}

export const asOracle = (batch: Batch): RecurrentOracleBatch => ({
  ...batch,
  steps: batch.steps as number,
  targets: batch.targets,
});

export const oracle = (testCase: Case, { parameters, batch }: Drawn): RecurrentResult =>
  runRecurrent(oracleSpec(testCase), parameters, asOracle(batch));

export interface CoreOptions {
  readonly seed?: number;
  readonly memoryLimit?: number;
  readonly engine?: Engine;
}

/** The network with the given parameters. The caller disposes of it. */
export function network(
  { cell, H, L, X, Y }: Pick<Case, "cell" | "H" | "L" | "X" | "Y">,
  parameters: Parameters,
  options: CoreOptions = {},
): Network {
  const made = createNetwork({ kind: "recurrent", cell, hidden: H, layers: L }, { ...options, inputs: X, outputs: Y });
  for (const [name, { data }] of Object.entries(parameters)) made.parameters.set(name, data);
  return made;
}

/** Flow and every gradient of one pass. */
export function run(
  testCase: Case,
  { parameters, batch }: Drawn,
  measure: MeasureOptions = {},
  options: CoreOptions = {},
) {
  const made = network(testCase, parameters, options);
  try {
    const flow = made.propagate(batch, measure);
    const gradients = Object.fromEntries(made.gradients.names.map((name) => [name, made.gradients.get(name)]));
    const lnNorms = Object.fromEntries(made.gradients.names.map((name) => [name, made.gradients.lnNorm(name)]));
    return { flow, gradients, lnNorms, memoryBytes: made.memoryBytes };
  } finally {
    made.dispose();
  }
}
