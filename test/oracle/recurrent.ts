/**
 * A stack of recurrent layers over T steps, forward and backward, one sample and one step at a time.
 * Axes: B batch · T steps · L layers · X inputs · H hidden · Y outputs · D directions (1, or 2 bidirectional).
 *
 *   h_t^l = cell(x_t^l, h_{t−1}^l),  x_t^0 = x_t,  x_t^{l+1} = [h_t^l of every direction],  h_{−1} = c_{−1} = 0
 *   z_t = W_out h_t^{L−1} + b_out,  L = loss(z_{T−1}) or loss(z_0 … z_{T−1})
 *
 * Decisions:
 * - A reversed direction (`_reverse` names) starts from zero state at t = T−1; its arrays are indexed by t like
 *   everyone's. Its ledger and contributions too run by t; ledger interval s then leads from δ_s to δ_{s+1}.
 * - "Last step" of a bidirectional stack is t = T−1 of both directions, PyTorch's `output[-1]`: the reversed one has
 *   seen x_{T−1} only. The readout is `[Y, D·H]`.
 * - Without `readout.weight` among the parameters there is no readout: the targets meet h itself, Y = D·H.
 * - Without targets, or with loss "none": L = (1/B) Σ_b Σ_i h_{T−1,b,i} over all D·H units of the top layer; a readout
 *   is bypassed and its gradient is zero. `lossAt` is then ignored.
 * - A loss at every step is the mean over T·B rows.
 */
import type { CellName, LossName } from "../../src/spec/names.ts";
import { sigmoid } from "./activations.ts";
import type { Cell, CellWeights, Step, StepAdjoint } from "./cell.ts";
import { elman } from "./elman.ts";
import { gru } from "./gru.ts";
import type { OracleLedger } from "./ledger.ts";
import { addInto, addOuter, norm, sum, times, transposedTimes, zeros } from "./linear.ts";
import { LOSS, sumOverUnits } from "./losses.ts";
import { type LstmStep, lstm } from "./lstm.ts";
import { recurrentLedger } from "./recurrent-ledger.ts";
import { flatten, named, type Parameters, rows, tensor, type Vector, zerosLike } from "./tensor.ts";

/** The fields of a RecurrentSpec the oracle reads. */
export interface RecurrentOracleSpec {
  readonly cell: CellName;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional?: boolean | undefined;
}

/** A Batch, its numbers in any array. */
export interface RecurrentOracleBatch {
  readonly batch: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly inputs: ArrayLike<number>; // [T, B, X]
  readonly targets?: ArrayLike<number> | undefined; // [B, Y] or [T, B, Y]; class indices [B] or [T, B]
  readonly loss: LossName;
  readonly lossAt: "last" | "every";
}

/** A state to shift by `by` during the forward pass, for differences of L in h or c. */
export interface Nudge {
  readonly of: "h" | "c";
  /** `l0`, `l0_reverse`, `l1` … */
  readonly suffix: string;
  readonly t: number;
  readonly b: number;
  readonly i: number;
  readonly by: number;
}

/** One layer in one direction. */
export interface RecurrentLayer {
  /** `l0`, `l0_reverse`, `l1` …: the ending of its parameters' names. */
  readonly suffix: string;
  readonly hidden: Float64Array; // h [T, B, H]
  readonly delta: Float64Array; // ∂L/∂h_t, by every path [T, B, H]
  readonly lnGradientNorm: Float64Array; // ln ‖δ_t‖_F [T]
  readonly cell?: Float64Array; // an LSTM's c [T, B, H]
  readonly deltaCell?: Float64Array; // its ∂L/∂c_t, by every path [T, B, H]
  readonly lnCellGradientNorm?: Float64Array; // [T]
  /** ‖step t's own contribution to ∂L/∂W_hh‖_F, summed over the batch; zero at the first step, where h' = 0. */
  readonly contributions: Float64Array; // [T]
  readonly ledger: OracleLedger; // [T − 1]
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
  const { batch: B, steps: T } = batch;
  const trace = forward(spec, parameters, batch, nudge);
  const gradients = zerosLike(parameters);
  const top = trace.output; // [T][B][D·H]

