import type { Random } from "../../random.ts";
import type { ParameterShape } from "../parameters.ts";
import type { RecurrentSpec } from "../recurrent.ts";
import { normalVector, uniformVector, WEIGHT_INITIALISATIONS } from "./weights.ts";

/** The LSTM's forget gate among its gates i, f, g, o. */
const FORGET = 1;

/**
 * The first value of one parameter of a recurrent network.
 *
 * - Weights are drawn gate by gate, each gate [H, X] or [H, H] with its own fans: gates are separate matrices that
 *   PyTorch happens to stack. (`torch.nn.init` on the stack would count G·H as the fan.)
 * - `init.recurrent` with `gain` draws W_hh, `init.input` with `inputGain` W_ih.
 * - b_ih ~ N(0, biasStd²), b_hh = 0. Where `biasStd` is 0, the bias beside a weight of init "pytorch" is PyTorch's own,
 *   U(±1/√H).
 * - LSTM: the forget gate's b_ih is `forgetBias` and its b_hh zero, whatever drew the rest (Gers et al. 2000; Jozefowicz
 *   et al. 2015).
 */
export function recurrentValue(spec: RecurrentSpec, parameter: ParameterShape, rng: Random): Float32Array {
  const { hidden: H, init } = spec;
  const { gates, fanIn } = parameter;
  const law = parameter.of === "recurrent" ? init.recurrent : init.input;
  if (parameter.role !== "bias") {
    const gain = parameter.role === "recurrent" ? init.gain : init.inputGain;
    const weight = new Float32Array(gates * H * fanIn); // [G·H, X] or [G·H, H]
    const shape = { rows: H, columns: fanIn, pytorchFan: H };
    for (let gate = 0; gate < gates; gate++) {
      weight.set(WEIGHT_INITIALISATIONS[law].draw(shape, gain, rng), gate * H * fanIn);
    }
    return weight;
  }
  const bias = biasValue(gates * H, init.biasStd, law === "pytorch" ? H : null, parameter.of === "input", rng); // [G·H]
  if (spec.cell === "lstm") {
    bias.fill(parameter.of === "input" ? init.forgetBias : 0, FORGET * H, (FORGET + 1) * H);
  }
  return bias;
}

function biasValue(count: number, std: number, pytorchFan: number | null, spread: boolean, rng: Random): Float32Array {
  if (std > 0) return spread ? normalVector(count, std, rng) : new Float32Array(count);
  return pytorchFan === null ? new Float32Array(count) : uniformVector(count, 1 / Math.sqrt(pytorchFan), rng);
}
