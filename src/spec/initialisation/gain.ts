import type { ActivationName, WeightInit } from "../names.ts";

/**
 * The gain of an activation: by how much weights of variance 1/fan_in must grow so that depth neither shrinks nor grows
 * the signal.
 *
 * The first block is `torch.nn.init.calculate_gain`, value by value (leaky ReLU at `torch.nn.functional`'s slope .01;
 * PReLU is leaky ReLU at its first slope .25, He et al. 2015, equation 15). PyTorch has none for the others: theirs is
 * He's argument at unit pre-activation variance, 1/√E[φ(z)²] with z ~ N(0, 1), by quadrature; a test computes them anew.
 */
export const ACTIVATION_GAINS: Readonly<Record<ActivationName, number>> = {
  identity: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  leaky_relu: Math.sqrt(2 / (1 + 0.01 ** 2)),
  prelu: Math.sqrt(2 / (1 + 0.25 ** 2)),
  selu: 3 / 4,

  hardtanh: 1.392036140448,
  hardsigmoid: 1.89784042473,
  softsign: 2.337533363109,
  elu: 1.245198300701,
  celu: 1.245198300701,
  gelu: 1.533530441196,
  gelu_tanh: 1.533580521666,
  silu: 1.676532470331,
  mish: 1.486847581273,
  softplus: 1.041866835535,
  erf: 1.467166950489,
  sine: 1.520866623179,
  hardswish: 1.736657212767,
  relu6: 1.414213565095,
};

/** The laws whose formula already holds ReLU's gain √2. */
const HOLDS_SQRT2: readonly WeightInit[] = ["he_uniform", "he_normal"];

/**
 * The factor that `gain: "auto"` stands for. He's laws hold √2 already, so that theirs is divided by it: the standard
 * deviation is then gain/√fan_in, which is `torch.nn.init.kaiming_normal_` with this activation as its nonlinearity.
 */
export const autoGain = (activation: ActivationName, law: WeightInit): number =>
  ACTIVATION_GAINS[activation] / (HOLDS_SQRT2.includes(law) ? Math.SQRT2 : 1);