  // ∂L/∂(top layer's output) at every step
  const injected = top.map((states) => states.map((h) => zeros(h.length)));
  if (batch.loss === "none" || batch.targets === undefined) {
    const { loss, gradient } = sumOverUnits(top[T - 1]);
    injected[T - 1] = gradient;
    return finish(spec, parameters, batch, trace, injected, gradients, loss, null);
  }
  const firstStep = batch.lossAt === "every" ? 0 : T - 1;
  const h = top.slice(firstStep).flat(); // N rows
  const W = parameters["readout.weight"];
  const z = W === undefined ? h : h.map((row) => sum(times(W, row), [...named(parameters, "readout.bias").data]));
  const { loss, gradient } = LOSS[batch.loss](z, batch.targets);
  gradient.forEach((dz, n) => {
    if (W !== undefined) {
      addOuter(gradients["readout.weight"], dz, h[n]);
      addInto(gradients["readout.bias"], dz);
    }
    injected[firstStep + Math.floor(n / B)][n % B] = W === undefined ? dz : transposedTimes(W, dz);
  });
  return finish(spec, parameters, batch, trace, injected, gradients, loss, flatten(z));
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
  const trace = forward(spec, parameters, batch);
  const injected = trace.output.map((states) => states.map((h) => zeros(h.length)));
  injected[batch.steps - 1] = rows(cotangents, trace.output[0][0].length);
  return finish(spec, parameters, batch, trace, injected, zerosLike(parameters), Number.NaN, null);
}

const cellOf = (name: CellName): Cell => (name === "lstm" ? lstm : name === "gru" ? gru : elman(name));

const weightsOf = (parameters: Parameters, suffix: string): CellWeights => ({
  ih: named(parameters, `rnn.weight_ih_${suffix}`),
  hh: named(parameters, `rnn.weight_hh_${suffix}`),
  bih: named(parameters, `rnn.bias_ih_${suffix}`),
  bhh: named(parameters, `rnn.bias_hh_${suffix}`),
});

/** One layer in one direction, forward. */
interface LayerTrace {
  readonly suffix: string;
  readonly reverse: boolean;
  readonly input: Vector[][]; // [T][B][X or D·H]
  readonly steps: Step[][]; // [T][B]
}

interface Trace {
  readonly layers: LayerTrace[];
  readonly output: Vector[][]; // top layer, directions concatenated [T][B][D·H]
}

const zeroState = (H: number): Step => ({ h: zeros(H), c: zeros(H) });

function forward(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  { batch: B, steps: T, inputSize: X, inputs }: RecurrentOracleBatch,
  nudge?: Nudge,
): Trace {
  const cell = cellOf(spec.cell);
  const samples = rows(inputs, X);
  let input = Array.from({ length: T }, (_, t) => samples.slice(t * B, (t + 1) * B)); // [T][B][X]
  const layers: LayerTrace[] = [];
  for (let l = 0; l < spec.layers; l++) {
    const directions = (spec.bidirectional ? [false, true] : [false]).map((reverse): LayerTrace => {
      const suffix = `l${l}${reverse ? "_reverse" : ""}`;
      const weights = weightsOf(parameters, suffix);
      const steps: Step[][] = new Array(T);
      let previous = Array.from({ length: B }, () => zeroState(spec.hidden));
      for (let k = 0; k < T; k++) {
        const t = reverse ? T - 1 - k : k;
        steps[t] = input[t].map((x, b) => {
          const p = sum(times(weights.ih, x), [...weights.bih.data]);
          const r = sum(times(weights.hh, previous[b].h), [...weights.bhh.data]);
          const step = cell.forward(p, r, previous[b]);
          if (nudge?.suffix === suffix && nudge.t === t && nudge.b === b) return nudged(step, nudge);
          return step;
        });
        previous = steps[t];
      }
      return { suffix, reverse, input, steps };
    });
    layers.push(...directions);
    input = input.map((states, t) => states.map((_, b) => directions.flatMap(({ steps }) => steps[t][b].h)));
  }
  return { layers, output: input };
}

/** The step with h_i shifted; or with c_i shifted, and h = o ⊙ tanh(c) following it. */
function nudged(step: Step, { of, i, by }: Nudge): Step {
  if (of === "h") return { ...step, h: step.h.map((value, unit) => (unit === i ? value + by : value)) };
  const c = step.c.map((value, unit) => (unit === i ? value + by : value));
  const h = c.map((value, unit) => sigmoid((step as LstmStep).ao[unit]) * Math.tanh(value));
  return { ...step, c, h };
}

