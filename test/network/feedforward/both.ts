/** The same network and batch through the core and through the float64 oracle. */
import type { LossName } from "../../../src/catalogue/index.ts";
import type { GradientFlow } from "../../../src/flow/index.ts";
import { createNetwork, type MeasureOptions, type Network } from "../../../src/network/create.ts";
import { random } from "../../../src/base/random.ts";
import type { FeedforwardInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { drawParameters } from "../../oracle/draw.ts";
import {
  type FeedforwardOracleSpec,
  type FeedforwardResult,
  runFeedforward,
  transportFeedforward,
} from "../../oracle/feedforward.ts";
import { feedforwardShapes } from "../../oracle/shapes.ts";
import { type Parameters, tensor } from "../../oracle/tensor.ts";

/** A spec with all keys that the oracle reads, and the sizes of its batch. */
export interface Case {
  readonly spec: FeedforwardOracleSpec;
  /** B, X and Y; `outputs` null for no readout. */
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number | null;
  readonly loss: LossName;
  readonly seed: number;
  readonly kept?: readonly boolean[];
}

export interface Setup {
  readonly network: Network;
  /** The numbers of the core in float64; every value is a float32. */
  readonly parameters: Parameters;
  readonly batch: Batch;
  readonly testCase: Case;
}

/** Y of the targets. */
export const lastWidth = ({ width }: FeedforwardOracleSpec) =>
  typeof width === "number" ? width : (width.at(-1) as number);

export function setUp(testCase: Case): Setup {
  const { spec, inputs, outputs, seed } = testCase;
  const network = createNetwork({ kind: "feedforward", ...spec, inputs } as FeedforwardInput, {
    seed,
    outputs,
    kept: testCase.kept,
  });
  const drawn = drawParameters(feedforwardShapes(spec, inputs, outputs ?? 0), seed);
  const parameters: Parameters = Object.fromEntries(
    Object.entries(drawn).map(([name, { shape, data }]) => [name, tensor(shape, data.map(Math.fround))]),
  );
  for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
  return { network, parameters, batch: drawBatch(testCase), testCase };
}

/** Normal inputs, and targets in the form of the loss. */
export function drawBatch({ spec, batch: B, inputs: X, outputs, loss, seed }: Case): Batch {
  const stream = random(seed, "test/batch");
  const Y = outputs ?? lastWidth(spec);
  const inputs = Float32Array.from({ length: B * X }, () => stream.normal());
  const common = { name: "test", batch: B, inputSize: X, inputs, loss, lossAt: "last" as const };
  switch (loss) {
    case "none":
      return common;
    case "mse":
    case "huber":
    case "mae":
      return { ...common, outputSize: Y, targets: Float32Array.from({ length: B * Y }, () => stream.normal()) };
    case "binary_cross_entropy":
      return { ...common, outputSize: Y, targets: Float32Array.from({ length: B * Y }, () => stream.uniform()) };
    default:
      return { ...common, outputSize: Y, targets: Int32Array.from({ length: B }, () => stream.below(Y)) };
  }
}

export function runOracle({ testCase, parameters, batch }: Setup): FeedforwardResult {
  return runFeedforward(testCase.spec, parameters, { ...batch, kept: testCase.kept, maskSeed: testCase.seed });
}

export function probeOracle({ testCase, parameters, batch }: Setup, cotangents: ArrayLike<number>): FeedforwardResult {
  return transportFeedforward(
    testCase.spec,
    parameters,
    { ...batch, kept: testCase.kept, maskSeed: testCase.seed },
    cotangents,
  );
}

/** One pass of the core. The caller disposes of its network. */
export const runCore = ({ network, batch }: Setup, options?: MeasureOptions): GradientFlow =>
  network.propagate(batch, options);
