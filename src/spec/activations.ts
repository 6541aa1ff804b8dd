import type { ActivationName } from "./names.ts";

/**
 * The largest |φ'| of every activation, what "saturated" is measured against (1 % of it). The smooth ones with a hump have it where
 * φ'' = 0: gelu at √2, silu at 2.3994, mish at 1.4908.
 */
export const LARGEST_SLOPE: Readonly<Record<ActivationName, number>> = {
  identity: 1,
  sigmoid: 0.25,
  tanh: 1,
  hardtanh: 1,
  hardsigmoid: 1 / 6,
  softsign: 1,
  relu: 1,
  leaky_relu: 1,
  prelu: 1, // with a learned slope between −1 and 1
  elu: 1,
  selu: 1.0507009873554805 * 1.6732632423543772,
  celu: 1,
  gelu: 1.1289042,
  gelu_tanh: 1.1290116,
  silu: 1.0998393,
  mish: 1.0884897,
  softplus: 1,
  erf: 2 / Math.sqrt(Math.PI),
  sine: 1,
  hardswish: 1.5,
  relu6: 1,
};
