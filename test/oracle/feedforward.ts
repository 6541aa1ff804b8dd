/**
 * A deep feed-forward network with its loss: every gradient, δ at every station, the ledger. The equations of the
 * layers, with their decisions, are in feedforward-forward.ts; the ledger's entries are in feedforward-backward.ts.
 *
 * Without `readout.weight` among the parameters the targets meet h_{L−1} itself. Without targets, or with loss "none",
 * L = (1/B) Σ_b Σ_i h_{L−1,b,i}; a readout is bypassed and its gradient is zero.
 */
import type { LossName, LossOptions } from "../../src/catalogue/index.ts";
import { type Backward, backward } from "./feedforward-backward.ts";
import { type FeedforwardOracleSpec, forward, type StationNudge, type Tape } from "./feedforward-forward.ts";
import type { OracleLedger } from "./ledger.ts";
import { norm } from "./linear.ts";
import { LOSS, sumOverUnits } from "./losses.ts";
import { masksOf, maskWords } from "./masks.ts";
import { type Learned, linear } from "./operations.ts";
import { flatten, type Parameters, rows, type Vector, zerosLike } from "./tensor.ts";

export type { FeedforwardOracleSpec, StationNudge };

/** A Batch, its numbers in any array. */
export interface FeedforwardOracleBatch {
  readonly batch: number;
  readonly inputSize: number;
  readonly inputs: ArrayLike<number>; // [B, X]
  readonly targets?: ArrayLike<number> | undefined; // [B, Y], or class indices [B]
  readonly loss: LossName;
  readonly lossOptions?: LossOptions | undefined;
  /** Stochastic depth: whether block k's branch is kept; all are when left out. */
  readonly kept?: readonly boolean[] | undefined;
  /** Dropout: the seed of the network that draws its masks; 0 where left out. */
  readonly maskSeed?: number | undefined;
}

/** The defaults: a small network with every option off. */
export const PLAIN: FeedforwardOracleSpec = {
  width: 4,
  depth: 4,
  activation: "tanh",
  norm: "none",
  normPosition: "before",
  residual: "none",
  blockLayers: 1,
  activationPosition: "branch",
  stochasticDepth: 0,
};

export interface FeedforwardStation {
  readonly hidden: Float64Array; // h_l [B, H]
  readonly delta: Float64Array; // ∂L/∂h_l, by every path [B, H]
  /** The argument of layer l's φ; undefined for the linear stem of activationPosition pre. */
  readonly preactivation: Float64Array | undefined; // [B, ·]
}

export interface FeedforwardResult {
  /** NaN for a transport run, which has no loss. */
  readonly loss: number;
  readonly outputs: Float64Array | null; // z [B, Y]; null without targets
  readonly lnGradientNorm: Float64Array; // ln ‖δ_l‖_F [L]
  readonly layers: readonly FeedforwardStation[]; // [L]
  readonly gradients: Parameters;
  readonly inputGradient: Float64Array; // ∂L/∂x [B, X]
  readonly ledger: OracleLedger; // [L − 1]
}

/** Loss, stations, every gradient. */
export function runFeedforward(
  spec: FeedforwardOracleSpec,
  parameters: Parameters,
  batch: FeedforwardOracleBatch,
): FeedforwardResult {
  const gradients = zerosLike(parameters);
  const { tape, z, loss, last } = upToLoss(spec, { values: parameters, gradients }, batch);
  return result(tape, backward(spec, tape, last()), gradients, loss, z);
}

const masksFor = (spec: FeedforwardOracleSpec, { maskSeed = 0 }: FeedforwardOracleBatch) =>
  masksOf(spec, maskWords(maskSeed));

/** The loss alone. */
export const lossOfFeedforward = (
  spec: FeedforwardOracleSpec,
  parameters: Parameters,
  batch: FeedforwardOracleBatch,
  nudge?: StationNudge,
): number => upToLoss(spec, { values: parameters, gradients: {} }, batch, nudge).loss;

/** The forward pass and its loss; `last` is ∂L/∂h_{L−1}. */
function upToLoss(spec: FeedforwardOracleSpec, learned: Learned, batch: FeedforwardOracleBatch, nudge?: StationNudge) {
  const tape = forward(spec, learned, rows(batch.inputs, batch.inputSize), batch.kept, nudge, masksFor(spec, batch));
  const h = tape.stations.at(-1)!;
  if (batch.loss === "none" || batch.targets === undefined) {
    const { loss, gradient } = sumOverUnits(h);
    return { tape, z: null, loss, last: () => gradient };
  }
  const readout = "readout.weight" in learned.values ? linear(learned, "readout", h) : null;
  const z = readout?.output ?? h;
  const { loss, gradient } = LOSS[batch.loss](z, batch.targets, batch.lossOptions);
  return { tape, z, loss, last: () => readout?.adjoint(gradient) ?? gradient };
}

/**
 * The transport probe: the profile of a cotangent on h_{L−1}, whatever the loss.
 *
 * @param cotangents `[B, H]`
 */
export function transportFeedforward(
  spec: FeedforwardOracleSpec,
  parameters: Parameters,
  batch: FeedforwardOracleBatch,
  cotangents: ArrayLike<number>,
): FeedforwardResult {
  const gradients = zerosLike(parameters);
  const x = rows(batch.inputs, batch.inputSize);
  const tape = forward(spec, { values: parameters, gradients }, x, batch.kept, undefined, masksFor(spec, batch));
  const last = rows(cotangents, tape.stations.at(-1)![0].length);
  return result(tape, backward(spec, tape, last), gradients, Number.NaN, null);
}

function result(
  { stations, preactivations }: Tape,
  { deltas, inputGradient, ledger }: Backward,
  gradients: Parameters,
  loss: number,
  z: Vector[] | null,
): FeedforwardResult {
  return {
    loss,
    outputs: z && flatten(z),
    lnGradientNorm: Float64Array.from(deltas, (delta) => Math.log(norm(delta))),
    layers: stations.map((h, l) => ({
      hidden: flatten(h),
      delta: flatten(deltas[l]),
      preactivation: preactivations[l] && flatten(preactivations[l]),
    })),
    gradients,
    inputGradient: flatten(inputGradient),
    ledger,
  };
}
