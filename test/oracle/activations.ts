/**
 * φ(a) and φ'(a) of every activation, with the defaults of `torch.nn.functional`.
 *
 * Decisions: φ' at a kink is the value of PyTorch's backward pass (relu'(0) = 0, hardtanh'(±1) = 0, leaky_relu'(0) =
 * slope, elu'(0) = 1, selu'(0) = λα, hardswish'(−3) = 0 and '(3) = 1). NaN in, NaN out. At ±∞ the value is that of
 * the written formula (silu(−∞) = −∞ · 0 = NaN, as in PyTorch). φ' never comes from a rounded φ, so it keeps
 * its relative accuracy where φ saturates.
 */
import { activationFacts, type ActivationName, ACTIVATIONS } from "../../src/catalogue/index.ts";
import { erf, erfc, expMinusSquare } from "./erf.ts";

export interface Activation {
  readonly value: (a: number) => number;
  readonly derivative: (a: number) => number;
}

/** σ(a) = 1/(1 + e^{−a}), written so that neither tail overflows. */
export function sigmoid(a: number): number {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

/** σ'(a) = σ(a) σ(−a). */
export const sigmoidDerivative = (a: number): number => sigmoid(a) * sigmoid(-a);

/** tanh'(a) = sech² a. */
export const tanhDerivative = (a: number): number => (1 / Math.cosh(a)) ** 2;

/** ln(1 + e^a). */
const logOnePlusExp = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** min(max(a, low), high), NaN kept. */
const clamp = (a: number, low: number, high: number): number => (a < low ? low : Math.min(a, high));

/** Klambauer 2017. */
const SELU_LAMBDA = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const LEAKY_SLOPE = 0.01;
/** torch.nn.functional.softplus's threshold: the identity above it. */
const SOFTPLUS_LINEAR = 20;
/** Hendrycks and Gimpel 2016: gelu ≈ ½ a (1 + tanh u) = a σ(2u), u = √(2/π)(a + 0.044715 a³). */
const geluInner = (a: number): number => Math.sqrt(2 / Math.PI) * (a + 0.044715 * a ** 3);
const geluInnerDerivative = (a: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * a * a);
/** Φ, the normal distribution. */
const normalCdf = (a: number): number => erfc(-a / Math.SQRT2) / 2;

const OWN: Readonly<Partial<Record<ActivationName, Activation>>> = {
  identity: { value: (a) => a, derivative: (a) => (Number.isNaN(a) ? a : 1) },
  sigmoid: { value: sigmoid, derivative: sigmoidDerivative },
  tanh: { value: Math.tanh, derivative: tanhDerivative },
  hardtanh: { value: (a) => clamp(a, -1, 1), derivative: (a) => (Number.isNaN(a) ? a : a > -1 && a < 1 ? 1 : 0) },
  hardsigmoid: {
    value: (a) => clamp(a + 3, 0, 6) / 6,
    derivative: (a) => (Number.isNaN(a) ? a : a > -3 && a < 3 ? 1 / 6 : 0),
  },
  softsign: { value: (a) => a / (1 + Math.abs(a)), derivative: (a) => 1 / (1 + Math.abs(a)) ** 2 },
  relu: { value: (a) => Math.max(a, 0), derivative: (a) => (Number.isNaN(a) ? a : a > 0 ? 1 : 0) },
  leaky_relu: {
    value: (a) => (a > 0 ? a : LEAKY_SLOPE * a),
    derivative: (a) => (Number.isNaN(a) ? a : a > 0 ? 1 : LEAKY_SLOPE),
  },
  elu: { value: (a) => (a > 0 ? a : Math.expm1(a)), derivative: (a) => (a > 0 ? 1 : Math.exp(a)) },
  selu: {
    value: (a) => SELU_LAMBDA * (a > 0 ? a : SELU_ALPHA * Math.expm1(a)),
    derivative: (a) => SELU_LAMBDA * (a > 0 ? 1 : SELU_ALPHA * Math.exp(a)),
  },
  celu: { value: (a) => (a > 0 ? a : Math.expm1(a)), derivative: (a) => (a > 0 ? 1 : Math.exp(a)) },
  // gelu' = Φ(a) + a φ_N(a), φ_N the normal density; in the left tail a φ_N dominates and nothing cancels
  gelu: {
    value: (a) => a * normalCdf(a),
    derivative: (a) => normalCdf(a) + (a * expMinusSquare(a / Math.SQRT2)) / Math.sqrt(2 * Math.PI),
  },
  gelu_tanh: {
    value: (a) => a * sigmoid(2 * geluInner(a)),
    derivative: (a) => {
      const u = geluInner(a);
      return sigmoid(2 * u) + 2 * a * geluInnerDerivative(a) * sigmoidDerivative(2 * u);
    },
  },
  silu: { value: (a) => a * sigmoid(a), derivative: (a) => sigmoid(a) * (1 + a * sigmoid(-a)) },
  // mish = a tanh(s), s = ln(1 + e^a); mish' = tanh s + a σ(a) sech² s
  mish: {
    value: (a) => a * Math.tanh(logOnePlusExp(a)),
    derivative: (a) => {
      const s = logOnePlusExp(a);
      return Math.tanh(s) + a * sigmoid(a) * tanhDerivative(s);
    },
  },
  softplus: {
    value: (a) => (a > SOFTPLUS_LINEAR ? a : logOnePlusExp(a)),
    derivative: (a) => (a > SOFTPLUS_LINEAR ? 1 : sigmoid(a)),
  },
  erf: { value: erf, derivative: (a) => (2 / Math.sqrt(Math.PI)) * expMinusSquare(a) },
  sine: { value: Math.sin, derivative: Math.cos },
  hardswish: {
    value: (a) => (a * clamp(a + 3, 0, 6)) / 6,
    derivative: (a) => (Number.isNaN(a) ? a : a <= -3 ? 0 : a < 3 ? a / 3 + 0.5 : 1),
  },
  relu6: { value: (a) => clamp(a, 0, 6), derivative: (a) => (Number.isNaN(a) ? a : a > 0 && a < 6 ? 1 : 0) },
};

/** φ and φ' written here; of a newer activation the catalogue's, which other tests compare with difference quotients. */
export const ACTIVATION = Object.fromEntries(
  ACTIVATIONS.filter((name) => !activationFacts(name).learnedSlope).map((name): [ActivationName, Activation] => {
    const { value, slope } = activationFacts(name);
    return [name, OWN[name] ?? { value, derivative: (a) => (Number.isNaN(a) ? a : slope(a)) }];
  }),
) as Readonly<Record<Exclude<ActivationName, "prelu">, Activation>>;

/** prelu, He 2015: φ(a) = a for a > 0, else slope · a; the slope is learned, ∂φ/∂slope = min(a, 0). */
export const prelu = (slope: number): Activation & { readonly slopeDerivative: (a: number) => number } => ({
  value: (a) => (a > 0 ? a : slope * a),
  derivative: (a) => (Number.isNaN(a) ? a : a > 0 ? 1 : slope),
  slopeDerivative: (a) => Math.min(a, 0),
});
