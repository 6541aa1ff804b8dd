import { CELL_TABLE, gateBias } from "../../catalogue/index.ts";
import type { Random } from "../../base/random.ts";
import type { ParameterShape } from "../parameters.ts";
import type { RecurrentSpec } from "../recurrent.ts";
import { normalVector, uniformVector } from "./draws.ts";
import { WEIGHT_INITIALISATIONS } from "./weights.ts";

/**
 * The initial value of one parameter of a recurrent network.
 * - Weights are drawn gate by gate, each gate [H, X] or [H, H] with its own fans, because gates are separate matrices
 *   that PyTorch stacks. (`torch.nn.init` of the stack would use G·H as the fan.)
 * - `init.recurrent` with `gain` draws W_hh, `init.input` with `inputGain` W_ih, and a matrix inside the step.
 * - b_ih ~ N(0, biasStd²), b_hh = 0. If `biasStd` is 0, the bias with a weight of init "pytorch" is that of PyTorch,
 *   U(±1/√H).
 * - LSTMs: the forget gate's b_ih is `forgetBias` and its b_hh is zero, whatever the law of the other biases is (Gers
 * et al. 2000; Jozefowicz et al. 2015).
 * - `chrono` = T: the gate that holds the past has b = ln U(1, T − 1), so that its time constant 1 + e^b is uniform in
 *   2 … T, and the gate that writes b = −that (Tallec and Ollivier 2018, equation 16); it supersedes `forgetBias`.
 * A gate with another activation than σ has the bias at which its value is σ(b).
 * - A learned initial state is zero.
 */
export function* recurrentValue(
  spec: RecurrentSpec,
  parameter: ParameterShape,
  rng: Random,
): Generator<void, Float32Array> {
  const { hidden: H, init } = spec;
  const { gates, fanIn } = parameter;
  const { keeps } = CELL_TABLE[spec.cell];
  if (parameter.role === "state") return new Float32Array(parameter.shape[0]!);
  if (parameter.role === "vector") return vectorValue(spec, parameter, rng);
  const law = parameter.of === "recurrent" ? init.recurrent : init.input;
  if (parameter.role !== "bias") {
    const gain = parameter.role === "recurrent" ? init.gain : init.inputGain;
    const rows = parameter.fanOut;
    const weight = new Float32Array(gates * rows * fanIn); // [G·H, X], [G·H, P] or [P, H]
    const shape = { rows, columns: fanIn, pytorchFan: H };
    for (let gate = 0; gate < gates; gate++) {
      weight.set(yield* WEIGHT_INITIALISATIONS[law].drawInParts(shape, gain, rng), gate * rows * fanIn);
    }
    return weight;
  }
  const bias = biasValue(gates * H, init.biasStd, law === "pytorch" ? H : null, parameter.of === "input", rng); // [G·H]
  if (keeps === undefined || spec.norm !== "none") return bias; // a norm would remove a common bias: its β holds the gate's bias instead (`vectorValue`)
  const ofRecurrent = keeps.bias === "bias_hh";
  const own = (parameter.of === "recurrent") === ofRecurrent;
  if (!own && ofRecurrent) return bias; // the bias belongs to another pre-activation
  setGates(spec, rng, (gate, value) => {
    for (let i = 0; i < H; i++) bias[gate * H + i] = own ? value(i) : 0;
  });
  return bias;
}

/** Calls `set` with the initial biases of the gates that have a special one. */
function setGates(
  { cell, cellOptions, hidden: H, init }: RecurrentSpec,
  rng: Random,
  set: (gate: number, value: (unit: number) => number) => void,
): void {
  const { keeps, writes } = CELL_TABLE[cell];
  if (keeps === undefined) return;
  if (init.chrono !== undefined) {
    const chrono = chronoBias(H, init.chrono, rng).map((b) => gateBias(cellOptions, b));
    set(keeps.gate, (i) => keeps.sign * chrono[i]);
    if (writes !== undefined) set(writes, (i) => -chrono[i]);
  } else if (keeps.isForgetGate) set(keeps.gate, () => init.forgetBias);
}

/** ln U(1, T − 1), one number for each unit. */
function chronoBias(H: number, T: number, rng: Random): Float64Array {
  return Float64Array.from({ length: H }, () => Math.log(1 + (T - 2) * rng.uniform()));
}

/**
 * A vector [H] of a cell starts with the value in the catalogue; a norm's γ starts at one, its β at zero, except for
 * the gates that keep the past, which have their bias there.
 */
function vectorValue(spec: RecurrentSpec, { place }: ParameterShape, rng: Random): Float32Array {
  const { hidden: H, init, cellOptions: options } = spec;
  const { normedGates, vectors } = CELL_TABLE[spec.cell];
  const leaf = place.module === "rnn" ? place.leaf : undefined;
  const start = vectors.find(({ name }) => name === leaf)?.start;
  if (start !== undefined) return Float32Array.from({ length: H }, () => start({ H, options, init }, rng));
  if (leaf === "norm_weight") return new Float32Array(normedGates.length * H).fill(1);
  if (leaf === "norm_bias") {
    const bias = new Float32Array(normedGates.length * H);
    setGates(spec, rng, (gate, value) => {
      for (let i = 0; i < H; i++) bias[normedGates.indexOf(gate) * H + i] = value(i);
    });
    return bias;
  }
  return new Float32Array(H);
}

function biasValue(count: number, std: number, pytorchFan: number | null, spread: boolean, rng: Random): Float32Array {
  if (std > 0) return spread ? normalVector(count, std, rng) : new Float32Array(count);
  return pytorchFan === null ? new Float32Array(count) : uniformVector(count, 1 / Math.sqrt(pytorchFan), rng);
}
