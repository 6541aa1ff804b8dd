/**
 * A stack of recurrent layers with its loss: every gradient, δ at every step, the ledgers. The forward pass is in
 * recurrent-forward.ts, the backward pass in recurrent-backward.ts, the ledger in recurrent-ledger.ts.
 * Axes: B batch · T steps · L layers · X inputs · H hidden · Y outputs · D directions (1, or 2 bidirectional).
 *
 *   z_t = W_out h_t^{L−1} + b_out,  L = loss(z_{T−1}) or loss(z_0 … z_{T−1})
 *
 * Decisions:
 * - "Last step" of a bidirectional stack is t = T−1 of both directions, PyTorch's `output[-1]`: the reversed one has
 *   seen x_{T−1} only. The readout is `[Y, D·H]`.
 * - Without `readout.weight` among the parameters there is no readout: the loss compares h itself with the targets, Y
 * = D·H.
 * - Without targets, or with loss "none": L = (1/B) Σ_b Σ_i h_{T−1,b,i} over all D·H units of the top layer; a readout
 *   is bypassed and its gradient is zero. `lossAt` is then ignored.
 * - A loss at every step is the mean over T·B rows.
 */
import type { LossName, LossOptions } from "../../src/catalogue/index.ts";
import { addInto, addOuter, norm, sum, times, transposedTimes, zeros } from "./linear.ts";
import { LOSS, sumOverUnits } from "./losses.ts";
import { backward, type RecurrentLayer } from "./recurrent-backward.ts";
import { forward, type Nudge, type RecurrentOracleSpec, type Trace } from "./recurrent-forward.ts";
import { flatten, named, type Parameters, rows, type Vector, zerosLike } from "./tensor.ts";

export type { Nudge, RecurrentLayer, RecurrentOracleSpec };

/** A Batch, its numbers in any array. */
export interface RecurrentOracleBatch {
  readonly batch: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly inputs: ArrayLike<number>; // [T, B, X]
  readonly targets?: ArrayLike<number> | undefined; // [B, Y] or [T, B, Y]; class indices [B] or [T, B]
  readonly loss: LossName;
  readonly lossOptions?: LossOptions | undefined;
  readonly lossAt: "last" | "every";
}

export interface RecurrentResult {
  /** NaN for a transport run, which has no loss. */
  readonly loss: number;
  /** z `[B, Y]`, or `[T, B, Y]` with a loss at every step; null without targets. */
  readonly outputs: Float64Array | null;
  /** ln of the norm of δ_t of all layers and directions together. */
  readonly lnGradientNorm: Float64Array; // [T]
  /** Bottom first, forward direction before reversed. */
  readonly layers: readonly RecurrentLayer[];
  readonly gradients: Parameters;
  readonly inputGradient: Float64Array; // ∂L/∂x [T, B, X]
}

/** Loss, states, every gradient. */
export function runRecurrent(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  batch: RecurrentOracleBatch,
  nudge?: Nudge,
): RecurrentResult {
  const trace = forward(spec, parameters, sequence(batch), nudge);
  const gradients = zerosLike(parameters);
  const top = trace.output; // [T][B][D·H]

  const { injected, loss, outputs } = injection(parameters, batch, top, gradients);
  return finish(spec, parameters, trace, injected, gradients, loss, outputs);
}

/** The loss, ∂L/∂(top layer's output) at every step `[T][B][D·H]`, and the readout's gradients, added to `gradients`. */
export function injection(
  parameters: Parameters,
  batch: RecurrentOracleBatch,
  top: Vector[][],
  gradients: Parameters,
): { injected: Vector[][]; loss: number; outputs: Float64Array | null } {
  const { batch: B, steps: T } = batch;
  const injected = top.map((states) => states.map((h) => zeros(h.length)));
  if (batch.loss === "none" || batch.targets === undefined) {
    const { loss, gradient } = sumOverUnits(top[T - 1]);
    injected[T - 1] = gradient;
    return { injected, loss, outputs: null };
  }
  const firstStep = batch.lossAt === "every" ? 0 : T - 1;
  const h = top.slice(firstStep).flat(); // N rows
  const W = parameters["readout.weight"];
  const z = W === undefined ? h : h.map((row) => sum(times(W, row), [...named(parameters, "readout.bias").data]));
  const { loss, gradient } = LOSS[batch.loss](z, batch.targets, batch.lossOptions);
  gradient.forEach((dz, n) => {
    if (W !== undefined) {
      addOuter(gradients["readout.weight"], dz, h[n]);
      addInto(gradients["readout.bias"], dz);
    }
    injected[firstStep + Math.floor(n / B)][n % B] = W === undefined ? dz : transposedTimes(W, dz);
  });
  return { injected, loss, outputs: flatten(z) };
}

/**
 * The transport probe: the profile of a cotangent on the top layer's last h, whatever the loss.
 *
 * @param cotangents `[B, D·H]`
 */
export function transportRecurrent(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  batch: RecurrentOracleBatch,
  cotangents: ArrayLike<number>,
): RecurrentResult {
  const trace = forward(spec, parameters, sequence(batch));
  const injected = trace.output.map((states) => states.map((h) => zeros(h.length)));
  injected[batch.steps - 1] = rows(cotangents, trace.output[0][0].length);
  return finish(spec, parameters, trace, injected, zerosLike(parameters), Number.NaN, null);
}

/** `[T, B, X]` → `[T][B][X]`. */
export function sequence({ batch: B, steps: T, inputSize: X, inputs }: RecurrentOracleBatch): Vector[][] {
  const samples = rows(inputs, X);
  return Array.from({ length: T }, (_, t) => samples.slice(t * B, (t + 1) * B));
}

function finish(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  trace: Trace,
  injected: Vector[][],
  gradients: Parameters,
  loss: number,
  outputs: Float64Array | null,
): RecurrentResult {
  const { layers, inputGradient } = backward(spec, parameters, trace, injected, gradients);
  const [T, B, H] = [injected.length, injected[0].length, spec.hidden];
  const lnGradientNorm = Float64Array.from({ length: T }, (_, t) =>
    Math.log(norm(layers.map(({ delta }) => delta.subarray(t * B * H, (t + 1) * B * H)))),
  );
  return { loss, outputs, lnGradientNorm, layers, gradients, inputGradient: flatten(inputGradient.flat()) };
}
