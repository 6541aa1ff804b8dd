import type { ActivationFacts } from "./activation.ts";
import { celu } from "./celu.ts";
import { elu } from "./elu.ts";
import { erf } from "./erf.ts";
import { exponential } from "./exponential.ts";
import { gelu } from "./gelu.ts";
import { gelu_tanh } from "./gelu-tanh.ts";
import { hardsigmoid } from "./hardsigmoid.ts";
import { hardswish } from "./hardswish.ts";
import { hardtanh } from "./hardtanh.ts";
import { identity } from "./identity.ts";
import { leaky_relu } from "./leaky-relu.ts";
import { mish } from "./mish.ts";
import { prelu } from "./prelu.ts";
import { relu } from "./relu.ts";
import { relu6 } from "./relu6.ts";
import { selu } from "./selu.ts";
import { sigmoid } from "./sigmoid.ts";
import { silu } from "./silu.ts";
import { sine } from "./sine.ts";
import { softplus } from "./softplus.ts";
import { softsign } from "./softsign.ts";
import { tanh } from "./tanh.ts";

export type { ActivationFacts, Shape as ActivationShape } from "./activation.ts";

/** Every activation, in the order that lists show them. */
export const ACTIVATION_TABLE = {
  identity,
  sigmoid,
  tanh,
  hardtanh,
  hardsigmoid,
  softsign,
  relu,
  leaky_relu,
  prelu,
  elu,
  selu,
  celu,
  gelu,
  gelu_tanh,
  silu,
  mish,
  softplus,
  erf,
  sine,
  hardswish,
  relu6,
  exponential,
} as const satisfies Readonly<Record<string, ActivationFacts>>;

export type ActivationName = keyof typeof ACTIVATION_TABLE;

/** Canonical names: the spelling of `torch.nn.functional`. */
export const ACTIVATIONS = Object.keys(ACTIVATION_TABLE) as [ActivationName, ...ActivationName[]];

/** The facts of one activation. */
export const activationFacts = (name: ActivationName): ActivationFacts => ACTIVATION_TABLE[name];

/** |φ'| below which a unit counts as saturated: 1 % of the largest; 0 where φ' has no bound. */
export function saturationSlope(name: ActivationName): number {
  const { largestSlope } = activationFacts(name);
  return Number.isFinite(largestSlope) ? 0.01 * largestSlope : 0;
}