/** Back through every layer, top first, from ∂L/∂(top output). */
function finish(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  { batch: B, steps: T, inputSize: X }: RecurrentOracleBatch,
  trace: Trace,
  injected: Vector[][],
  gradients: Parameters,
  loss: number,
  outputs: Float64Array | null,
): RecurrentResult {
  const H = spec.hidden;
  const layers: RecurrentLayer[] = new Array(trace.layers.length);
  const D = spec.bidirectional ? 2 : 1;
  let external = injected; // ∂L/∂(layer's output) from above [T][B][D·H]
  for (let l = spec.layers - 1; l >= 0; l--) {
    const width = l === 0 ? X : D * H;
    const below = Array.from({ length: T }, () => Array.from({ length: B }, () => zeros(width)));
    for (let d = 0; d < D; d++) {
      const own = external.map((states) => states.map((u) => u.slice(d * H, (d + 1) * H)));
      const layer = trace.layers[l * D + d];
      layers[l * D + d] = layerBackward(spec, parameters, layer, own, l === spec.layers - 1, gradients, below);
    }
    external = below;
  }
  const lnGradientNorm = Float64Array.from({ length: T }, (_, t) =>
    Math.log(norm(layers.map(({ delta }) => delta.subarray(t * B * H, (t + 1) * B * H)))),
  );
  return { loss, outputs, lnGradientNorm, layers, gradients, inputGradient: flatten(external.flat()) };
}

/**
 * One layer in one direction, from its last step to its first:
 *   δ_t = external_t + (W_hhᵀ hiddenSide + carry)_{later step};  ∂W_hh += hiddenSide h'ᵀ;  ∂W_ih += inputSide xᵀ
 *
 * @param below ∂L/∂(layer's input), added to `[T][B][X or D·H]`
 */
function layerBackward(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  layer: LayerTrace,
  external: Vector[][],
  isTop: boolean,
  gradients: Parameters,
  below: Vector[][],
): RecurrentLayer {
  const { suffix, reverse, input, steps } = layer;
  const [T, B, H] = [steps.length, steps[0].length, spec.hidden];
  const cell = cellOf(spec.cell);
  const weights = weightsOf(parameters, suffix);
  const into = weightsOf(gradients, suffix);
  const delta: Vector[][] = new Array(T);
  const adjoints: StepAdjoint[][] = new Array(T);
  const contributions = new Float64Array(T);
  let later = Array.from({ length: B }, () => zeroState(H)); // ∂L/∂h_t, ∂L/∂c_t by the later step
  for (let k = T - 1; k >= 0; k--) {
    const t = reverse ? T - 1 - k : k;
    const previous = k === 0 ? undefined : steps[reverse ? t + 1 : t - 1];
    delta[t] = external[t].map((u, b) => sum(u, later[b].h));
    const share = tensor([cell.gates * H, H]); // step t's own ∂W_hh
    adjoints[t] = steps[t].map((step, b) => {
      const before = previous?.[b] ?? zeroState(H);
      const adjoint = cell.backward(step, before, delta[t][b], later[b].c);
      addOuter(into.ih, adjoint.inputSide, input[t][b]);
      addInto(into.bih, adjoint.inputSide);
      addOuter(share, adjoint.hiddenSide, before.h);
      addInto(into.bhh, adjoint.hiddenSide);
      below[t][b] = sum(below[t][b], transposedTimes(weights.ih, adjoint.inputSide));
      return adjoint;
    });
    addInto(into.hh, [...share.data]);
    contributions[t] = norm([share.data]);
    later = adjoints[t].map(({ hiddenSide, carry, previousCell }) => ({
      h: sum(transposedTimes(weights.hh, hiddenSide), carry),
      c: previousCell,
    }));
  }
  const isLstm = spec.cell === "lstm";
  const lnNorms = (values: Vector[][]) => Float64Array.from(values, (states) => Math.log(norm(states)));
  const deltaCell = adjoints.map((states) => states.map((adjoint) => adjoint.deltaCell));
  return {
    suffix,
    hidden: flatten(steps.flat().map(({ h }) => h)),
    delta: flatten(delta.flat()),
    lnGradientNorm: lnNorms(delta),
    ...(isLstm && {
      cell: flatten(steps.flat().map(({ c }) => c)),
      deltaCell: flatten(deltaCell.flat()),
      lnCellGradientNorm: lnNorms(deltaCell),
    }),
    contributions,
    ledger: recurrentLedger(spec.cell, reverse, weights.hh, steps, external, delta, adjoints, isTop),
  };
}
