import type { ActivationName } from "./names.ts";

/**
 * What the rest of the library must know of an activation φ. Its value and derivative are in
 * `assembly/layers/activations/`, in float64 in `theory/`.
 */
export interface ActivationRow {
  /**
   * sup |φ'|, what "saturated" is measured against (1 % of it). The smooth ones with a hump have it where φ'' = 0: gelu
   * at √2, silu at 2.3994, mish at 1.4908.
   */
  readonly largestSlope: number;
  /**
   * By how much weights of variance 1/fan_in must grow so that depth neither shrinks nor grows the signal:
   * `torch.nn.init.calculate_gain` where PyTorch has one (leaky ReLU at `torch.nn.functional`'s slope .01; PReLU is
   * leaky ReLU at its first slope, He et al. 2015, equation 15). For the others He's argument at unit pre-activation
   * variance, 1/√E[φ(z)²] with z ~ N(0, 1), by quadrature; a test computes them anew.
   */
  readonly gain: number;
  /** φ' falls towards 0 on both sides: larger weights cannot make up for it. */
  readonly saturates?: true;
  /**
   * φ' is exactly zero over whole intervals (prelu's where its slope is): a gradient that ends there has not
   * underflowed.
   */
  readonly flat?: true;
}

/**
 * A new activation is a name in `names.ts`, a row here, its φ and φ' in float64 in `theory/activations.ts`, and a
 * kernel with its case in the core.
 */
export const ACTIVATION_TABLE: Readonly<Record<ActivationName, ActivationRow>> = {
  identity: { largestSlope: 1, gain: 1 },
  sigmoid: { largestSlope: 0.25, gain: 1, saturates: true },
  tanh: { largestSlope: 1, gain: 5 / 3, saturates: true },
  hardtanh: { largestSlope: 1, gain: 1.392036140448, saturates: true, flat: true },
  hardsigmoid: { largestSlope: 1 / 6, gain: 1.89784042473, saturates: true, flat: true },
  softsign: { largestSlope: 1, gain: 2.337533363109, saturates: true },
  relu: { largestSlope: 1, gain: Math.SQRT2, flat: true },
  leaky_relu: { largestSlope: 1, gain: Math.sqrt(2 / (1 + 0.01 ** 2)) },
  prelu: { largestSlope: 1, gain: Math.sqrt(2 / (1 + 0.25 ** 2)), flat: true }, // with a learned slope between −1 and 1, first .25
  elu: { largestSlope: 1, gain: 1.245198300701 },
  selu: { largestSlope: 1.0507009873554805 * 1.6732632423543772, gain: 3 / 4 },
  celu: { largestSlope: 1, gain: 1.245198300701 },
  gelu: { largestSlope: 1.1289042, gain: 1.533530441196 },
  gelu_tanh: { largestSlope: 1.1289931, gain: 1.533580521666 },
  silu: { largestSlope: 1.0998393, gain: 1.676532470331 },
  mish: { largestSlope: 1.0884982, gain: 1.486847581273 },
  softplus: { largestSlope: 1, gain: 1.041866835535 },
  erf: { largestSlope: 2 / Math.sqrt(Math.PI), gain: 1.467166950489, saturates: true },
  sine: { largestSlope: 1, gain: 1.520866623179 },
  hardswish: { largestSlope: 1.5, gain: 1.736657212767, flat: true },
  relu6: { largestSlope: 1, gain: 1.414213565095, flat: true },
};
